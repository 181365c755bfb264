// A step of stochastic gradient descent.
// include: update-rule.wgsl

struct Uniforms {
  rule: Rule,
  quads: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> scale: array<f32>;
@group(1) @binding(2) var<storage, read_write> parameter: array<vec4f>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = parameter[i];
  parameter[i] = old - effective(uniforms.rule, scale[0], gradient[i], old);
}
