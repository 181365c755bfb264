// The common part of recurrent layers, whatever their cell: shapes, the division of work among threads, the left operand
// of the recurrent product, and the walks over the steps of a window.
//
// Threads own either columns (units, with a barrier a step, since the next step needs the whole hidden state) or rows
// of the batch (no barrier at all: columns of the batch never meet), the latter when the recurrent weight is small
// enough for every core's cache. Then a step of a row takes microseconds, less than a barrier: with fewer rows than
// threads, some threads have nothing to do.
#ifndef ZLM_RECURRENCE_H
#define ZLM_RECURRENCE_H

#include "gemm.h"
#include "masks.h"
#include "parallel.h"
#include "tile.h"
#include "zlm.h"

// A layer and its window. A unit has `gates` columns of each weight, gate after gate: [I,G·H] and [H,G·H].
typedef struct {
  precision precision;
  long steps, batch, inputs, units, gates;
} recurrence;

static inline recurrence recurrence_of(const zlm_layer *l, long gates) {
  return (recurrence){l->mixed ? MIXED : FLOAT32, l->steps, l->batch, l->inputs, l->units, gates};
}

// Rows of a left operand as a thread's product reads them, in `floats` or, when mixed, in `pairs`; row 0 is the
// thread's first. Rows are `row` elements apart, the parts of one row `part`.
typedef struct {
  const float *floats;
  const uint32_t *pairs;
  long row, part;
} operand;

// acc = rows [i, i + R) of part p of an operand, `depth` columns, times a panel of V vectors.
#define RECURRENT_PRODUCT(R, V, precision, left, i, p, depth, panel, acc)                                             \
  if ((precision) == MIXED)                                                                                          \
    tile_product_pairs(R, V, pairs_for(depth), (left).pairs + (i) * (left).row + (p) * (left).part, (left).row,       \
                       (const uint32_t *)(panel), acc);                                                               \
  else                                                                                                               \
    tile_product(R, V, depth, (left).floats + (i) * (left).row + (p) * (left).part, (left).row, 1, panel, acc)

// Returns whether each thread may stream so many elements of recurrent weights at every step: then threads own rows, else columns.
int fits_each_cache(precision p, long elements);

// Returns rows of `parts` parts of `width` floats as an operand; `buffer` takes the pairs when mixed.
operand as_operand(precision p, long rows, long parts, long width, const float *floats, uint32_t *buffer);

// Allocates memory for a thread's rows of `parts` parts of `width` floats, and for as many pairs behind them.
float *operand_buffer(share rows, long parts, long width);

// Returns a thread's rows of h [B,H] as an operand, masked if there is a mask.
operand hidden_operand(recurrence s, share rows, const float *h, const float *mask, long parts, float *buffer);

// Packs b [depth × columns] into panels, one for each TILE_COLUMNS columns, in pairs of rows when mixed. `panels` has
// `panels_size` floats.
void pack_panels(precision p, float *panels, matrix b, long depth, long columns);
static inline long panels_for(long columns) { return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS; }
static inline long panels_size(long depth, long columns) { return panels_for(columns) * depth * TILE_COLUMNS; }

// Packs U [H,G·H]: for each block of VL units a panel [H][G gates][VL] (or pairs of rows, when mixed), zeros beyond the
// last unit: a tile holds all gates of its units side by side. G is 3 or 4. `panels` has
// `gate_panels_size` floats.
void pack_gates(recurrence s, float *panels, const float *u);
static inline long blocks_for(long units) { return (units + VL - 1) / VL; }
static inline long gate_panels_size(recurrence s) { return blocks_for(s.units) * s.units * s.gates * VL; }

// Returns whether the recurrent products read U as it is in memory: in a window of one step or few rows and without masks,
// packing U would take longer. The bits are those of the packed U.
int leaves_unpacked(recurrence s, mask_series dropped);

// acc = R rows of a product h·U, `gates` gates of the units from the first on; `valid` of them exist.
INLINE void load_product(const int rows, const int gates, const float *product, long units, long valid,
                         vec acc[GATE_ROWS][MOST_GATES]) {
  for (int r = 0; r < rows; r++) {
    for (int g = 0; g < gates; g++) acc[r][g] = load_part(product + (r * gates + g) * units, valid);
  }
}

// One step of a cell forward: computes the recurrent product with the given left operand, the gates and the new state for a
// thread's blocks and rows.
typedef void (*forward_step)(const void *layer, long t, share blocks, share rows, operand left);

// Runs the steps forward. The units are divided into `blocks`, which threads may own; the steps write h to y [T,B,H].
// Returns 0, or 1 when memory ran out.
int walk_forward(recurrence s, long blocks, mask_series dropped, const float *h0, const float *y, forward_step step,
                 const void *layer);

// Runs the steps forward with an unpacked U [H,G·H]. Each step finds its h·U in `product` [B,G·H], and no left operand.
// Returns 0, or 1 when memory ran out.
int walk_forward_unpacked(recurrence s, long blocks, const float *u, float *product, const float *h0, const float *y,
                          forward_step step, const void *layer);

// One step of a cell backward: computes the gradients of the gates from dh for a thread's units and rows. It leaves in dh
// the gradient that reaches h(t−1) other than through the recurrent product, if there is any.
typedef void (*backward_step)(const void *layer, long t, share units, share rows);

// The arrays of a walk backward: U; d_recurrent [T,B,G·H], the gradients of h·U, which the steps fill; dh
// [B,H], the gradient of the last state on entry and of the first on return. With `added` set, steps leave a gradient in dh.
typedef struct {
  const float *u, *d_recurrent;
  float *dh;
  int added;
} backward_walk;

// Runs the steps backward, with U packed or not. Returns 0, or 1 when memory ran out.
int walk_backward(recurrence s, backward_walk walk, mask_series dropped, backward_step step, const void *layer);

// to += product ⊙ mask, rows of `width` values; those of the product are TILE_COLUMNS apart. One function for tiles
// of all sizes, not inlined in each: a compiler may fuse sum and product in one tile size and not in another, and the number
// of threads decides on tile sizes.
void add_masked(long rows, long width, const float *product, const float *mask, long mask_row, float *to, long to_row);

// Writes one tile of a gradient, its rows `row` apart: the product, masked if there is a mask, added to the old values when `added`
// is set.
INLINE void store_tile(const int rows, const int vecs, vec acc[TILE_ROWS][TILE_VECS], long width, const float *mask,
                       long mask_row, int added, float *to, long row) {
  if (mask && added) {
    float product[TILE_ROWS * TILE_COLUMNS];
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vecs; v++) store(product + r * TILE_COLUMNS + v * VL, acc[r][v]);
    }
    add_masked(rows, width, product, mask, mask_row, to, row);
    return;
  }
  for (int v = 0; v < vecs; v++) {
    const long valid = min_of(VL, width - v * VL);
    for (int r = 0; r < rows; r++) {
      float *out = to + r * row + v * VL;
      vec sum = acc[r][v];
      if (mask) sum *= load_part(mask + r * mask_row + v * VL, valid);
      else if (added) sum += load_part(out, valid);
      store_part(out, sum, valid);
    }
  }
}

// ---- Products over all steps of a window (layer-products.c)
// The products of a recurrent layer that take all steps of a window at once: those of its inputs, and the gradients of
// its weights. Masks with several parts, one for each gate, make each of them as many products side by side.

// out [T·B,G·H], rows `ldc` apart, = (x ⊙ masks)·W + bias; x [T,B,I], w [I,G·H]. Returns 0, or 1 when memory ran out.
int input_product(recurrence s, mask_series dropped, const float *x, const float *w, const float *bias, float *out,
                  long ldc);

// The layer's dx, dw, du and dbias from the gradients of its gates: `d_input` of x·W + b, `d_recurrent` of h·U, [T,B,G·H]
// each. Returns 0, or 1 when memory ran out.
int layer_gradients(recurrence s, const zlm_layer *layer, const layer_masks *masks, const float *d_input,
                    const float *d_recurrent);

// out [H,G·H] = the gradient of a weight that reads h(t−1) under masks, from that of its products. Returns 0, or 1 when memory ran out.
int recurrent_weight_gradient(recurrence s, const zlm_layer *layer, mask_series dropped, const float *d_recurrent, float *out);

#endif
