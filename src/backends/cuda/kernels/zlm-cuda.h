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

// How long a mask lives.
enum {
  MASK_NONE = 0,     // no noise
  MASK_STEP = 1,     // drawn at each time step
  MASK_SEQUENCE = 2, // drawn once a window
  MASK_EXPECTED = 3, // the mean over all masks, for test time
};

// One source of noise in one window (`Noise` in ops/noise.ts).
typedef struct {
  uint64_t threshold; // a unit is dropped, or under zoneout kept as it was, where its random word is below: ⌈rate·2³²⌉
  const uint32_t *NULLABLE clock; // in a captured step: the time at which its window begins, to which `step` is added
  float rate;
  float scale;        // of the units that dropout keeps: 1 / (1 − rate)
  int32_t mask;       // a lifetime from above
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
// bfloat16 (_mixed) or TF32 (_tf32), from compute 8.0. Grid (⌈n / columns⌉, ⌈m / rows⌉, ⌈k / depth⌉).
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
KERNEL(zlm_product_mixed_256x128, cuda_product)
KERNEL(zlm_product_mixed_128x128, cuda_product)
KERNEL(zlm_product_mixed_64x64, cuda_product)
KERNEL(zlm_product_mixed_32x128, cuda_product)
KERNEL(zlm_product_tf32_256x128, cuda_product)
KERNEL(zlm_product_tf32_128x128, cuda_product)
KERNEL(zlm_product_tf32_64x64, cuda_product)
KERNEL(zlm_product_tf32_32x128, cuda_product)

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
  PRODUCT_MMA_256X128_THREADS = 256,
  PRODUCT_MMA_128X128_THREADS = 128,
  PRODUCT_MMA_64X64_THREADS = 128,
  PRODUCT_MMA_32X128_THREADS = 128,
  PRODUCT_MMA_256X128_SHARED_BYTES = 122880,
  PRODUCT_MMA_128X128_SHARED_BYTES = 81920,
  PRODUCT_MMA_64X64_SHARED_BYTES = 40960,
  PRODUCT_MMA_32X128_SHARED_BYTES = 51200,
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

// gradient [rows, classes] = (softmax of logits − one-hot of the target) · upstream; it may take the place of the logits. Grid (rows,
// ⌈classes / (4·THREADS)⌉).
typedef struct {
  int32_t classes;
  const float *logits;
  float *gradient;
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

// ---- Recurrent layers
//
// A layer (ops/lstm.ts, ops/gru.ts, ops/tanh-rnn.ts) over a window of T steps, B rows and H units, with G gates: 4 for LSTM, 3
// for GRU, 1 for tanh. Each step is one launch, whose blocks cover units and rows of the batch: recurrence.cuh. The operands of
// its product are packed for float32 (_f32) or for tensor cores (_bf16): recurrent-product.cuh. A step reads each weight once for
// all rows, so in TF32 tensor cores would wait for memory: there, too, it is computed in float32, of rounded operands.

// How the operands of a product in float32 are rounded.
enum {
  ROUND_NONE = 0,
  ROUND_BFLOAT16 = 1,
  ROUND_TF32 = 2,
};

enum {
  RECURRENT_THREADS = 256,
  RECURRENT_ROWS = 32,        // rows of the batch that a block takes
  RECURRENT_TERMS = 16,       // terms of a K step; the units of a gate are padded to whole K steps
  RECURRENT_COLUMNS = 16,     // columns of a tile
  LSTM_TILES = 3,             // of a block forward: 12 units
  GRU_TILES = 3,              // 16 units
  TANH_RNN_TILES = 1,         // 16 units
  BACKWARD_TILES = 1,         // of a block of any layer backward: 16 units
  RESIDENT_UNITS = 1536,      // whose weight stays in registers where all steps are one launch
  BACKWARD_GROUP = 48,        // units of the blocks that finish them together where all steps are one launch
  RECURRENT_PACKED_STEPS = 8, // K steps that a block packs
  RECURRENT_PACK_SHARED_BYTES = 3136,
};

// Packs U forward, and stores m(0) ⊙ h0 as the first product reads it. Backward, where `left` is null, packs Uᵀ. Grid (⌈K steps /
// RECURRENT_PACKED_STEPS⌉, blocks of units of a step).
typedef struct {
  int32_t gates, units;
  int32_t rounding;                     // _f32: of operands, as above
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
  int32_t rounding;                     // _f32: of operands, as above
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

// All steps forward; `t` is not read. Grid (blocks of units), all of them resident.
typedef struct {
  cuda_recurrent_forward layer;
  uint32_t *arrived;                    // [1] of 0: arrivals of blocks where all meet
} cuda_persistent_forward;
KERNEL(zlm_lstm_persistent_forward, cuda_persistent_forward)
KERNEL(zlm_gru_persistent_forward, cuda_persistent_forward)

// Step t backward, T − 1 … 0, and −1 for the gradient of h0. Grid (K steps of a gate, ⌈B / RECURRENT_ROWS⌉).
typedef struct {
  int32_t t, steps, batch, units;
  int32_t rounding;                     // _f32: of operands, as above
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

// All steps backward; `t` is not read. Grid (G · groups of BACKWARD_GROUP units), all blocks of it resident.
typedef struct {
  cuda_recurrent_backward layer;
  uint32_t *arrived;                    // [1 + groups] of 0: arrivals of blocks where all meet, and where a group meets
  float *sums;                          // [groups, G, ⌈B / RECURRENT_ROWS⌉, RECURRENT_ROWS, BACKWARD_GROUP]
} cuda_persistent_backward;
KERNEL(zlm_lstm_persistent_backward, cuda_persistent_backward)
KERNEL(zlm_gru_persistent_backward, cuda_persistent_backward)

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

// out[o, column] = factor · Σ over rows of x[o, row, column], plus out itself. Rows are `row` apart. Grid (⌈columns /
// SUM_COLUMNS⌉, outer).
typedef struct {
  int32_t rows, columns, row;
  const float *x;
  float factor;
  int32_t accumulate;      // adds the sums to out
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
  cuda_factor scale, rate, decay;
  float clip;
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
  float beta1, one_less_beta1, beta2, one_less_beta2, epsilon;
  cuda_factor rate, correction;
  cuda_gradient_rule rule;
} cuda_adam_update;
KERNEL(zlm_adam_update, cuda_adam_update)

// mean_square = keep · mean_square + (1 − keep) · g²; parameter −= rate · g / (√mean_square + epsilon). The rule's rate is 1.
typedef struct {
  int32_t n;
  float *parameter;
  float *mean_square;
  float keep, one_less_keep, epsilon;
  cuda_factor rate;
  cuda_gradient_rule rule;
} cuda_rmsprop_update;
KERNEL(zlm_rmsprop_update, cuda_rmsprop_update)

// average += weight · (parameter − average)
typedef struct {
  int32_t n;
  float *average;
  const float *parameter;
  cuda_factor weight;
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

// A run of words to copy. Its pieces are those of blocks first_block … first_block + ⌈count / COPY_PIECE⌉ − 1.
typedef struct {
  const uint32_t *from;
  uint32_t *to;
  int32_t count, first_block;
} cuda_run;

enum {
  COPY_PIECE = 1024, // words that a block copies
  COPY_RUNS = 64,    // runs that one launch takes
};

// to = from for each run. Grid: all pieces.
typedef struct {
  int32_t runs;
  cuda_run run[COPY_RUNS];
} cuda_copy_runs;
KERNEL(zlm_copy_runs, cuda_copy_runs)

// y = softmax(x), row by row. Grid (rows).
typedef struct {
  int32_t columns;
  const float *x;
  float *y;
} cuda_softmax;
KERNEL(zlm_softmax, cuda_softmax)

// ---- Constants that launches need

enum {
  THREADS = 256,              // of a block of every element-wise kernel
};

#endif
