// One step of a GRU layer (ops/gru.ts): r, z = σ of x·W + b + (m ⊙ h)·U; q = (m ⊙ h)·Uₙ + bias of the candidate;
// n = tanh(x·Wₙ + bₙ + r ⊙ q); h = (1 − z) ⊙ n + z ⊙ h. Workgroups as in lstm-step.wgsl.
// include: recurrent-step.wgsl

const GATES = 3u;
const COLUMNS = GATES * UNITS;

struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  t: u32,
  steps: u32,
  batch: u32,
  units: u32,
  k_padded: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<vec4f>;
@group(1) @binding(1) var<storage, read> bias: array<f32>;
@group(1) @binding(2) var<storage, read> candidate_bias: array<f32>;
@group(1) @binding(3) var<storage, read> h0: array<f32>;
// x·W, [T,B,3H].
@group(1) @binding(4) var<storage, read> from_input: array<f32>;
// m_t ⊙ h_{t−1}, [T,B,H]: this step reads the part t and writes the part t + 1.
@group(1) @binding(5) var<storage, read_write> read_states: array<f32>;
// r, z, n, q, [T,B,4H].
@group(1) @binding(6) var<storage, read_write> gates: array<f32>;
@group(1) @binding(7) var<storage, read_write> output: array<f32>;

fn finish(row: u32, unit: u32, first_sum: u32) {
  let t = uniforms.t;
  let units = uniforms.units;
  let in_state = row * units + unit;
  let per_step = uniforms.batch * units;
  let in_window = t * per_step + in_state;
  let place = t * uniforms.batch + row;
  let input = place * GATES * units + unit;
  let r = sigmoid(from_input[input] + bias[unit] + sums[first_sum]);
  let z = sigmoid(from_input[input + units] + bias[units + unit] + sums[first_sum + UNITS]);
  let q = sums[first_sum + 2u * UNITS] + candidate_bias[unit];
  let n = hyperbolic_tangent(from_input[input + 2u * units] + bias[2u * units + unit] + r * q);
  let first = place * 4u * units + unit;
  gates[first] = r;
  gates[first + units] = z;
  gates[first + 2u * units] = n;
  gates[first + 3u * units] = q;
  var h_before: f32;
  if (t == 0u) { h_before = h0[in_state]; } else { h_before = output[in_window - per_step]; }
  let h = zone_out(uniforms.hidden_zoneout, t, in_state, h_before, (1.0 - z) * n + z * h_before);
  output[in_window] = h;
  if (t + 1u < uniforms.steps) {
    read_states[in_window + per_step] = h * kept_factor(uniforms.recurrent, t + 1u, in_state);
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  run_step(group, thread);
}
