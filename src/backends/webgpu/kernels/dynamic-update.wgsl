// A step of dynamic evaluation.

struct Uniforms {
  quads: u32,
  rate: f32,
  epsilon: f32,
  decay: f32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> anchor: array<vec4f>;
@group(1) @binding(2) var<storage, read> rms: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> parameter: array<vec4f>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = parameter[i];
  let back = min(uniforms.decay * rms[i], vec4f(1.0)) * (anchor[i] - old);
  parameter[i] = old + back - uniforms.rate * gradient[i] / (rms[i] + uniforms.epsilon);
}
