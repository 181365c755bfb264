// One tanh layer (Elman 1990) over a whole window (ops/tanh-rnn.ts): h = tanh(x·W + (m ⊙ h)·U + b), and with zoneout some
// units of h keep (a share of) their old value.
#include "recurrent-steps.cuh"

namespace recurrent {

struct tanh_rnn {
  using Columns = tanh_columns;

  // h(t−1), and x·W + b.
  struct Inputs {
    float h, z;
  };

  static __device__ __forceinline__ Inputs load(const cuda_recurrent_forward &l, const place &at) {
    return {hidden_before(l, at), l.gates[at.in_window]};
  }

  // Returns h before zoneout, given the recurrent product.
  static __device__ __forceinline__ float forward(const cuda_recurrent_forward &l, const place &at, const Inputs &in,
                                                  const gate_values<1> &product) {
    const float activation = hyperbolic_tangent(in.z + product.of[0]);
    l.gates[at.in_window] = activation;
    return activation;
  }

  struct Saved {
    float activation;
  };

  static __device__ __forceinline__ Saved load(const cuda_recurrent_backward &l, const place &at) {
    return {l.gates[at.in_window]};
  }

  // Computes dz. Returns the gradient that reaches h(t−1) past the product: none.
  static __device__ __forceinline__ float backward(const cuda_recurrent_backward &l, const place &at, const Saved &s, float dh,
                                                   gate_values<1> &dz) {
    dz.of[0] = dh * tanh_slope(s.activation);
    l.dz[at.in_window] = dz.of[0];
    return 0.0f;
  }
};

}  // namespace recurrent

RECURRENT_STEPS(tanh_rnn, tanh_rnn)
