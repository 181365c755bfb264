// One LSTM layer over a whole window (ops/lstm.ts): i, f, g, o = σ, σ, tanh, σ of x·W + (m ⊙ h)·U + b; c = f ⊙ c + i ⊙ g;
// h = o ⊙ tanh c. With zoneout, some units of c and h then keep (a share of) their old value; the new h is computed from the
// new c before zoneout.
#include "recurrent-persistent.cuh"
#include "recurrent-steps.cuh"

namespace recurrent {

struct lstm {
  using Columns = lstm_columns;

  template <class Layer>
  static __device__ __forceinline__ float cell_before(const Layer &l, const place &at) {
    return l.t > 0 ? l.cells[at.in_window - l.batch * l.units] : l.c0[at.in_state];
  }

  // h(t−1), c(t−1), and x·W + b.
  struct Inputs {
    float h, c, i, f, g, o;
  };

  static __device__ __forceinline__ Inputs load(const cuda_recurrent_forward &l, const place &at) {
    const float *z = l.gates + at.in_wide(l.units, 4, 0);
    return {hidden_before(l, at), cell_before(l, at), z[0], z[l.units], z[2 * l.units], z[3 * l.units]};
  }

  // Returns h before zoneout, given the recurrent product.
  static __device__ __forceinline__ float forward(const cuda_recurrent_forward &l, const place &at, const Inputs &z,
                                                  const gate_values<4> &product) {
    const float i = sigmoid(z.i + product.of[0]), f = sigmoid(z.f + product.of[1]);
    const float g = hyperbolic_tangent(z.g + product.of[2]), o = sigmoid(z.o + product.of[3]);
    const float candidate = f * z.c + i * g, c = zone_out(l.cell_zoneout, l.t, at.in_state, z.c, candidate);
    float *gates = l.gates + at.in_wide(l.units, 4, 0);
    gates[0] = i;
    gates[l.units] = f;
    gates[2 * l.units] = g;
    gates[3 * l.units] = o;
    l.cells[at.in_window] = c;
    if (l.t == l.steps - 1) l.last_c[at.in_state] = c;
    return o * hyperbolic_tangent(candidate);
  }

  // The gates, c(t−1), and the gradient of c(t).
  struct Saved {
    float i, f, g, o, c, dc;
  };

  static __device__ __forceinline__ Saved load(const cuda_recurrent_backward &l, const place &at) {
    const float *gates = l.gates + at.in_wide(l.units, 4, 0);
    const float dc = l.t == l.steps - 1 ? l.last_dc[at.in_state] : l.dc[at.in_state];
    return {gates[0], gates[l.units], gates[2 * l.units], gates[3 * l.units], cell_before(l, at), dc};
  }

  // Computes dz and the gradient of c(t−1). Returns the gradient that reaches h(t−1) past the product: none.
  static __device__ __forceinline__ float backward(const cuda_recurrent_backward &l, const place &at, const Saved &s, float dh,
                                                   gate_values<4> &dz) {
    float dc = s.dc;
    const float retained = take_retained(l.cell_zoneout, l.t, at.in_state, dc);
    const float tanh_c = hyperbolic_tangent(s.f * s.c + s.i * s.g); // of c before zoneout
    dc += dh * s.o * tanh_slope(tanh_c);
    dz.of[0] = dc * s.g * sigmoid_slope(s.i);
    dz.of[1] = dc * s.c * sigmoid_slope(s.f);
    dz.of[2] = dc * s.i * tanh_slope(s.g);
    dz.of[3] = dh * tanh_c * sigmoid_slope(s.o);
    for (int gate = 0; gate < 4; gate++) l.dz[at.in_wide(l.units, 4, gate)] = dz.of[gate];
    l.dc[at.in_state] = dc * s.f + retained;
    return 0.0f;
  }
};

}  // namespace recurrent

RECURRENT_STEPS(lstm, lstm)
RECURRENT_PERSISTENT(lstm, lstm)
