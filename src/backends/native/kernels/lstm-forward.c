// One LSTM layer over a whole window: i, f, g, o = σ, σ, tanh, σ of x·W + (m ⊙ h)·U + b; c = f ⊙ c + i ⊙ g;
// h = o ⊙ tanh c. With zoneout, units of c and of h then keep a share of their old value; the new h is that of the new
// c before that.
//
// The input product is one large product. The recurrent one goes step by step inside one parallel region: columns of U
// are packed so that a tile holds the four gates of VL hidden units side by side, and gates, cell and hidden state are
// finished in registers right after the product.
#include "elementary.h"
#include "gate-tile.h"
#include "layer-products.h"
#include "memory.h"

_Static_assert(TILE_VECS == 4, "a panel of four gates is one of a whole tile's columns");

typedef struct {
  recurrence shape;
  int by_gate; // whether each gate has a mask of its own
  mask_series hidden_zoneout, cell_zoneout;
  const float *panels; // of U, or null
  const float *product; // h0·U, where that is all that is needed
  const float *h0, *c0;
  float *y, *cells, *gates;
} lstm_layer;

// Where one step reads and writes; the zoneouts are null for none.
typedef struct {
  const float *h_before, *c_before, *hidden_zoneout, *cell_zoneout;
  float *gates, *c, *h;
} lstm_step;

static lstm_step step_of(const lstm_layer *l, long t) {
  const long state = l->shape.batch * l->shape.units, before = (t - 1) * state;
  return (lstm_step){
      .h_before = t ? l->y + before : l->h0,
      .c_before = t ? l->cells + before : l->c0,
      .hidden_zoneout = mask_of_step(l->hidden_zoneout, t, state),
      .cell_zoneout = mask_of_step(l->cell_zoneout, t, state),
      .gates = l->gates + 4 * t * state,
      .c = l->cells + t * state,
      .h = l->y + t * state,
  };
}

// Finishes R rows of VL units from the first row and unit on: acc holds the recurrent product, `gates` the input's
// part and then the activations.
INLINE void finish_cells(const int rows, const int zoned, vec acc[TILE_ROWS][TILE_VECS], long units, long row,
                         long unit, lstm_step s) {
  const long there = min_of(VL, units - unit);
  for (int r = 0; r < rows; r++) {
    const long at = (row + r) * units + unit;
    float *z = s.gates + (row + r) * 4 * units + unit;
    const vec i = vec_sigmoid(acc[r][0] + load_part(z, there));
    const vec f = vec_sigmoid(acc[r][1] + load_part(z + units, there));
    const vec g = vec_tanh(acc[r][2] + load_part(z + 2 * units, there));
    const vec o = vec_sigmoid(acc[r][3] + load_part(z + 3 * units, there));
    const vec before = load_part(s.c_before + at, there);
    vec cell = f * before + i * g;
    vec hidden = o * vec_tanh(cell);
    if (zoned && s.cell_zoneout) cell = zone_out(s.cell_zoneout + at, there, before, cell);
    if (zoned && s.hidden_zoneout) {
      hidden = zone_out(s.hidden_zoneout + at, there, load_part(s.h_before + at, there), hidden);
    }
    store_part(z, i, there);
    store_part(z + units, f, there);
    store_part(z + 2 * units, g, there);
    store_part(z + 3 * units, o, there);
    store_part(s.c + at, cell, there);
    store_part(s.h + at, hidden, there);
  }
}

// One step of a thread's blocks of units and rows.
static void step_forward(const void *layer, long t, share blocks, share rows, operand left) {
  const lstm_layer *l = layer;
  const recurrence s = l->shape;
  const lstm_step step = step_of(l, t);
  const long group = group_rows(rows.last - rows.first);
  const int zoned = step.hidden_zoneout || step.cell_zoneout;
  for (long block = blocks.first; block < blocks.last; block++) {
    const float *panel = l->product ? NULL : l->panels + block * s.units * TILE_COLUMNS;
    const long there = min_of(VL, s.units - block * VL);
    for (long row = rows.first; row < rows.last; row += group) {
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS] = {{{0}}};                                                                          \
    if (l->product) {                                                                                                \
      load_product(R, 4, l->product + row * 4 * s.units + block * VL, s.units, there, acc);                           \
    } else if (l->by_gate) {                                                                                         \
      GATE_PRODUCT(R, 4, s.precision, left, row - rows.first, left.part, s.units, panel, acc);                        \
    } else {                                                                                                         \
      RECURRENT_PRODUCT(R, V, s.precision, left, row - rows.first, 0, s.units, panel, acc);                           \
    }                                                                                                                \
    if (zoned) finish_cells(R, 1, acc, s.units, row, block * VL, step);                                               \
    else finish_cells(R, 0, acc, s.units, row, block * VL, step);                                                     \
  }
      TILE_DISPATCH_ROWS(STEP, min_of(group, rows.last - row))
#undef STEP
    }
  }
}

int zlm_lstm_forward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 4);
  layer_masks masks;
  int failed = draw_masks(l, s.gates, &masks);
  const int single = is_single_product(s, masks.recurrent);
  float *room = scratch(single ? s.batch * 4 * s.units : gate_panels_size(s));
  failed |= !room;
  if (!failed) {
    failed |= input_product(s, masks.inputs, l->x, l->w, l->bias, l->gates, 4 * s.units);
    if (single) single_product(s, l->h0, l->u, room);
    else pack_gates(s, room, l->u);
    const lstm_layer layer = {
        .shape = s,
        .by_gate = masks.recurrent.parts > 1,
        .hidden_zoneout = masks.hidden_zoneout,
        .cell_zoneout = masks.cell_zoneout,
        .panels = single ? NULL : room,
        .product = single ? room : NULL,
        .h0 = l->h0,
        .c0 = l->c0,
        .y = l->y,
        .cells = l->cells,
        .gates = l->gates,
    };
    failed |= walk_forward(s, blocks_for(s.units), masks.recurrent, l->h0, l->y, step_forward, &layer);
  }
  free(room);
  free_masks(&masks);
  return failed;
}
