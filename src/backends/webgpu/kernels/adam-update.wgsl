// A step of Adam.
// include: update-rule.wgsl

struct Uniforms {
  rule: Rule,
  quads: u32,
  beta1: f32,
  one_less_beta1: f32,
  beta2: f32,
  one_less_beta2: f32,
  epsilon: f32,
  // learningRate / (1 − beta1^t)
  rate: f32,
  // 1 / (1 − beta2^t)
  correction: f32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> scale: array<f32>;
@group(1) @binding(2) var<storage, read_write> parameter: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> first_moment: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> second_moment: array<vec4f>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = parameter[i];
  let g = effective(uniforms.rule, scale[0], gradient[i], old);
  let mean = uniforms.beta1 * first_moment[i] + uniforms.one_less_beta1 * g;
  let square = uniforms.beta2 * second_moment[i] + uniforms.one_less_beta2 * (g * g);
  first_moment[i] = mean;
  second_moment[i] = square;
  parameter[i] = old - uniforms.rate * mean / (sqrt(uniforms.correction * square) + uniforms.epsilon);
}
