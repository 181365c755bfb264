// The output projection alone: what words are drawn from.
#include "blocks.h"
#include "gemm.h"
#include "zlm.h"

int zlm_logits(int64_t n, int64_t h, int64_t v, const float *hidden, const float *weight, int32_t tied, const float *bias,
               float *logits) {
  const matrix left = {hidden, h, 1}, w = tied ? (matrix){weight, 1, h} : (matrix){weight, v, 1};
  if (gemm(FLOAT32, n, v, h, left, w, logits, v, NULL, 0)) return 1;
#pragma omp parallel for schedule(static) if (n * v > BLOCK)
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < v; j++) logits[i * v + j] += bias[j];
  }
  return 0;
}
