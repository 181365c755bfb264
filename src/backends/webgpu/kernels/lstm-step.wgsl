// One step of an LSTM layer (ops/lstm.ts): i, f, g, o = σ, σ, tanh, σ of x·W + b + (m ⊙ h)·U; c = f ⊙ c + i ⊙ g; h = o ⊙ tanh c.
// One workgroup for each tile of units and rows: the recurrent product of its four gates, and then the gates.
// include: recurrent-step.wgsl

const GATES = 4u;
const COLUMNS = GATES * UNITS;

struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  cell_zoneout: Noise,
  t: u32,
  steps: u32,
  batch: u32,
  units: u32,
  k_padded: u32,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<vec4f>;
@group(1) @binding(1) var<storage, read> bias: array<f32>;
@group(1) @binding(2) var<storage, read> h0: array<f32>;
@group(1) @binding(3) var<storage, read> c0: array<f32>;
// m_t ⊙ h_{t−1}, [T,B,H]: this step reads the part t and writes the part t + 1.
@group(1) @binding(4) var<storage, read_write> read_states: array<f32>;
// [T,B,4H]: x·W before the step, i, f, g, o after it.
@group(1) @binding(5) var<storage, read_write> gates: array<f32>;
@group(1) @binding(6) var<storage, read_write> cells: array<f32>;
@group(1) @binding(7) var<storage, read_write> output: array<f32>;

fn finish(row: u32, unit: u32, first_sum: u32) {
  let t = uniforms.t;
  let units = uniforms.units;
  let in_state = row * units + unit;
  let per_step = uniforms.batch * units;
  let in_window = t * per_step + in_state;
  let first = (t * uniforms.batch + row) * GATES * units + unit;
  let i = sigmoid(gates[first] + bias[unit] + sums[first_sum]);
  let f = sigmoid(gates[first + units] + bias[units + unit] + sums[first_sum + UNITS]);
  let g = hyperbolic_tangent(gates[first + 2u * units] + bias[2u * units + unit] + sums[first_sum + 2u * UNITS]);
  let o = sigmoid(gates[first + 3u * units] + bias[3u * units + unit] + sums[first_sum + 3u * UNITS]);
  gates[first] = i;
  gates[first + units] = f;
  gates[first + 2u * units] = g;
  gates[first + 3u * units] = o;
  var c_before: f32;
  var h_before: f32;
  if (t == 0u) {
    c_before = c0[in_state];
    h_before = h0[in_state];
  } else {
    c_before = cells[in_window - per_step];
    h_before = output[in_window - per_step];
  }
  let candidate = f * c_before + i * g;
  cells[in_window] = zone_out(uniforms.cell_zoneout, t, in_state, c_before, candidate);
  let h = zone_out(uniforms.hidden_zoneout, t, in_state, h_before, o * hyperbolic_tangent(candidate));
  output[in_window] = h;
  if (t + 1u < uniforms.steps) {
    read_states[in_window + per_step] = h * kept_factor(uniforms.recurrent, t + 1u, in_state);
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  run_step(group, thread);
}
