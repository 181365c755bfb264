// Everything that TypeScript launches: the kernels and the struct that each takes as its only argument, by value.
// `npm run generate` makes kernels.generated.ts from this file, so a signature and a constant are written once; the emulated
// driver of the tests makes its table of kernels from it.
//
// Sizes are in elements and fit 31 bits. Matrices are dense and row by row. A pointer marked NULLABLE may be null; what
// that means is said beside it. Kernels that say "grid-stride" take any grid.
#ifndef ZLM_CUDA_H
#define ZLM_CUDA_H

#include "integers.h"

#define NULLABLE

// ---- Noise

// One source of noise in one window (`Noise` in ops/noise.ts).
typedef struct {
  uint64_t threshold; // a unit is dropped, or under zoneout kept as it was, where its random word is below: ⌈rate·2³²⌉
  float rate;
  float scale;        // of the units that dropout keeps: 1 / (1 − rate)
  int32_t mask;       // a noise_mask: how long a mask lives; none for no noise at all
  int32_t per_gate;   // one mask for each gate, side by side, instead of one for all
  uint32_t seed, site, step;
} cuda_noise;

// y [steps, per_step] = x ⊙ dropout mask. Each thread takes four neighboring units, which share a Philox block: grid
// (⌈⌈per_step / 4⌉ / THREADS⌉, steps).
typedef struct {
  int32_t per_step;
  const float *x;
  float *y;
  cuda_noise noise;
} cuda_dropout;
KERNEL(zlm_dropout, cuda_dropout)

// ---- Products

// A matrix anywhere in memory: element (i, j) is at[i·row + j·column]; a transpose swaps the two.
typedef struct {
  const float *at;
  int32_t row, column;
} cuda_matrix;

// c (m × n, rows c_row apart) = a (m × k) · b (k × n), plus bias, plus c itself. The kernels differ in the tile of c that a block
// computes, and in the arithmetic: float32 (of operands in bfloat16 if `mixed`), or the tensor cores' products of operands in
// bfloat16, from compute 8.0. Grid (⌈n / columns⌉, ⌈m / rows⌉, ⌈k / depth⌉).
typedef struct {
  int32_t mixed;
  int32_t m, n, k;
  cuda_matrix a, b;
  const float *NULLABLE bias;  // [n], added to every row
  int32_t accumulate;          // adds the product to c
  float *c;
  int32_t c_row;
  int32_t depth;               // of the part of k that a block takes, a multiple of PRODUCT_DEPTH
  float *NULLABLE parts;       // [⌈k / depth⌉, m, n]: takes the sums of each part, instead of c; needed when there are several
} cuda_product;
KERNEL(zlm_product_128x128, cuda_product)
KERNEL(zlm_product_64x64, cuda_product)
KERNEL(zlm_product_32x128, cuda_product)
KERNEL(zlm_product_mixed_128x128, cuda_product)
KERNEL(zlm_product_mixed_64x64, cuda_product)
KERNEL(zlm_product_mixed_32x128, cuda_product)

// c = Σ sums over parts in order, plus bias, plus c itself. A thread for each element.
typedef struct {
  int32_t m, n, parts;
  const float *sums;           // [parts, m, n]
  const float *NULLABLE bias;  // [n]
  int32_t accumulate;
  float *c;
  int32_t c_row;
} cuda_product_parts;
KERNEL(zlm_product_parts, cuda_product_parts)

enum {
  PRODUCT_DEPTH = 16,
  PRODUCT_128X128_THREADS = 256,
  PRODUCT_64X64_THREADS = 128,
  PRODUCT_32X128_THREADS = 128,
  PRODUCT_128X128_SHARED_BYTES = 33792,
  PRODUCT_64X64_SHARED_BYTES = 17408,
  PRODUCT_32X128_SHARED_BYTES = 21504,
  PRODUCT_MIXED_THREADS = 128,
  PRODUCT_MIXED_128X128_SHARED_BYTES = 81920,
  PRODUCT_MIXED_64X64_SHARED_BYTES = 40960,
  PRODUCT_MIXED_32X128_SHARED_BYTES = 51200,
};

// ---- Sums over rows

// out [columns] = Σ over rows of a, whose rows are `row` apart, plus out itself. Grid (⌈columns / COLUMN_SUMS_COLUMNS⌉).
typedef struct {
  int32_t rows, columns, row;
  const float *a;
  int32_t accumulate;          // adds the sums to out
  float *out;
} cuda_column_sums;
KERNEL(zlm_column_sums, cuda_column_sums)

enum {
  COLUMN_SUMS_COLUMNS = 32,
  COLUMN_SUMS_SHARED_BYTES = 1024,
};

// ---- Softmax and negative log-likelihood

// nll [rows] of the targets under the softmax of logits [rows, classes]. A block for each row.
typedef struct {
  int32_t classes;
  const float *logits;
  const int32_t *targets;      // [rows], each below classes
  float *nll;
  float *NULLABLE log_sum_exp; // [rows], for the backward pass
} cuda_softmax_rows;
KERNEL(zlm_softmax_rows, cuda_softmax_rows)

// logits [rows, classes] → (softmax − one-hot of the target) · upstream, in place. Grid (rows, ⌈classes / (4·THREADS)⌉).
typedef struct {
  int32_t classes;
  float *logits;
  const int32_t *targets;
  const float *log_sum_exp;    // [rows]
  const float *upstream;       // [rows]
} cuda_softmax_gradient;
KERNEL(zlm_softmax_gradient, cuda_softmax_gradient)

enum {
  SOFTMAX_SHARED_BYTES = 64,
};

// ---- Embedding

// out [positions, width] = rows of table [·, width] by ids. Grid (positions, ⌈width / THREADS⌉).
typedef struct {
  int32_t width;
  const float *table;
  const int32_t *ids;          // [positions]
  float *out;
} cuda_gather_rows;
KERNEL(zlm_gather_rows, cuda_gather_rows)

// Row id of out [·, width] = Σ of the rows [positions, width] with that id, for every id that occurs; the others are left as they
// are. Grid (positions, ⌈width / THREADS⌉).
typedef struct {
  int32_t positions, width;
  const int32_t *ids;
  const float *rows;
  float *out;
} cuda_scatter_add_rows;
KERNEL(zlm_scatter_add_rows, cuda_scatter_add_rows)

enum {
  SCATTER_ADD_SHARED_BYTES = 32,
};

// ---- Constants that launches need

enum {
  THREADS = 256,              // of a block of every element-wise kernel
};

#endif
