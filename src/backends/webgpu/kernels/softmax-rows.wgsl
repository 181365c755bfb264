// The negative log-likelihood of the target of each row of logits, and the logarithm of the row's sum of exponentials. One workgroup
// for each row.

struct Uniforms {
  rows: u32,
  classes: u32,
  // Where the first row is in targets, nll and log_sum_exp.
  first: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> logits: array<f32>;
@group(1) @binding(1) var<storage, read> targets: array<i32>;
@group(1) @binding(2) var<storage, read_write> nll: array<f32>;
@group(1) @binding(3) var<storage, read_write> log_sum_exp: array<f32>;

// Less than any logit that matters: WGSL has no infinity.
const LEAST: f32 = -3.4e38;

// Of each thread: the largest logit, and the sum of exp(logit − largest).
var<workgroup> of_threads: array<vec2f, 256>;

fn together(a: vec2f, b: vec2f) -> vec2f {
  let largest = max(a.x, b.x);
  return vec2f(largest, a.y * exp(a.x - largest) + b.y * exp(b.x - largest));
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.y * groups.x + group.x;
  let begin = row * uniforms.classes;
  var own = vec2f(LEAST, 0.0);
  if (row < uniforms.rows) {
    for (var j = thread; j < uniforms.classes; j += 256u) {
      let logit = logits[begin + j];
      let largest = max(own.x, logit);
      own = vec2f(largest, own.y * exp(own.x - largest) + exp(logit - largest));
    }
  }
  of_threads[thread] = own;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { of_threads[thread] = together(of_threads[thread], of_threads[thread + half]); }
  }
  if (thread > 0u || row >= uniforms.rows) { return; }
  let sum = of_threads[0].x + log(of_threads[0].y);
  let at = uniforms.first + row;
  nll[at] = sum - logits[begin + u32(targets[at])];
  log_sum_exp[at] = sum;
}
