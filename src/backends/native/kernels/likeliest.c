// Finds the largest logits of each row with their ids, and the logarithm of the sum of all exponentials.
#include <math.h>

#include "parallel.h"
#include "vec-double.h"
#include "zlm.h"

// Inserts a logit that is larger than the last of the k largest so far; equal ones stay in the order in which they came.
static void insert(float logit, int32_t id, long k, float *largest, int32_t *ids) {
  long place = k - 1;
  for (; place > 0 && logit > largest[place - 1]; place--) {
    largest[place] = largest[place - 1];
    ids[place] = ids[place - 1];
  }
  largest[place] = logit;
  ids[place] = id;
}

// The words are compared a vector at a time with the last of the k largest: few pass.
static void find_largest(const float *row, long v, long k, float *largest, int32_t *ids) {
  for (long i = 0; i < k; i++) largest[i] = -INFINITY, ids[i] = -1;
  long j = 0;
  for (; j + VL <= v; j += VL) {
    const veci passes = load(row + j) > splat(largest[k - 1]);
    int32_t lanes[VL], any = 0;
    memcpy(lanes, &passes, sizeof lanes);
    for (int i = 0; i < VL; i++) any |= lanes[i];
    if (!any) continue;
    for (int i = 0; i < VL; i++) {
      if (row[j + i] > largest[k - 1]) insert(row[j + i], (int32_t)(j + i), k, largest, ids);
    }
  }
  for (; j < v; j++) {
    if (row[j] > largest[k - 1]) insert(row[j], (int32_t)j, k, largest, ids);
  }
}

// log Σ exp(logit − largest), in doubles.
static double log_sum(const float *row, long v, float largest) {
  vecd sum = {0};
  const vecd shift = splat_double(largest);
  long j = 0;
  for (; j + VL_DOUBLE <= v; j += VL_DOUBLE) sum += exp_below_zero(widened(row + j) - shift);
  float rest[VL_DOUBLE];
  for (int i = 0; i < VL_DOUBLE; i++) rest[i] = j + i < v ? row[j + i] : -INFINITY;
  return log(sum_of_doubles(sum + exp_below_zero(widened(rest) - shift)));
}

void zlm_likeliest(int64_t n, int64_t v, int64_t k, const float *logits, float *largest, int32_t *ids, float *log_sums) {
#pragma omp parallel for schedule(static) if (n * v > BLOCK)
  for (long i = 0; i < n; i++) {
    find_largest(logits + i * v, v, k, largest + i * k, ids + i * k);
    log_sums[i] = (float)log_sum(logits + i * v, v, largest[i * k]);
  }
}
