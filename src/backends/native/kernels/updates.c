// The steps of the optimizers, in place and in one pass over memory. In all of them the gradient is clamped to ±clip
// (infinity for no clamp), then scaled, and then weight decay is added to it.
#include <math.h>

#include "parallel.h"
#include "zlm.h"

// Returns the gradient that a step uses. A NaN stays NaN.
INLINE float effective(zlm_gradient_rule r, float gradient, float parameter) {
  const float clamped = gradient > r.clip ? r.clip : gradient < -r.clip ? -r.clip : gradient;
  // Without decay nothing is added: 0 · parameter is NaN for an infinite parameter.
  return r.decay == 0 ? r.scale * clamped : r.scale * clamped + r.decay * parameter;
}

void zlm_sgd_update(int64_t n, float *parameter, const float *gradient, const zlm_gradient_rule *r) {
  const zlm_gradient_rule rule = *r;
  const int plain = rule.decay == 0 && rule.clip == INFINITY;
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long first = block * BLOCK, last = block_end(block, n);
    if (plain) {
      for (long i = first; i < last; i++) parameter[i] -= rule.scale * gradient[i];
    } else {
      for (long i = first; i < last; i++) parameter[i] -= effective(rule, gradient[i], parameter[i]);
    }
  }
}

void zlm_sgd_update_rows(int64_t n, int64_t width, float *parameter, const float *gradient, const int32_t *ids,
                         const zlm_gradient_rule *r) {
  const zlm_gradient_rule rule = {r->scale, 0, r->clip};
#pragma omp parallel for schedule(static) if (n * width > BLOCK)
  for (long i = 0; i < n; i++) {
    const long first = ids[i] * width;
    for (long j = first; j < first + width; j++) parameter[j] -= effective(rule, gradient[j], 0);
  }
}

void zlm_adam_update(int64_t n, float *parameter, const float *gradient, float *first_moment, float *second_moment,
                     const zlm_gradient_rule *r, const zlm_adam *adam) {
  const zlm_gradient_rule rule = *r;
  const zlm_adam a = *adam;
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) {
      const float g = effective(rule, gradient[i], parameter[i]);
      first_moment[i] = a.beta1 * first_moment[i] + a.one_less_beta1 * g;
      second_moment[i] = a.beta2 * second_moment[i] + a.one_less_beta2 * (g * g);
      parameter[i] -= a.rate * first_moment[i] / (sqrtf(a.correction * second_moment[i]) + a.epsilon);
    }
  }
}

void zlm_rmsprop_update(int64_t n, float *parameter, const float *gradient, float *mean_square,
                        const zlm_gradient_rule *r, const zlm_rmsprop *rmsprop) {
  const zlm_gradient_rule rule = *r;
  const zlm_rmsprop m = *rmsprop;
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) {
      const float g = effective(rule, gradient[i], parameter[i]);
      mean_square[i] = m.keep * mean_square[i] + m.one_less_keep * (g * g);
      parameter[i] -= m.rate * g / (sqrtf(mean_square[i]) + m.epsilon);
    }
  }
}

void zlm_average_update(int64_t n, float *average, const float *parameter, float weight) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) average[i] += weight * (parameter[i] - average[i]);
  }
}

// Updates elements first … last − 1.
INLINE void dynamic_step(long first, long last, float *restrict parameter, const float *restrict gradient,
                         const float *restrict anchor, const float *restrict rms, zlm_dynamic d) {
  for (long i = first; i < last; i++) {
    const float share = d.decay * rms[i];
    const float back = (share < 1 ? share : 1) * (anchor[i] - parameter[i]);
    parameter[i] = parameter[i] + back - d.rate * gradient[i] / (rms[i] + d.epsilon);
  }
}

void zlm_dynamic_update(int64_t n, float *parameter, const float *gradient, const float *anchor, const float *rms,
                        const zlm_dynamic *dynamic) {
  const zlm_dynamic d = *dynamic;
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    dynamic_step(block * BLOCK, block_end(block, n), parameter, gradient, anchor, rms, d);
  }
}

void zlm_dynamic_update_rows(int64_t n, int64_t width, float *parameter, const float *gradient, const float *anchor,
                             const float *rms, const int32_t *ids, const zlm_dynamic *dynamic) {
  const zlm_dynamic d = *dynamic;
#pragma omp parallel for schedule(static) if (n * width > BLOCK)
  for (long i = 0; i < n; i++) {
    dynamic_step(ids[i] * width, (ids[i] + 1) * width, parameter, gradient, anchor, rms, d);
  }
}
