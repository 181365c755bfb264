// The steps of the optimizers, in place and in one pass over memory. In all of them the gradient is clamped to ±clip
// (infinity for no clamp), then scaled, and then weight decay is added to it.
#include <math.h>

#include "blocks.h"

// What every step makes of its gradient. A NaN stays NaN.
typedef struct {
  float scale, decay, clip;
} gradient_rule;

INLINE float effective(gradient_rule r, float gradient, float parameter) {
  const float clamped = gradient > r.clip ? r.clip : gradient < -r.clip ? -r.clip : gradient;
  // Not a sum with 0 · parameter, which is NaN for an infinite parameter.
  return r.decay == 0 ? r.scale * clamped : r.scale * clamped + r.decay * parameter;
}

// parameter −= g. `scale` and `decay` have the learning rate as a factor.
void zlm_sgd_update(long n, float *parameter, const float *gradient, float scale, float decay, float clip) {
  const gradient_rule rule = {scale, decay, clip};
  const int plain = decay == 0 && clip == INFINITY;
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long first = block * BLOCK, last = block_end(block, n);
    if (plain) {
      for (long i = first; i < last; i++) parameter[i] -= scale * gradient[i];
    } else {
      for (long i = first; i < last; i++) parameter[i] -= effective(rule, gradient[i], parameter[i]);
    }
  }
}

// The same for n rows of matrices of `width` columns, each of them once in ids, where there is no weight decay.
void zlm_sgd_update_rows(long n, long width, float *parameter, const float *gradient, const int32_t *ids, float scale,
                         float clip) {
  const gradient_rule rule = {scale, 0, clip};
#pragma omp parallel for schedule(static) if (n * width > BLOCK)
  for (long i = 0; i < n; i++) {
    const long first = ids[i] * width;
    for (long j = first; j < first + width; j++) parameter[j] -= effective(rule, gradient[j], 0);
  }
}

// first = beta1 · first + (1 − beta1) · g; second = beta2 · second + (1 − beta2) · g²; parameter −= rate · first /
// (√(correction · second) + epsilon). `rate` is the learning rate over 1 − beta1ᵗ, `correction` 1 over 1 − beta2ᵗ.
void zlm_adam_update(long n, float *parameter, const float *gradient, float *first_moment, float *second_moment,
                     float scale, float decay, float clip, float beta1, float one_less_beta1, float beta2,
                     float one_less_beta2, float rate, float correction, float epsilon) {
  const gradient_rule rule = {scale, decay, clip};
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) {
      const float g = effective(rule, gradient[i], parameter[i]);
      first_moment[i] = beta1 * first_moment[i] + one_less_beta1 * g;
      second_moment[i] = beta2 * second_moment[i] + one_less_beta2 * (g * g);
      parameter[i] -= rate * first_moment[i] / (sqrtf(correction * second_moment[i]) + epsilon);
    }
  }
}

// mean_square = keep · mean_square + (1 − keep) · g²; parameter −= rate · g / (√mean_square + epsilon).
void zlm_rmsprop_update(long n, float *parameter, const float *gradient, float *mean_square, float scale, float decay,
                        float clip, float keep, float one_less_keep, float rate, float epsilon) {
  const gradient_rule rule = {scale, decay, clip};
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) {
      const float g = effective(rule, gradient[i], parameter[i]);
      mean_square[i] = keep * mean_square[i] + one_less_keep * (g * g);
      parameter[i] -= rate * g / (sqrtf(mean_square[i]) + epsilon);
    }
  }
}

// average += weight · (parameter − average).
void zlm_average_update(long n, float *average, const float *parameter, float weight) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) average[i] += weight * (parameter[i] - average[i]);
  }
}
