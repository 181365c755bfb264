// A step of a running average of a parameter.

struct Uniforms {
  quads: u32,
  weight: f32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> parameter: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> average: array<vec4f>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = average[i];
  average[i] = old + uniforms.weight * (parameter[i] - old);
}
