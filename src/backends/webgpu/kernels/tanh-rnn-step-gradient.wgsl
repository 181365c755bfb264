// The backward step of a plain recurrent layer: from the gradient of h_t to that of the sum inside the tanh, dz. Threads and step −1
// as in lstm-step-gradient.wgsl.
// include: step-gradients.wgsl

struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  t: i32,
  batch: u32,
  units: u32,
  // Parts of the product of step t + 1; 0 for none.
  parts: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> parts: array<f32>;
@group(1) @binding(1) var<storage, read> activations: array<f32>;
@group(1) @binding(2) var<storage, read> d_output: array<f32>;
@group(1) @binding(3) var<storage, read_write> dz: array<f32>;
// The gradient that passes h_t without the product before the step, and h_{t−1} after it.
@group(1) @binding(4) var<storage, read_write> carry: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let in_state = id.x;
  let per_step = uniforms.batch * uniforms.units;
  if (in_state >= per_step) { return; }
  let upstream = gradient_of_state(in_state);
  if (uniforms.t < 0) {
    carry[in_state] = upstream;
    return;
  }
  let t = u32(uniforms.t);
  let in_window = t * per_step + in_state;
  let kept = retention(uniforms.hidden_zoneout, t, in_state);
  dz[in_window] = upstream * (1.0 - kept) * tanh_slope(activations[in_window]);
  carry[in_state] = upstream * kept;
}
