// Global attention with dot products: every column by itself, as small products of its rows, which are B·H apart.
#include <float.h>

#include "elementary.h"
#include "gemm.h"
#include "parallel.h"
#include "zlm.h"

// The rows of one column of a tensor [·,B,H].
static matrix column_of(const float *at, long column, const zlm_attention *a) {
  return (matrix){at + column * a->units, a->batch * a->units, 1};
}

// scores → softmax over the first `count` of a row of `all`, in place; the others become 0.
static void softmax_row(float *row, long count, long all) {
  float largest = -FLT_MAX;
  for (long j = 0; j < count; j++) largest = row[j] > largest ? row[j] : largest;
  float sum = 0;
  for (long j = 0; j < count; j += VL) {
    const long valid = min_of(VL, count - j);
    store_part(row + j, vec_exp(load_part(row + j, valid) - splat(largest)), valid);
  }
  for (long j = 0; j < count; j++) sum += row[j];
  for (long j = 0; j < count; j++) row[j] /= sum;
  for (long j = count; j < all; j++) row[j] = 0;
}

int zlm_attention_forward(const zlm_attention *a) {
  const long t = a->steps, s = a->source_steps, h = a->units, row = a->batch * h;
  int failed = 0;
#pragma omp parallel for schedule(dynamic) reduction(| : failed) if (a->batch > 1)
  for (long b = 0; b < a->batch; b++) {
    const matrix queries = column_of(a->queries, b, a), source = column_of(a->source, b, a);
    const long count = a->lengths ? a->lengths[b] : s;
    float *weights = a->weights + b * t * s;
    failed |= gemm(FLOAT32, t, count, h, queries, transposed(source), weights, s, NULL, 0);
    for (long i = 0; i < t; i++) softmax_row(weights + i * s, count, s);
    failed |= gemm(FLOAT32, t, h, count, (matrix){weights, s, 1}, source, a->context + b * h, row, NULL, 0);
  }
  return failed;
}

// d_weights → d_scores = weights ⊙ (d_weights − Σ weights ⊙ d_weights) of one row, in place.
static void score_gradient(const float *weights, float *d, long count) {
  float sum = 0;
  for (long j = 0; j < count; j++) sum += weights[j] * d[j];
  for (long j = 0; j < count; j++) d[j] = weights[j] * (d[j] - sum);
}

int zlm_attention_backward(const zlm_attention *a) {
  const long t = a->steps, s = a->source_steps, h = a->units, row = a->batch * h;
  float *scores = scratch(a->batch * t * s);
  if (!scores) return 1;
  int failed = 0;
#pragma omp parallel for schedule(dynamic) reduction(| : failed) if (a->batch > 1)
  for (long b = 0; b < a->batch; b++) {
    const matrix queries = column_of(a->queries, b, a), source = column_of(a->source, b, a);
    const matrix upstream = column_of(a->d_context, b, a);
    const float *weights = a->weights + b * t * s;
    float *d = scores + b * t * s, *d_source = a->d_source + b * h;
    failed |= gemm(FLOAT32, t, s, h, upstream, transposed(source), d, s, NULL, 0);
    for (long i = 0; i < t; i++) score_gradient(weights + i * s, d + i * s, s);
    const matrix d_scores = {d, s, 1}, mean = {weights, s, 1};
    failed |= gemm(FLOAT32, t, h, s, d_scores, source, a->d_queries + b * h, row, NULL, 0);
    failed |= gemm(FLOAT32, s, h, t, transposed(d_scores), queries, d_source, row, NULL, 0);
    failed |= gemm(FLOAT32, s, h, t, transposed(mean), upstream, d_source, row, NULL, 1);
  }
  free(scores);
  return failed;
}
