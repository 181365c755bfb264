// The gradient of logits: (softmax − one-hot of the target) · upstream. One thread for each.

struct Uniforms {
  rows: u32,
  classes: u32,
  // Where the first row is in targets, log_sum_exp and upstream.
  first: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> logits: array<f32>;
@group(1) @binding(1) var<storage, read> targets: array<i32>;
@group(1) @binding(2) var<storage, read> log_sum_exp: array<f32>;
@group(1) @binding(3) var<storage, read> upstream: array<f32>;
@group(1) @binding(4) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.rows * uniforms.classes) { return; }
  let at = uniforms.first + index / uniforms.classes;
  let column = index % uniforms.classes;
  let probability = exp(logits[index] - log_sum_exp[at]);
  let wanted = select(0.0, 1.0, i32(column) == targets[at]);
  gradient[index] = (probability - wanted) * upstream[at];
}
