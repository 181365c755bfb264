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

// ---- Recurrent layers
//
// A layer (ops/lstm.ts, ops/gru.ts, ops/tanh-rnn.ts) over a window of T steps, B rows and H units, with G gates: 4 for LSTM, 3
// for GRU, 1 for tanh. Each step is one launch, whose blocks cover units and rows of the batch: recurrence.cuh. The operands of
// its product are packed for float32 (_f32) or for tensor cores (_bf16): recurrent-product.cuh.

enum {
  RECURRENT_THREADS = 256,
  RECURRENT_ROWS = 32,        // rows of the batch that a block takes
  RECURRENT_TERMS = 16,       // terms of a K step; the units of a gate are padded to whole K steps
  RECURRENT_COLUMNS = 16,     // columns of a tile
  LSTM_TILES = 3,             // of a block forward: 12 units
  GRU_TILES = 3,              // 16 units
  TANH_RNN_TILES = 1,         // 16 units
  BACKWARD_TILES = 1,         // of a block of any layer backward: 16 units
  RECURRENT_PACKED_STEPS = 8, // K steps that a block packs
};

// Packs U forward, and stores m(0) ⊙ h0 as the first product reads it. Backward, where `left` is null, packs Uᵀ. Grid (⌈K steps /
// RECURRENT_PACKED_STEPS⌉, blocks of units of a step).
typedef struct {
  int32_t gates, units;
  int32_t mixed;                        // _f32: operands are rounded to bfloat16
  const float *u;                       // [H,G·H]
  uint32_t *weight;
  int32_t batch;                        // here and below: forward
  const float *NULLABLE h0;             // [B,H]
  uint32_t *NULLABLE left;
  cuda_noise recurrent_dropout;
} cuda_recurrent_pack;
KERNEL(zlm_recurrent_pack_f32, cuda_recurrent_pack)
KERNEL(zlm_recurrent_pack_bf16, cuda_recurrent_pack)

// Step t forward. Grid (blocks of units, ⌈B / RECURRENT_ROWS⌉).
typedef struct {
  int32_t t, steps, batch, units;
  int32_t mixed;                        // _f32: operands are rounded to bfloat16
  const uint32_t *weight;               // U, packed
  uint32_t *left;                       // two buffers: step t multiplies that of t % 2, and fills the other
  const float *h0;                      // [B,H]
  const float *NULLABLE c0;             // [B,H], LSTM
  const float *NULLABLE candidate_bias; // [H], GRU
  // x·W + b before, activations afterwards: [T,B,4H] (LSTM i, f, g, o; GRU r, z, n, q) or [T,B,H] (tanh before zoneout; without
  // zoneout it may be y).
  float *gates;
  float *NULLABLE cells;                // [T,B,H], LSTM
  float *y;                             // [T,B,H]
  float *last_h;                        // [B,H]
  float *NULLABLE last_c;               // [B,H], LSTM
  cuda_noise recurrent_dropout, hidden_zoneout, cell_zoneout;
} cuda_recurrent_forward;
KERNEL(zlm_lstm_forward_f32, cuda_recurrent_forward)
KERNEL(zlm_lstm_forward_bf16, cuda_recurrent_forward)
KERNEL(zlm_gru_forward_f32, cuda_recurrent_forward)
KERNEL(zlm_gru_forward_bf16, cuda_recurrent_forward)
KERNEL(zlm_tanh_rnn_forward_f32, cuda_recurrent_forward)
KERNEL(zlm_tanh_rnn_forward_bf16, cuda_recurrent_forward)

// Step t backward, T − 1 … 0, and −1 for the gradient of h0. Grid (K steps of a gate, ⌈B / RECURRENT_ROWS⌉).
typedef struct {
  int32_t t, steps, batch, units;
  int32_t mixed;                        // _f32: operands are rounded to bfloat16
  const uint32_t *weight;               // Uᵀ, packed
  uint32_t *left;                       // two buffers: step t multiplies that of (t + 1) % 2, and fills the other
  const float *h0;                      // [B,H]
  const float *NULLABLE c0;             // [B,H], LSTM
  const float *gates;                   // as the forward pass has left them
  const float *NULLABLE cells;          // [T,B,H], LSTM
  const float *y;                       // [T,B,H]
  const float *dy;                      // [T,B,H]
  const float *last_dh;                 // [B,H], gradients of the last state
  const float *NULLABLE last_dc;        // [B,H], LSTM
  float *dh;                            // [B,H], in the end gradients of the first state
  float *NULLABLE dc;                   // [B,H], LSTM
  float *dz;                            // [T,B,G·H], gradients of x·W + b
  float *NULLABLE d_candidate;          // [T,B,H], GRU: gradients of q
  cuda_noise recurrent_dropout, hidden_zoneout, cell_zoneout;
} cuda_recurrent_backward;
KERNEL(zlm_lstm_backward_f32, cuda_recurrent_backward)
KERNEL(zlm_lstm_backward_bf16, cuda_recurrent_backward)
KERNEL(zlm_gru_backward_f32, cuda_recurrent_backward)
KERNEL(zlm_gru_backward_bf16, cuda_recurrent_backward)
KERNEL(zlm_tanh_rnn_backward_f32, cuda_recurrent_backward)
KERNEL(zlm_tanh_rnn_backward_bf16, cuda_recurrent_backward)

// out [T,B,parts·width] = a window [T,B,width], masked by each of the masks if there are several. Its first step is at `first`,
// the others are from `rest` on. Grid (⌈B·width / THREADS⌉, T).
typedef struct {
  int32_t batch, width, parts;
  const float *first;
  const float *rest;
  float *out;
  cuda_noise dropout;
} cuda_masked_window;
KERNEL(zlm_masked_window, cuda_masked_window)

// out [T,B,width] = Σ over parts of from [T,B,parts·width] ⊙ masks. Grid (⌈B·width / THREADS⌉, T).
typedef struct {
  int32_t batch, width, parts;
  const float *from;
  float *out;
  cuda_noise dropout;
} cuda_masked_sum;
KERNEL(zlm_masked_sum, cuda_masked_sum)

// ---- Constants that launches need

enum {
  THREADS = 256,              // of a block of every element-wise kernel
  PRODUCT_TILE = 64,          // rows and columns of c that a block computes
  PRODUCT_SHARED_BYTES = 8320,
};

#endif
