// What recurrent layers share, whatever their cell: shapes, how work is dealt out, the left operand of the recurrent
// product, and the walks over the steps of a window.
//
// Threads own either columns (units, with a barrier a step, since the next step needs the whole hidden state) or rows
// of the batch (no barrier at all: columns of the batch never meet), the latter when the recurrent weight is small
// enough for every core's cache. Then a step of a row takes microseconds, less than threads need to meet: where there
// are fewer rows than threads, some have nothing to do.
#ifndef ZLM_RECURRENCE_H
#define ZLM_RECURRENCE_H

#include "gemm.h"
#include "masks.h"
#include "threads.h"
#include "tile.h"
#include "zlm.h"

// A layer and its window. A unit has `gates` columns of each weight, which lie gate after gate: [I,G·H] and [H,G·H].
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

// Panels of b [depth × columns], one for each TILE_COLUMNS columns, in pairs of rows when mixed. Room for
// `panels_size` floats.
void pack_panels(precision p, float *panels, matrix b, long depth, long columns);
static inline long panels_for(long columns) { return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS; }
static inline long panels_size(long depth, long columns) { return panels_for(columns) * depth * TILE_COLUMNS; }

// U [H,G·H] → for each block of VL units a panel [H][G gates][VL] (or pairs of rows, when mixed), zeros beyond the
// last unit: a tile holds all gates of its units side by side. G is 3 or 4. Room for `gate_panels_size` floats.
void pack_gates(recurrence s, float *panels, const float *u);
static inline long blocks_for(long units) { return (units + VL - 1) / VL; }
static inline long gate_panels_size(recurrence s) { return blocks_for(s.units) * s.units * s.gates * VL; }

// A window of one step without masks needs the recurrent product h0·U once. When it has few rows, too, that product is
// made from U as it is, sooner than U could be packed.
int is_single_product(recurrence s, mask_series dropped);
// out [B,G·H] = h0·U.
void single_product(recurrence s, const float *h0, const float *u, float *out);

// acc = R rows of a single product, `gates` gates of the units from the first on; `there` of them exist.
INLINE void load_product(const int rows, const int gates, const float *product, long units, long there,
                         vec acc[TILE_ROWS][TILE_VECS]) {
  for (int r = 0; r < rows; r++) {
    for (int g = 0; g < gates; g++) acc[r][g] = load_part(product + (r * gates + g) * units, there);
  }
}

// Uᵀ as panels: those of [G·H,H] or, for each of several parts, those of its rows.
void pack_transposed(recurrence s, long parts, float *panels, const float *u);

// What a step of a cell computes: for a thread's blocks and rows the recurrent product, whose left operand is given,
// the gates and the new state.
typedef void (*forward_step)(const void *layer, long t, share blocks, share rows, operand left);

// Forward through the window. `blocks` is what a thread may own one of; y [T,B,H] is where the steps leave h. Returns
// 0, or 1 when memory ran out.
int walk_forward(recurrence s, long blocks, mask_series dropped, const float *h0, const float *y, forward_step step,
                 const void *layer);

// What a step back computes: for a thread's units and rows, from dh what went into the recurrent product's gates. It
// leaves in dh what reaches h(t−1) by another way than that product, if anything does.
typedef void (*backward_step)(const void *layer, long t, share units, share rows);

// What a walk back works on: panels of Uᵀ; d_recurrent [T,B,G·H], the gradients of h·U, which the steps fill; dh
// [B,H], which goes from the gradient of the last state to that of the first. With `added` set, steps leave something
// in dh.
typedef struct {
  const float *panels, *d_recurrent;
  float *dh;
  int added;
} way_back;

// Back through the window. Returns 0, or 1 when memory ran out.
int walk_backward(recurrence s, way_back way, mask_series dropped, backward_step step, const void *layer);

#endif
