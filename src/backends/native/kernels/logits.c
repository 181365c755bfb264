// The output projection alone: what words are drawn from.
#include "blocks.h"
#include "gemm.h"

// hidden [N,H]; weight [H,V], or [V,H] when tied; bias [V]. Out: logits [N,V]. Returns 0, or 1 when memory ran out.
int zlm_logits(long n, long h, long v, const float *hidden, const float *weight, int tied, const float *bias,
               float *logits) {
  const matrix left = {hidden, h, 1}, w = tied ? (matrix){weight, 1, h} : (matrix){weight, v, 1};
  if (gemm(FLOAT32, n, v, h, left, w, logits, v, NULL, 0)) return 1;
#pragma omp parallel for schedule(static) if (n * v > BLOCK)
  for (long i = 0; i < n; i++) {
    for (long j = 0; j < v; j++) logits[i * v + j] += bias[j];
  }
  return 0;
}
