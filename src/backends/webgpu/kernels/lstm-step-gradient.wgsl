// The backward step of an LSTM layer: from the gradients of h_t and c_t to that of its gates' sums, dz, and of c_{t−1}. One thread
// for each unit and row. Step −1 gives the gradient of h0.
// include: step-gradients.wgsl

struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  cell_zoneout: Noise,
  t: i32,
  batch: u32,
  units: u32,
  // Parts of the product of step t + 1; 0 for none.
  parts: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> parts: array<f32>;
@group(1) @binding(1) var<storage, read> gates: array<f32>;
@group(1) @binding(2) var<storage, read> cells: array<f32>;
@group(1) @binding(3) var<storage, read> c0: array<f32>;
@group(1) @binding(4) var<storage, read> d_output: array<f32>;
@group(1) @binding(5) var<storage, read_write> dz: array<f32>;
// The gradient of c_t before the step, of c_{t−1} after it.
@group(1) @binding(6) var<storage, read_write> dc: array<f32>;
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
  let row = in_state / units;
  let first = (t * uniforms.batch + row) * 4u * units + in_state % units;
  let i = gates[first];
  let f = gates[first + units];
  let g = gates[first + 2u * units];
  let o = gates[first + 3u * units];
  var c_before: f32;
  if (t == 0u) { c_before = c0[in_state]; } else { c_before = cells[(t - 1u) * per_step + in_state]; }
  let hidden_kept = retention(uniforms.hidden_zoneout, t, in_state);
  let cell_kept = retention(uniforms.cell_zoneout, t, in_state);
  let dh = upstream * (1.0 - hidden_kept);
  let tanh_c = hyperbolic_tangent(f * c_before + i * g);
  let d_cell = dc[in_state] * (1.0 - cell_kept) + dh * o * tanh_slope(tanh_c);
  dz[first] = d_cell * g * sigmoid_slope(i);
  dz[first + units] = d_cell * c_before * sigmoid_slope(f);
  dz[first + 2u * units] = d_cell * i * tanh_slope(g);
  dz[first + 3u * units] = dh * tanh_c * sigmoid_slope(o);
  dc[in_state] = d_cell * f + dc[in_state] * cell_kept;
  carry[in_state] = upstream * hidden_kept;
}
