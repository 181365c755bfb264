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

// `restrict` lets the compiler compute several elements at once: it cannot compare so many arrays first.
INLINE void adam_step(long count, float *restrict parameter, const float *restrict gradient, float *restrict first_moment,
                      float *restrict second_moment, zlm_gradient_rule rule, zlm_adam a) {
  for (long i = 0; i < count; i++) {
    const float g = effective(rule, gradient[i], parameter[i]);
    first_moment[i] = a.beta1 * first_moment[i] + a.one_less_beta1 * g;
    second_moment[i] = a.beta2 * second_moment[i] + a.one_less_beta2 * (g * g);
    parameter[i] -= a.rate * first_moment[i] / (sqrtf(a.correction * second_moment[i]) + a.epsilon);
  }
}

void zlm_adam_update(int64_t n, float *parameter, const float *gradient, float *first_moment, float *second_moment,
                     const zlm_gradient_rule *rule, const zlm_adam *adam) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long first = block * BLOCK, count = block_end(block, n) - first;
    adam_step(count, parameter + first, gradient + first, first_moment + first, second_moment + first, *rule, *adam);
  }
}

INLINE void rmsprop_step(long count, float *restrict parameter, const float *restrict gradient,
                         float *restrict mean_square, zlm_gradient_rule rule, zlm_rmsprop m) {
  for (long i = 0; i < count; i++) {
    const float g = effective(rule, gradient[i], parameter[i]);
    mean_square[i] = m.keep * mean_square[i] + m.one_less_keep * (g * g);
    parameter[i] -= m.rate * g / (sqrtf(mean_square[i]) + m.epsilon);
  }
}

void zlm_rmsprop_update(int64_t n, float *parameter, const float *gradient, float *mean_square,
                        const zlm_gradient_rule *rule, const zlm_rmsprop *rmsprop) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long first = block * BLOCK, count = block_end(block, n) - first;
    rmsprop_step(count, parameter + first, gradient + first, mean_square + first, *rule, *rmsprop);
  }
}

void zlm_average_update(int64_t n, float *average, const float *parameter, float weight) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) average[i] += weight * (parameter[i] - average[i]);
  }
}

// Updates elements first … last − 1; the gradient's first element is that of element `first`.
INLINE void dynamic_step(long first, long last, float *restrict parameter, const float *restrict gradient,
                         const float *restrict anchor, const float *restrict rms, zlm_dynamic d) {
  for (long i = first; i < last; i++) {
    const float share = d.decay * rms[i];
    const float back = (share < 1 ? share : 1) * (anchor[i] - parameter[i]);
    parameter[i] = parameter[i] + back - d.rate * gradient[i - first] / (rms[i] + d.epsilon);
  }
}

void zlm_dynamic_update(int64_t n, float *parameter, const float *gradient, const float *anchor, const float *rms,
                        const zlm_dynamic *dynamic) {
  const zlm_dynamic d = *dynamic;
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long first = block * BLOCK;
    dynamic_step(first, block_end(block, n), parameter, gradient + first, anchor, rms, d);
  }
}

// A strip of `right` is read again for each group of rows of the parameter, so it should stay in a level-2 cache: its floats.
#define STRIP_FLOATS (1L << 16)
// The gradient of a group of rows and a piece of columns is computed before their step: it stays in the level-1 cache. Its tiles
// stay in registers.
#define GROUP_ROWS 4
#define GROUP_VECS 2
#define PIECE 512

// gradient (rows × count, rows PIECE apart) = Σ_i factors[i · height + r] · right[i · width …], i in order.
INLINE void gradient_of_piece(const int rows, long n, long count, const float *factors, long height, const float *right,
                              long width, float *gradient) {
  for (long j = 0; j < count; j += GROUP_VECS * VL) {
    const int vecs = count - j > VL ? GROUP_VECS : 1;
    const long last = min_of(VL, count - j - (vecs - 1) * VL);
    vec sums[GROUP_ROWS][GROUP_VECS] = {{{0}}};
    for (long i = 0; i < n; i++) {
      const float *from = right + i * width + j;
      vec values[GROUP_VECS];
      values[0] = load_part(from, vecs == 1 ? last : VL);
      values[1] = vecs == 1 ? values[0] : load_part(from + VL, last);
      for (int r = 0; r < rows; r++) {
        const vec factor = splat(factors[i * height + r]);
        for (int v = 0; v < GROUP_VECS; v++) sums[r][v] += factor * values[v];
      }
    }
    // A piece is a whole number of tiles, so what a narrow tile stores beyond its columns is in the buffer.
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < GROUP_VECS; v++) store(gradient + r * PIECE + j + v * VL, sums[r][v]);
    }
  }
}

void zlm_dynamic_update_factors(int64_t n, int64_t height, int64_t width, float *parameter, const float *left,
                                const float *right, const float *anchor, const float *rms, const zlm_dynamic *dynamic) {
  const zlm_dynamic d = *dynamic;
  // Strips are much longer than a page of memory: a row's part of each array is read in order.
  const long strip = min_of(width, (STRIP_FLOATS / n + PIECE - 1) / PIECE * PIECE);
  for (long start = 0; start < width; start += strip) {
    const long end = min_of(width, start + strip);
#pragma omp parallel for schedule(dynamic, 2) if (height * strip > BLOCK)
    for (long row = 0; row < height; row += GROUP_ROWS) {
      float gradient[GROUP_ROWS * PIECE];
      const long rows = min_of(GROUP_ROWS, height - row);
      for (long from = start; from < end; from += PIECE) {
        const long count = min_of(PIECE, end - from);
        if (rows == GROUP_ROWS) {
          gradient_of_piece(GROUP_ROWS, n, count, left + row, height, right + from, width, gradient);
        } else {
          for (long r = 0; r < rows; r++) {
            gradient_of_piece(1, n, count, left + row + r, height, right + from, width, gradient + r * PIECE);
          }
        }
        for (long r = 0; r < rows; r++) {
          const long first = (row + r) * width + from;
          dynamic_step(first, first + count, parameter, gradient + r * PIECE, anchor, rms, d);
        }
      }
    }
  }
}

void zlm_dynamic_update_rows(int64_t n, int64_t width, float *parameter, const float *gradient, const float *anchor,
                             const float *rms, const int32_t *ids, const zlm_dynamic *dynamic) {
  const zlm_dynamic d = *dynamic;
#pragma omp parallel for schedule(static) if (n * width > BLOCK)
  for (long i = 0; i < n; i++) {
    const long first = ids[i] * width;
    dynamic_step(first, first + width, parameter, gradient + first, anchor, rms, d);
  }
}
