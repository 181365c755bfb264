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

// The arithmetic of products: float32, or bfloat16 operands with float32 sums.
typedef enum { FLOAT32 = 0, MIXED = 1 } precision;

// Rows of b in a packed panel: a panel of 384 × 64 floats takes 96 KiB, well inside a level-2 cache. A longer sum over k is
// cut into slices of this many terms, and the bias is added to the first slice.
#define PANEL_DEPTH 384

// c (m × n, rows ldc apart) = a (m × k) · b (k × n), plus `bias` on each row when it is not null, plus the old c when
// `accumulate` is set. Returns 0, or 1 when memory ran out.
int gemm(precision p, long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate);

// Packs the columns [from, from + width) of b's first `depth` rows as a panel: TILE_COLUMNS floats a row, zeros on the right.
void pack_panel(float *panel, matrix b, long depth, long from, long width);

// Packs the same columns in bf16: row p of the panel holds the pairs of b's rows 2p and 2p + 1.
void pack_panel_pairs(uint32_t *panel, matrix b, long depth, long from, long width);

// Packs `count` values of one row, `column` apart, as pairs.
void pack_row_pairs(uint32_t *pairs, const float *from, long column, long count);

// ---- Special cases of `gemm` in files of their own

// The product of few rows, as in a step of sampling: b is read once and as it is in memory, not packed into panels first.
// Up to this many rows, packing b costs more than it saves.
#define FEW_ROWS 8

// Returns whether `few_rows_product` can and should compute a product of m rows.
static inline int suits_few_rows(precision p, long m, matrix b) {
  return p == FLOAT32 && m <= FEW_ROWS && b.column == 1;
}

// `gemm` for few rows, with the same bits: k is cut into slices of `slice` rows of b, each summed from zero.
void few_rows_product(long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate,
                      long slice);

// c (m × n, dense) = a (m × k, dense) · bᵀ in float32; b (n × k, dense) is read once and as it is in memory. Each element is summed
// in other order than by `gemm`: in as many sums along k as a vector has elements.
void few_rows_dots(long m, long n, long k, const float *a, const float *b, float *c);

// `gemm` of precision MIXED by AMX tiles. May be called only where amx_usable() is true (amx.h).
int amx_gemm(long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate);

#endif
