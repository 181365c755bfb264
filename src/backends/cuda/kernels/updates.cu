// The steps of the optimizers, in place and in one pass over memory (ops/update.ts).
#include "device.cuh"

namespace {
// Four neighboring elements, read and written at once.
struct __align__(16) quad {
  float at[4];
};

// Reads the elements from `first` on; those from n on are 0.
__device__ __forceinline__ quad load_quad(const float *x, int first, int n) {
  if (first + 4 <= n) return *reinterpret_cast<const quad *>(x + first);
  quad part = {};
  for (int k = 0; k < 4; k++)
    if (first + k < n) part.at[k] = x[first + k];
  return part;
}

__device__ __forceinline__ void store_quad(float *x, int first, int n, const quad &values) {
  if (first + 4 <= n) *reinterpret_cast<quad *>(x + first) = values;
  else
    for (int k = 0; k < 4; k++)
      if (first + k < n) x[first + k] = values.at[k];
}

// The first element of a thread.
__device__ __forceinline__ int own_first() { return 4 * (blockIdx.x * THREADS + threadIdx.x); }

__device__ __forceinline__ float value_of(const cuda_factor &factor) { return factor.at ? *factor.at : factor.value; }

// A rule whose factors are read.
struct known_rule {
  float scale, clip, decay;

  __device__ __forceinline__ explicit known_rule(const cuda_gradient_rule &rule)
      : scale(value_of(rule.rate) * value_of(rule.scale)), clip(rule.clip), decay(value_of(rule.decay)) {}

  // The gradient that a step uses, of one element. A NaN stays NaN.
  __device__ __forceinline__ float effective(float gradient, float parameter) const {
    const float clamped = gradient > clip ? clip : gradient < -clip ? -clip : gradient;
    // Without decay nothing is added: 0 · parameter is NaN for an infinite parameter.
    return decay == 0 ? scale * clamped : scale * clamped + decay * parameter;
  }
};
}  // namespace

extern "C" __global__ void zlm_clip_scale(const cuda_clip_scale a) {
  const float norm = *a.norm;
  *a.scale = norm <= a.most ? 1.0f : a.most / norm;
}

extern "C" __global__ void zlm_sgd_update(const cuda_sgd_update a) {
  const int first = own_first();
  if (first >= a.n) return;
  const known_rule rule(a.rule);
  const quad gradient = load_quad(a.rule.gradient, first, a.n);
  quad parameter = load_quad(a.parameter, first, a.n);
  for (int k = 0; k < 4; k++) parameter.at[k] -= rule.effective(gradient.at[k], parameter.at[k]);
  store_quad(a.parameter, first, a.n, parameter);
}

extern "C" __global__ void zlm_adam_update(const cuda_adam_update a) {
  const int first = own_first();
  if (first >= a.n) return;
  const known_rule rule(a.rule);
  const quad gradient = load_quad(a.rule.gradient, first, a.n);
  quad parameter = load_quad(a.parameter, first, a.n);
  const float rate = value_of(a.rate), correction = value_of(a.correction);
  quad mean = load_quad(a.first_moment, first, a.n), square = load_quad(a.second_moment, first, a.n);
  for (int k = 0; k < 4; k++) {
    const float g = rule.effective(gradient.at[k], parameter.at[k]);
    mean.at[k] = a.beta1 * mean.at[k] + a.one_less_beta1 * g;
    square.at[k] = a.beta2 * square.at[k] + a.one_less_beta2 * (g * g);
    parameter.at[k] -= rate * mean.at[k] / (sqrtf(correction * square.at[k]) + a.epsilon);
  }
  store_quad(a.parameter, first, a.n, parameter);
  store_quad(a.first_moment, first, a.n, mean);
  store_quad(a.second_moment, first, a.n, square);
}

extern "C" __global__ void zlm_rmsprop_update(const cuda_rmsprop_update a) {
  const int first = own_first();
  if (first >= a.n) return;
  const known_rule rule(a.rule);
  const quad gradient = load_quad(a.rule.gradient, first, a.n);
  quad parameter = load_quad(a.parameter, first, a.n), square = load_quad(a.mean_square, first, a.n);
  const float rate = value_of(a.rate);
  for (int k = 0; k < 4; k++) {
    const float g = rule.effective(gradient.at[k], parameter.at[k]);
    square.at[k] = a.keep * square.at[k] + a.one_less_keep * (g * g);
    parameter.at[k] -= rate * g / (sqrtf(square.at[k]) + a.epsilon);
  }
  store_quad(a.parameter, first, a.n, parameter);
  store_quad(a.mean_square, first, a.n, square);
}

extern "C" __global__ void zlm_average_update(const cuda_average_update a) {
  const int first = own_first();
  if (first >= a.n) return;
  const quad parameter = load_quad(a.parameter, first, a.n);
  quad average = load_quad(a.average, first, a.n);
  const float weight = value_of(a.weight);
  for (int k = 0; k < 4; k++) average.at[k] += weight * (parameter.at[k] - average.at[k]);
  store_quad(a.average, first, a.n, average);
}
