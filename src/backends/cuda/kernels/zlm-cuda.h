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

// ---- Constants that launches need

enum {
  THREADS = 256,              // of a block of every element-wise kernel
  PRODUCT_TILE = 64,          // rows and columns of c that a block computes
  PRODUCT_SHARED_BYTES = 8320,
};

#endif
