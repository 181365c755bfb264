// One tanh layer (Elman 1990) over a whole window: h = tanh(x·W + (m ⊙ h)·U + b), and with zoneout some units of h keep
// (a share of) their old value.
#include "elementary.h"
#include "parallel.h"
#include "recurrence.h"

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *panels; // of U, or null
  const float *product; // h·U of the step with an unpacked U, or null
  const float *h0;
  float *y, *activations;
} rnn_forward;

// The arrays of one tile of a step; zoneout is null for none.
typedef struct {
  const float *before, *zoneout;
  float *activations, *h;
} rnn_tile;

static rnn_tile tile_of(const rnn_forward *l, long t, long row, long unit) {
  const long units = l->shape.units, state = l->shape.batch * units, at = row * units + unit;
  const float *zoneout = mask_of_step(l->zoneout, t, state);
  return (rnn_tile){(t ? l->y + (t - 1) * state : l->h0) + at, zoneout ? zoneout + at : NULL,
                    l->activations + t * state + at, l->y + t * state + at};
}

// Finishes R rows of `width` units: acc holds the recurrent product, `activations` the input product.
INLINE void finish_units(const int rows, const int vecs, vec acc[TILE_ROWS][TILE_VECS], long units, long width,
                         rnn_tile tile) {
  for (int v = 0; v < vecs; v++) {
    const long valid = min_of(VL, width - v * VL);
    for (int r = 0; r < rows; r++) {
      const long at = r * units + v * VL;
      const vec a = vec_tanh(acc[r][v] + load_part(tile.activations + at, valid));
      vec hidden = a;
      if (tile.zoneout) hidden = zone_out(tile.zoneout + at, valid, load_part(tile.before + at, valid), a);
      store_part(tile.activations + at, a, valid);
      store_part(tile.h + at, hidden, valid);
    }
  }
}

// acc = R rows of a product h·U, `width` units from the first on.
INLINE void load_units(const int rows, const int vecs, const float *product, long units, long width,
                       vec acc[TILE_ROWS][TILE_VECS]) {
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vecs; v++) acc[r][v] = load_part(product + r * units + v * VL, min_of(VL, width - v * VL));
  }
}

// Runs one step for a thread's panels of units and rows.
static void step_forward(const void *layer, long t, share panels, share rows, operand left) {
  const rnn_forward *l = layer;
  const recurrence s = l->shape;
  const long group = group_rows(rows.last - rows.first);
  for (long p = panels.first; p < panels.last; p++) {
    const float *panel = l->product ? NULL : l->panels + p * s.units * TILE_COLUMNS;
    const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, s.units - from);
    for (long row = rows.first; row < rows.last; row += group) {
      const rnn_tile tile = tile_of(l, t, row, from);
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS];                                                                                    \
    clear_tile(R, V, acc);                                                                                            \
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
  const int unpacked = leaves_unpacked(s, masks.recurrent);
  float *buffer = scratch(unpacked ? s.batch * s.units : panels_size(s.units, s.units));
  failed |= !buffer;
  if (!failed) {
    failed |= input_product(s, masks.inputs, l->x, l->w, l->bias, l->gates, s.units);
    if (!unpacked) pack_panels(s.precision, buffer, (matrix){l->u, s.units, 1}, s.units, s.units);
    const rnn_forward layer = {
        .shape = s,
        .zoneout = masks.hidden_zoneout,
        .panels = unpacked ? NULL : buffer,
        .product = unpacked ? buffer : NULL,
        .h0 = l->h0,
        .y = l->y,
        .activations = l->gates,
    };
    const long blocks = panels_for(s.units);
    if (unpacked) failed |= walk_forward_unpacked(s, blocks, l->u, buffer, l->h0, l->y, step_forward, &layer);
    else failed |= walk_forward(s, blocks, masks.recurrent, l->h0, l->y, step_forward, &layer);
  }
  free(buffer);
  free_masks(&masks);
  return failed;
}

// ---- Backward

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *activations, *dy;
  float *dh, *dz;
} rnn_backward;

// Runs one step backward for a thread's rows and units. The gradient that reaches h(t−1) through zoneout stays in dh.
static void step_backward(const void *layer, long t, share units, share rows) {
  const rnn_backward *l = layer;
  const long width = l->shape.units, state = l->shape.batch * width;
  const float *zoneout = mask_of_step(l->zoneout, t, state);
  for (long row = rows.first; row < rows.last; row++) {
    for (long unit = units.first; unit < units.last; unit += VL) {
      const long valid = min_of(VL, units.last - unit), at = row * width + unit, in_window = t * state + at;
      const vec a = load_part(l->activations + in_window, valid);
      vec dh = load_part(l->dh + at, valid) + load_part(l->dy + in_window, valid);
      if (zoneout) store_part(l->dh + at, take_retained(zoneout + at, valid, &dh), valid);
      store_part(l->dz + in_window, dh * (splat(1.0f) - a * a), valid);
    }
  }
}

int zlm_tanh_rnn_backward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 1);
  layer_masks masks;
  float *dz = scratch(s.steps * s.batch * s.units);
  int failed = draw_masks(l, s.gates, &masks) | !dz;
  if (!failed) {
    const rnn_backward layer = {s, masks.hidden_zoneout, l->gates, l->dy, l->dh, dz};
    const backward_walk walk = {l->u, dz, l->dh, masks.hidden_zoneout.values != NULL};
    failed |= walk_backward(s, walk, masks.recurrent, step_backward, &layer);
    failed |= layer_gradients(s, l, &masks, dz, dz);
  }
  free(dz);
  free_masks(&masks);
  return failed;
}
