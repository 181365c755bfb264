// One step of a plain recurrent layer (ops/tanh-rnn.ts): h = tanh(x·W + b + (m ⊙ h)·U). Workgroups as in lstm-step.wgsl.
// include: recurrent-step.wgsl

const COLUMNS = UNITS;

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
@group(1) @binding(2) var<storage, read> h0: array<f32>;
// m_t ⊙ h_{t−1}, [T,B,H]: this step reads the part t and writes the part t + 1.
@group(1) @binding(3) var<storage, read_write> read_states: array<f32>;
// [T,B,H]: x·W before the step, the activations after it.
@group(1) @binding(4) var<storage, read_write> activations: array<f32>;
@group(1) @binding(5) var<storage, read_write> output: array<f32>;

fn finish(row: u32, unit: u32, first_sum: u32) {
  let t = uniforms.t;
  let in_state = row * uniforms.units + unit;
  let per_step = uniforms.batch * uniforms.units;
  let in_window = t * per_step + in_state;
  let candidate = hyperbolic_tangent(activations[in_window] + bias[unit] + sums[first_sum]);
  activations[in_window] = candidate;
  var h_before: f32;
  if (t == 0u) { h_before = h0[in_state]; } else { h_before = output[in_window - per_step]; }
  let h = zone_out(uniforms.hidden_zoneout, t, in_state, h_before, candidate);
  output[in_window] = h;
  if (t + 1u < uniforms.steps) {
    read_states[in_window + per_step] = h * kept_factor(uniforms.recurrent, t + 1u, in_state);
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  run_step(group, thread);
}
