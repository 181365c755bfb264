// A step of RMSprop.
// include: update-rule.wgsl

struct Uniforms {
  rule: Rule,
  quads: u32,
  keep: f32,
  one_less_keep: f32,
  epsilon: f32,
  rate: f32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> scale: array<f32>;
@group(1) @binding(2) var<storage, read_write> parameter: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> mean_square: array<vec4f>;

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
  let square = uniforms.keep * mean_square[i] + uniforms.one_less_keep * (g * g);
  mean_square[i] = square;
  parameter[i] = old - uniforms.rate * g / (sqrt(square) + uniforms.epsilon);
}
