// Output projection, log-softmax, negative log-likelihood and, for training, all gradients in one pass. Rows are processed
// in chunks whose logits fit a cache, so the logits of a whole window never exist. Also the projection alone, for drawing.
#include <float.h>
#include <math.h>

#include "elementary.h"
#include "gemm.h"
#include "parallel.h"
#include "vec.h"
#include "zlm.h"

// The most logits at once, in floats (16 MiB). This also bounds how often the weight's gradient is added up.
#define CHUNK_FLOATS (4L << 20)

INLINE vec load_logits(const float *row, long j, long classes) {
  vec v = splat(-FLT_MAX);
  if (classes - j >= VL) return load(row + j);
  memcpy(&v, row + j, (size_t)(classes - j) * sizeof(float));
  return v;
}

// Computes the largest logit of a row, and Σ exp(logit − largest). The exponentials replace the logits when `keep` is set.
static void exponentials(float *row, long classes, int keep, float *largest, float *sum) {
  vec top = splat(-FLT_MAX);
  // A NaN must reach the sum, and comparisons drop it; the exponentials below carry it.
  for (long j = 0; j < classes; j += VL) top = max_of(top, load_logits(row, j, classes));
  *largest = max_lanes(top);
  const vec shift = splat(*largest);
  vec total = {0};
  for (long j = 0; j < classes; j += VL) {
    const vec e = vec_exp(load_logits(row, j, classes) - shift);
    const long valid = min_of(VL, classes - j);
    if (valid == VL) {
      total += e;
      if (keep) store(row + j, e);
    } else {
      float tail[VL] = {0};
      store_some(tail, e, valid);
      total += load(tail);
      if (keep) store_some(row + j, e, valid);
    }
  }
  *sum = sum_lanes(total);
}

// logits → weight · (softmax − one-hot of the target), in place.
static void logit_gradient(float *row, long classes, long target, float sum, float weight) {
  const float scale = weight / sum;
  for (long j = 0; j + VL <= classes; j += VL) store(row + j, load(row + j) * splat(scale));
  for (long j = classes - classes % VL; j < classes; j++) row[j] *= scale;
  row[target] -= weight;
}

// Computes nll of one chunk, and the gradient of the logits in place when `keep` is set.
static void chunk_rows(long rows, long classes, float *logits, const int32_t *targets, const float *weights,
                       float weight, int keep, float *nll) {
#pragma omp parallel for schedule(dynamic, 8)
  for (long i = 0; i < rows; i++) {
    float *row = logits + i * classes, largest, sum;
    const float target = row[targets[i]];
    exponentials(row, classes, keep, &largest, &sum);
    nll[i] = logf(sum) + largest - target;
    if (keep) logit_gradient(row, classes, targets[i], sum, weights ? weights[i] : weight);
  }
}

// The softmax of few rows, which leaves the gradient of the weight as a product: the gradients of the logits are the result.
static int factored_softmax(const zlm_softmax_layer *l, matrix w) {
  const long n = l->n, h = l->h, v = l->v;
  const matrix hidden = {l->hidden, h, 1}, d = {l->d_logits, v, 1};
  int failed = gemm(FLOAT32, n, v, h, hidden, w, l->d_logits, v, l->bias, 0);
  chunk_rows(n, v, l->d_logits, l->targets, l->row_weights, l->row_weight, 1, l->nll);
  if (l->tied) failed |= gemm(FLOAT32, n, h, v, d, transposed(w), l->d_hidden, h, NULL, 0);
  else few_rows_dots(n, h, v, l->d_logits, l->weight, l->d_hidden);
  column_sums(n, v, l->d_logits, v, l->d_bias, 0);
  return failed;
}

int zlm_softmax(const zlm_softmax_layer *l) {
  const precision p = l->mixed ? MIXED : FLOAT32;
  const long n = l->n, h = l->h, v = l->v;
  const matrix w = l->tied ? (matrix){l->weight, 1, h} : (matrix){l->weight, v, 1};
  const long chunk = n < 1 ? 1 : CHUNK_FLOATS / v < 1 ? 1 : min_of(n, CHUNK_FLOATS / v);
  // For no rows one empty chunk, which makes the gradients of weight and bias zeros.
  const long chunks = n < 1 ? 1 : (n + chunk - 1) / chunk;
  // Not d_hidden: an empty array may be passed as null.
  const int keep = l->d_bias != NULL;
  if (l->d_logits) return factored_softmax(l, w);
  float *logits = scratch(chunk * v);
  if (!logits) return 1;
  int failed = 0;
  for (long c = 0; c < chunks; c++) {
    // Chunks of equal size, rather than full ones and a remainder.
    const long first = n * c / chunks, rows = n * (c + 1) / chunks - first;
    const matrix part = {l->hidden + first * h, h, 1}, d = {logits, v, 1};
    failed |= gemm(p, rows, v, h, part, w, logits, v, l->bias, 0);
    const float *weights = l->row_weights ? l->row_weights + first : NULL;
    chunk_rows(rows, v, logits, l->targets + first, weights, l->row_weight, keep, l->nll + first);
    if (!keep) continue;
    failed |= gemm(p, rows, h, v, d, transposed(w), l->d_hidden + first * h, h, NULL, 0);
    if (l->tied) failed |= gemm(p, v, h, rows, transposed(d), part, l->d_weight, h, NULL, c > 0);
    else failed |= gemm(p, h, v, rows, transposed(part), d, l->d_weight, v, NULL, c > 0);
    column_sums(rows, v, logits, v, l->d_bias, c > 0);
  }
  free(logits);
  return failed;
}

int zlm_logits(int64_t n, int64_t h, int64_t v, const float *hidden, const float *weight, int32_t tied, const float *bias,
               float *logits) {
  const matrix left = {hidden, h, 1}, w = tied ? (matrix){weight, 1, h} : (matrix){weight, v, 1};
  // A product of one slice adds the bias itself. Of several, it would add the bias to the first, which gives other bits.
  const int in_product = h <= PANEL_DEPTH;
  if (gemm(FLOAT32, n, v, h, left, w, logits, v, in_product ? bias : NULL, 0)) return 1;
  if (in_product) return 0;
#pragma omp parallel for schedule(static) if (n * v > BLOCK)
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < v; j++) logits[i * v + j] += bias[j];
  }
  return 0;
}
