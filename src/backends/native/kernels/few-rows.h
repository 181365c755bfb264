// Products of few rows, as a step of sampling makes them: b is read once and as it is in memory, not packed into
// panels first.
#ifndef ZLM_FEW_ROWS_H
#define ZLM_FEW_ROWS_H

#include "gemm.h"

// Up to so many rows, packing b costs more than it saves.
#define FEW_ROWS 4

// Whether `few_rows_product` can and should make a product of m rows.
static inline int suits_few_rows(precision p, long m, matrix b) {
  return p == FLOAT32 && m <= FEW_ROWS && b.column == 1;
}

// As `gemm`, with the same bits: k is taken in slices of `slice` rows of b, each summed from zero.
void few_rows_product(long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate,
                      long slice);

#endif
