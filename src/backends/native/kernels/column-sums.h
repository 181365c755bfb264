// Sums over rows, for the gradients of biases.
#ifndef ZLM_COLUMN_SUMS_H
#define ZLM_COLUMN_SUMS_H

#include "blocks.h"
#include "threads.h"
#include "vec.h"

// out[j] = Σ_i a[i][j], plus the old out[j] when `accumulate` is set; a is rows × columns, its rows `row` apart.
static inline void column_sums(long rows, long columns, const float *a, long row, float *out, int accumulate) {
#pragma omp parallel if (rows * columns > BLOCK)
  {
    const share own = share_of((columns + VL - 1) / VL);
    for (long block = own.first; block < own.last; block++) {
      const long from = block * VL, there = min_of(VL, columns - from);
      vec sum = accumulate ? load_part(out + from, there) : (vec){0};
      for (long i = 0; i < rows; i++) sum += load_part(a + i * row + from, there);
      store_part(out + from, sum, there);
    }
  }
}

#endif
