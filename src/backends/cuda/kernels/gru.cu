// One GRU layer over a whole window (ops/gru.ts): r, z = σ of x·W + (m ⊙ h)·U + b; q = (m ⊙ h)·Uₙ + bias of the candidate;
// n = tanh(x·Wₙ + bₙ + r ⊙ q); h = (1 − z) ⊙ n + z ⊙ h, and with zoneout some units of h keep (a share of) their old value.
#include "recurrent-persistent.cuh"
#include "recurrent-steps.cuh"

namespace recurrent {

struct gru {
  using Columns = gru_columns;

  // h(t−1), x·W + b, and the candidate's second bias. `gates` has room for r, z, n, q; the first three are x·W + b before.
  struct Inputs {
    float h, r, z, n, bias;
  };

  static __device__ __forceinline__ Inputs load(const cuda_recurrent_forward &l, const place &at) {
    const float *gates = l.gates + at.in_wide(l.units, 4, 0);
    return {hidden_before(l, at), gates[0], gates[l.units], gates[2 * l.units], l.candidate_bias[at.unit]};
  }

  // Returns h before zoneout, given the recurrent product.
  static __device__ __forceinline__ float forward(const cuda_recurrent_forward &l, const place &at, const Inputs &in,
                                                  const gate_values<3> &product) {
    const float r = sigmoid(in.r + product.of[0]), z = sigmoid(in.z + product.of[1]);
    const float q = product.of[2] + in.bias, n = hyperbolic_tangent(in.n + r * q);
    float *gates = l.gates + at.in_wide(l.units, 4, 0);
    gates[0] = r;
    gates[l.units] = z;
    gates[2 * l.units] = n;
    gates[3 * l.units] = q;
    return (1.0f - z) * n + z * in.h;
  }

  struct Saved {
    float h, r, z, n, q;
  };

  static __device__ __forceinline__ Saved load(const cuda_recurrent_backward &l, const place &at) {
    const float *gates = l.gates + at.in_wide(l.units, 4, 0);
    return {hidden_before(l, at), gates[0], gates[l.units], gates[2 * l.units], gates[3 * l.units]};
  }

  // Computes the gradients of x·W + b, and in `d` those of the product, which differ in the candidate: its recurrent part passes
  // the reset gate. Returns the gradient that reaches h(t−1) through the update gate.
  static __device__ __forceinline__ float backward(const cuda_recurrent_backward &l, const place &at, const Saved &s, float dh,
                                                   gate_values<3> &d) {
    const float dn = dh * (1.0f - s.z) * tanh_slope(s.n);
    d.of[0] = dn * s.q * sigmoid_slope(s.r);
    d.of[1] = dh * (s.h - s.n) * sigmoid_slope(s.z);
    d.of[2] = dn * s.r;
    float *dz = l.dz + at.in_wide(l.units, 3, 0);
    dz[0] = d.of[0];
    dz[l.units] = d.of[1];
    dz[2 * l.units] = dn;
    l.d_candidate[at.in_window] = d.of[2];
    return dh * s.z;
  }
};

}  // namespace recurrent

RECURRENT_STEPS(gru, gru)
RECURRENT_PERSISTENT(gru, gru)
