// The states as the steps of a window read them: m_t ⊙ h_{t−1}, where h_{−1} is h0. One thread for each element.
// include: philox.wgsl

struct Uniforms {
  noise: Noise,
  // Batch times units.
  per_step: u32,
  total: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> h0: array<f32>;
// Only read from the second step on.
@group(1) @binding(1) var<storage, read> output: array<f32>;
@group(1) @binding(2) var<storage, read_write> read_states: array<f32>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.total) { return; }
  let t = index / uniforms.per_step;
  let in_state = index % uniforms.per_step;
  var h: f32;
  if (t == 0u) { h = h0[in_state]; } else { h = output[index - uniforms.per_step]; }
  read_states[index] = h * kept_factor(uniforms.noise, t, in_state);
}
