// The backward step of a GRU layer: from the gradient of h_t to those of x·W + b (`d_input`) and of the recurrent product (`dz`),
// which differ in the candidate: its recurrent part passes the reset gate. Threads and step −1 as in lstm-step-gradient.wgsl.
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
@group(1) @binding(1) var<storage, read> gates: array<f32>;
@group(1) @binding(2) var<storage, read> h0: array<f32>;
@group(1) @binding(3) var<storage, read> output: array<f32>;
@group(1) @binding(4) var<storage, read> d_output: array<f32>;
@group(1) @binding(5) var<storage, read_write> dz: array<f32>;
@group(1) @binding(6) var<storage, read_write> d_input: array<f32>;
// The gradient that passes h_t without the product before the step, and h_{t−1} after it.
@group(1) @binding(7) var<storage, read_write> carry: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let in_state = id.x;
  let units = uniforms.units;
  let per_step = uniforms.batch * units;
  if (in_state >= per_step) { return; }
  let upstream = gradient_of_state(in_state);
  if (uniforms.t < 0) {
    carry[in_state] = upstream;
    return;
  }
  let t = u32(uniforms.t);
  let place = t * uniforms.batch + in_state / units;
  let saved = place * 4u * units + in_state % units;
  let r = gates[saved];
  let z = gates[saved + units];
  let n = gates[saved + 2u * units];
  let q = gates[saved + 3u * units];
  var h_before: f32;
  if (t == 0u) { h_before = h0[in_state]; } else { h_before = output[(t - 1u) * per_step + in_state]; }
  let kept = retention(uniforms.hidden_zoneout, t, in_state);
  let dh = upstream * (1.0 - kept);
  let dn = dh * (1.0 - z) * tanh_slope(n);
  let first = place * 3u * units + in_state % units;
  dz[first] = dn * q * sigmoid_slope(r);
  dz[first + units] = dh * (h_before - n) * sigmoid_slope(z);
  dz[first + 2u * units] = dn * r;
  d_input[first] = dn * q * sigmoid_slope(r);
  d_input[first + units] = dh * (h_before - n) * sigmoid_slope(z);
  d_input[first + 2u * units] = dn;
  carry[in_state] = upstream * kept + dh * z;
}
