// Matrix products, and the packing of their operands.
#ifndef ZLM_GEMM_H
#define ZLM_GEMM_H

#include <stdint.h>

// A matrix anywhere in memory: element (i, j) is at[i·row + j·column]; a transpose swaps the two.
typedef struct {
  const float *at;
  long row, column;
} matrix;

static inline matrix transposed(matrix a) { return (matrix){a.at, a.column, a.row}; }

// What products compute in: float32, or bfloat16 operands with float32 sums.
typedef enum { FLOAT32 = 0, MIXED = 1 } precision;

// c (m × n, rows ldc apart) = a (m × k) · b (k × n), plus `bias` on each row when it is not null, plus the old c when
// `accumulate` is set. Returns 0, or 1 when memory ran out.
int gemm(precision p, long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate);

// The columns [from, from + width) of b's first `depth` rows as a panel: TILE_COLUMNS floats a row, zeros on the right.
void pack_panel(float *panel, matrix b, long depth, long from, long width);

// The same in bf16: row p of the panel holds the pairs of b's rows 2p and 2p + 1.
void pack_panel_pairs(uint32_t *panel, matrix b, long depth, long from, long width);

// `count` values of one row, `column` apart, as pairs.
void pack_row_pairs(uint32_t *pairs, const float *from, long column, long count);

#endif
