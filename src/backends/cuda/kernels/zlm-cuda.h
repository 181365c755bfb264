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

// c (m × n, rows c_row apart) = a (m × k) · b (k × n), plus bias, plus c itself. Grid (⌈n / PRODUCT_TILE⌉, ⌈m / PRODUCT_TILE⌉).
typedef struct {
  int32_t mixed;               // operands in bfloat16
  int32_t m, n, k;
  cuda_matrix a, b;
  const float *NULLABLE bias;  // [n], added to every row
  int32_t accumulate;          // adds the product to c
  float *c;
  int32_t c_row;
} cuda_product;
KERNEL(zlm_product, cuda_product)

// ---- Sums, which are added in one order whatever the grid and the device

enum {
  SUM_PIECE = 16384,       // elements of a long sum that one block adds
  SUM_SPANS = 32,          // tensors that one launch takes
  SUM_COLUMNS = 32,        // columns that one block sums
  SUM_SHARED_BYTES = 2048, // of every kernel that sums over a block
};

// All elements of one tensor. Its pieces are those of blocks first_block … first_block + ⌈count / SUM_PIECE⌉ − 1.
typedef struct {
  const float *at;
  int32_t count, first_block;
} cuda_span;

// partial[block] = Σ x² over one piece of one tensor. Grid: all pieces.
typedef struct {
  int32_t spans;
  cuda_span span[SUM_SPANS];
  double *partial;
} cuda_sum_of_squares;
KERNEL(zlm_sum_of_squares, cuda_sum_of_squares)

// norm = √ Σ partial. One block.
typedef struct {
  int32_t count;
  const double *partial;
  float *norm;
} cuda_norm;
KERNEL(zlm_norm, cuda_norm)

// out[row] = factor · Σ over columns of x[row, column]. The last row may be shorter: n elements in all. Grid (rows).
typedef struct {
  int32_t columns, n;
  const float *x;
  float factor;
  float *out;
} cuda_row_sums;
KERNEL(zlm_row_sums, cuda_row_sums)

// out[o, column] = factor · Σ over rows of x[o, row, column]. Grid (⌈columns / SUM_COLUMNS⌉, outer).
typedef struct {
  int32_t rows, columns;
  const float *x;
  float factor;
  float *out;
} cuda_column_sums;
KERNEL(zlm_column_sums, cuda_column_sums)

// ---- Optimizers: one step of one parameter, in place. A thread takes four neighboring elements, which are aligned to 16
// bytes: grid (⌈⌈n / 4⌉ / THREADS⌉).

// A factor: the number on the device, or where there is none, `value`.
typedef struct {
  const float *NULLABLE at;
  float value;
} cuda_factor;

// scale = min(1, most / norm), and NaN for a NaN. One thread.
typedef struct {
  float most;
  const float *norm;
  float *scale;
} cuda_clip_scale;
KERNEL(zlm_clip_scale, cuda_clip_scale)

// The gradient that a step uses: rate · scale · the gradient clamped to ±clip (infinity for no clamp) + decay · parameter.
typedef struct {
  const float *gradient;
  cuda_factor scale;
  float rate, clip, decay;
} cuda_gradient_rule;

// parameter −= g. The rule's rate is the learning rate, and its decay has it as a factor.
typedef struct {
  int32_t n;
  float *parameter;
  cuda_gradient_rule rule;
} cuda_sgd_update;
KERNEL(zlm_sgd_update, cuda_sgd_update)

// first = beta1 · first + (1 − beta1) · g; second = beta2 · second + (1 − beta2) · g²; parameter −= rate · first /
// (√(correction · second) + epsilon). `rate` is the learning rate over 1 − beta1ᵗ, `correction` 1 over 1 − beta2ᵗ; the rule's
// rate is 1.
typedef struct {
  int32_t n;
  float *parameter;
  float *first_moment;
  float *second_moment;
  float beta1, one_less_beta1, beta2, one_less_beta2, rate, correction, epsilon;
  cuda_gradient_rule rule;
} cuda_adam_update;
KERNEL(zlm_adam_update, cuda_adam_update)

// mean_square = keep · mean_square + (1 − keep) · g²; parameter −= rate · g / (√mean_square + epsilon). The rule's rate is 1.
typedef struct {
  int32_t n;
  float *parameter;
  float *mean_square;
  float keep, one_less_keep, rate, epsilon;
  cuda_gradient_rule rule;
} cuda_rmsprop_update;
KERNEL(zlm_rmsprop_update, cuda_rmsprop_update)

// average += weight · (parameter − average)
typedef struct {
  int32_t n;
  float *average;
  const float *parameter;
  float weight;
} cuda_average_update;
KERNEL(zlm_average_update, cuda_average_update)

// ---- tfjs's own ops. A thread takes one of the n elements of the result, grid (⌈n / THREADS⌉), except where a grid is named.

enum { DIMENSIONS = 6 };

// The dimensions of a result, the last one first: the first `count` of `size` are in use.
typedef struct {
  int32_t n, count;
  int32_t size[DIMENSIONS];
} cuda_dimensions;

// An operand with the strides of its dimensions; where it has no address, all its elements are `value`.
typedef struct {
  const float *NULLABLE at;
  float value;
  int32_t stride[DIMENSIONS];
} cuda_operand;

// out (dense) = a ∘ b
typedef struct {
  int32_t operation;
  cuda_dimensions dimensions;
  cuda_operand a, b;
  float *out;
} cuda_binary;
KERNEL(zlm_binary, cuda_binary)

// out = f(x)
typedef struct {
  int32_t function, n;
  const float *x;
  float *out;
} cuda_unary;
KERNEL(zlm_unary, cuda_unary)

// to = from, both with strides, in words of four bytes.
typedef struct {
  cuda_dimensions dimensions;
  const uint32_t *from;
  uint32_t *to;
  int32_t from_stride[DIMENSIONS];
  int32_t to_stride[DIMENSIONS];
} cuda_copy;
KERNEL(zlm_copy, cuda_copy)

// y = softmax(x), row by row. Grid (rows).
typedef struct {
  int32_t columns;
  const float *x;
  float *y;
} cuda_softmax_rows;
KERNEL(zlm_softmax_rows, cuda_softmax_rows)

// ---- Constants that launches need

enum {
  THREADS = 256,              // of a block of every element-wise kernel
  PRODUCT_TILE = 64,          // rows and columns of c that a block computes
  PRODUCT_SHARED_BYTES = 8320,
};

#endif
