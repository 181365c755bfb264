// One tanh layer (Elman 1990) over a whole window: h = tanh(x·W + (m ⊙ h)·U + b), and with zoneout units of h keep a
// share of their old value.
#include "elementary.h"
#include "layer-products.h"
#include "memory.h"

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *panels; // of U, or null
  const float *product; // h0·U, where that is all that is needed
  const float *h0;
  float *y, *activations;
} rnn_layer;

// Where one tile of a step reads and writes; zoneout is null for none.
typedef struct {
  const float *before, *zoneout;
  float *activations, *h;
} rnn_tile;

static rnn_tile tile_of(const rnn_layer *l, long t, long row, long unit) {
  const long units = l->shape.units, state = l->shape.batch * units, at = row * units + unit;
  const float *zoneout = mask_of_step(l->zoneout, t, state);
  return (rnn_tile){(t ? l->y + (t - 1) * state : l->h0) + at, zoneout ? zoneout + at : NULL,
                    l->activations + t * state + at, l->y + t * state + at};
}

// Finishes R rows of `width` units: acc holds the recurrent product, `activations` the input's part.
INLINE void finish_units(const int rows, const int vecs, vec acc[TILE_ROWS][TILE_VECS], long units, long width,
                         rnn_tile tile) {
  for (int v = 0; v < vecs; v++) {
    const long there = min_of(VL, width - v * VL);
    for (int r = 0; r < rows; r++) {
      const long at = r * units + v * VL;
      const vec a = vec_tanh(acc[r][v] + load_part(tile.activations + at, there));
      vec hidden = a;
      if (tile.zoneout) hidden = zone_out(tile.zoneout + at, there, load_part(tile.before + at, there), a);
      store_part(tile.activations + at, a, there);
      store_part(tile.h + at, hidden, there);
    }
  }
}

// acc = R rows of a single product, `width` units from the first on.
INLINE void load_units(const int rows, const int vecs, const float *product, long units, long width,
                       vec acc[TILE_ROWS][TILE_VECS]) {
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vecs; v++) acc[r][v] = load_part(product + r * units + v * VL, min_of(VL, width - v * VL));
  }
}

// One step of a thread's panels of units and rows.
static void step_forward(const void *layer, long t, share panels, share rows, operand left) {
  const rnn_layer *l = layer;
  const recurrence s = l->shape;
  const long group = group_rows(rows.last - rows.first);
  for (long p = panels.first; p < panels.last; p++) {
    const float *panel = l->product ? NULL : l->panels + p * s.units * TILE_COLUMNS;
    const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, s.units - from);
    for (long row = rows.first; row < rows.last; row += group) {
      const rnn_tile tile = tile_of(l, t, row, from);
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS] = {{{0}}};                                                                          \
    if (l->product) load_units(R, V, l->product + row * s.units + from, s.units, width, acc);                         \
    else RECURRENT_PRODUCT(R, V, s.precision, left, row - rows.first, 0, s.units, panel, acc);                        \
    finish_units(R, V, acc, s.units, width, tile);                                                                   \
  }
      TILE_DISPATCH(STEP, min_of(group, rows.last - row), (width + VL - 1) / VL)
#undef STEP
    }
  }
}

int zlm_tanh_rnn_forward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 1);
  layer_masks masks;
  int failed = draw_masks(l, s.gates, &masks);
  const int single = is_single_product(s, masks.recurrent);
  float *room = scratch(single ? s.batch * s.units : panels_size(s.units, s.units));
  failed |= !room;
  if (!failed) {
    failed |= input_product(s, masks.inputs, l->x, l->w, l->bias, l->gates, s.units);
    if (single) single_product(s, l->h0, l->u, room);
    else pack_panels(s.precision, room, (matrix){l->u, s.units, 1}, s.units, s.units);
    const rnn_layer layer = {
        .shape = s,
        .zoneout = masks.hidden_zoneout,
        .panels = single ? NULL : room,
        .product = single ? room : NULL,
        .h0 = l->h0,
        .y = l->y,
        .activations = l->gates,
    };
    failed |= walk_forward(s, panels_for(s.units), masks.recurrent, l->h0, l->y, step_forward, &layer);
  }
  free(room);
  free_masks(&masks);
  return failed;
}
