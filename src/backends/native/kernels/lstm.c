// One LSTM layer over a whole window: i, f, g, o = σ, σ, tanh, σ of x·W + (m ⊙ h)·U + b; c = f ⊙ c + i ⊙ g;
// h = o ⊙ tanh c. With zoneout, some units of c and h then keep (a share of) their old value; the new h is computed from
// the new c before zoneout.
//
// The input product is one large product. The recurrent one runs step by step inside one parallel region: columns of U
// are packed so that a tile holds the four gates of VL hidden units side by side, and gates, cell and hidden state are
// finished in registers right after the product.
#include "elementary.h"
#include "parallel.h"
#include "recurrence.h"

typedef struct {
  recurrence shape;
  int by_gate; // each gate has a mask of its own
  mask_series hidden_zoneout, cell_zoneout;
  const float *panels; // of U, or null
  const float *product; // h·U of the step with an unpacked U, or null
  const float *h0, *c0;
  float *y, *cells, *gates;
} lstm_forward;

// The arrays of one step; the zoneouts are null for none.
typedef struct {
  const float *h_before, *c_before, *hidden_zoneout, *cell_zoneout;
  float *gates, *c, *h;
} lstm_step;

static lstm_step step_of(const lstm_forward *l, long t) {
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

// Finishes R rows of VL units from the first row and unit on: acc holds the recurrent product, `gates` the input
// product and, on return, the activations.
INLINE void finish_cells(const int rows, const int zoned, vec acc[GATE_ROWS][MOST_GATES], long units, long row,
                         long unit, lstm_step s) {
  const long valid = min_of(VL, units - unit);
  for (int r = 0; r < rows; r++) {
    const long at = (row + r) * units + unit;
    float *z = s.gates + (row + r) * 4 * units + unit;
    const vec i = vec_sigmoid(acc[r][0] + load_part(z, valid));
    const vec f = vec_sigmoid(acc[r][1] + load_part(z + units, valid));
    const vec g = vec_tanh(acc[r][2] + load_part(z + 2 * units, valid));
    const vec o = vec_sigmoid(acc[r][3] + load_part(z + 3 * units, valid));
    const vec before = load_part(s.c_before + at, valid);
    vec cell = f * before + i * g;
    vec hidden = o * vec_tanh(cell);
    if (zoned && s.cell_zoneout) cell = zone_out(s.cell_zoneout + at, valid, before, cell);
    if (zoned && s.hidden_zoneout) {
      hidden = zone_out(s.hidden_zoneout + at, valid, load_part(s.h_before + at, valid), hidden);
    }
    store_part(z, i, valid);
    store_part(z + units, f, valid);
    store_part(z + 2 * units, g, valid);
    store_part(z + 3 * units, o, valid);
    store_part(s.c + at, cell, valid);
    store_part(s.h + at, hidden, valid);
  }
}

// Runs one step for a thread's blocks of units and rows.
static void step_forward(const void *layer, long t, share blocks, share rows, operand left) {
  const lstm_forward *l = layer;
  const recurrence s = l->shape;
  const lstm_step step = step_of(l, t);
  const long group = equal_groups(rows.last - rows.first, GATE_ROWS);
  const int zoned = step.hidden_zoneout || step.cell_zoneout;
  for (long block = blocks.first; block < blocks.last; block++) {
    const float *panel = l->product ? NULL : l->panels + block * s.units * 4 * VL;
    const long valid = min_of(VL, s.units - block * VL);
    for (long row = rows.first; row < rows.last; row += group) {
      const long count = min_of(group, rows.last - row);
      prefetch_gates(count, 4, step.gates + row * 4 * s.units + block * VL, 4 * s.units, s.units);
#define STEP(R)                                                                                                       \
  {                                                                                                                  \
    vec acc[GATE_ROWS][MOST_GATES];                                                                                   \
    clear_gates(R, 4, acc);                                                                                           \
    if (l->product) {                                                                                                \
      load_product(R, 4, l->product + row * 4 * s.units + block * VL, s.units, valid, acc);                           \
    } else if (l->by_gate) {                                                                                         \
      GATE_PRODUCT(R, 4, s.precision, left, row - rows.first, left.part, s.units, panel, acc);                        \
    } else {                                                                                                         \
      GATE_PRODUCT(R, 4, s.precision, left, row - rows.first, 0, s.units, panel, acc);                                \
    }                                                                                                                \
    if (zoned) finish_cells(R, 1, acc, s.units, row, block * VL, step);                                               \
    else finish_cells(R, 0, acc, s.units, row, block * VL, step);                                                     \
  }
      GATE_DISPATCH(STEP, count)
#undef STEP
    }
  }
}

int zlm_lstm_forward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 4);
  layer_masks masks;
  int failed = draw_masks(l, s.gates, &masks);
  const int unpacked = leaves_unpacked(s, masks.recurrent);
  float *buffer = scratch(unpacked ? s.batch * 4 * s.units : gate_panels_size(s));
  failed |= !buffer;
  if (!failed) {
    failed |= input_product(s, masks.inputs, l->x, l->w, l->bias, l->gates, 4 * s.units);
    if (!unpacked) pack_gates(s, buffer, l->u);
    const lstm_forward layer = {
        .shape = s,
        .by_gate = masks.recurrent.parts > 1,
        .hidden_zoneout = masks.hidden_zoneout,
        .cell_zoneout = masks.cell_zoneout,
        .panels = unpacked ? NULL : buffer,
        .product = unpacked ? buffer : NULL,
        .h0 = l->h0,
        .c0 = l->c0,
        .y = l->y,
        .cells = l->cells,
        .gates = l->gates,
    };
    const long blocks = blocks_for(s.units);
    if (unpacked) failed |= walk_forward_unpacked(s, blocks, l->u, buffer, l->h0, l->y, step_forward, &layer);
    else failed |= walk_forward(s, blocks, masks.recurrent, l->h0, l->y, step_forward, &layer);
  }
  free(buffer);
  free_masks(&masks);
  return failed;
}

// ---- Backward
//
// Back in time, dz of a step comes from dh and dc, and dh of the step before is dz · Uᵀ. The gradients of the weights are
// one product each at the end.

typedef struct {
  recurrence shape;
  mask_series hidden_zoneout, cell_zoneout;
  const float *c0, *cells, *gates, *dy;
  float *dh, *dc, *dz;
} lstm_backward;

// Computes dz of one row and VL units from dh and dc; dc becomes the gradient of the cell state one step earlier.
INLINE void gate_gradients(long units, long valid, const float *gates, const float *cell, const float *cell_before,
                           vec dh, float *dc, float *dz) {
  const vec one = splat(1.0f);
  const vec i = load_part(gates, valid), f = load_part(gates + units, valid);
  const vec g = load_part(gates + 2 * units, valid), o = load_part(gates + 3 * units, valid);
  const vec tanh_cell = vec_tanh(load_part(cell, valid));
  const vec d = load_part(dc, valid) + dh * o * (one - tanh_cell * tanh_cell);
  store_part(dz, d * g * i * (one - i), valid);
  store_part(dz + units, d * load_part(cell_before, valid) * f * (one - f), valid);
  store_part(dz + 2 * units, d * i * (one - g * g), valid);
  store_part(dz + 3 * units, dh * tanh_cell * o * (one - o), valid);
  store_part(dc, d * f, valid);
}

// One step's arrays at one row and unit; the zoneouts are null for none.
typedef struct {
  const float *gates, *cell, *cell_before, *dy, *hidden_zoneout, *cell_zoneout;
  float *dh, *dc, *dz;
} lstm_place;

INLINE void plain_gradients(long units, long valid, lstm_place p) {
  const vec dh = load_part(p.dh, valid) + load_part(p.dy, valid);
  gate_gradients(units, valid, p.gates, p.cell, p.cell_before, dh, p.dc, p.dz);
}

// With zoneout, the retained part of h and c bypasses the gates: its gradient stays in dh, and is added to dc at the end.
INLINE void zoned_gradients(long units, long valid, lstm_place p) {
  vec dh = load_part(p.dh, valid) + load_part(p.dy, valid), retained = {0};
  if (p.hidden_zoneout) store_part(p.dh, take_retained(p.hidden_zoneout, valid, &dh), valid);
  if (p.cell_zoneout) {
    vec dc = load_part(p.dc, valid);
    retained = take_retained(p.cell_zoneout, valid, &dc);
    store_part(p.dc, dc, valid);
  }
  // The new h is computed from the new c before zoneout, which was not saved: compute it again.
  const vec f = load_part(p.gates + units, valid), i = load_part(p.gates, valid);
  float cell[VL];
  store(cell, f * load_part(p.cell_before, valid) + i * load_part(p.gates + 2 * units, valid));
  gate_gradients(units, valid, p.gates, cell, p.cell_before, dh, p.dc, p.dz);
  store_part(p.dc, load_part(p.dc, valid) + retained, valid);
}

static lstm_place place_of(const lstm_backward *l, long t, long row, long unit) {
  const long units = l->shape.units, state = l->shape.batch * units;
  const long at = row * units + unit, gate = row * 4 * units + unit;
  const float *hidden = mask_of_step(l->hidden_zoneout, t, state), *cell = mask_of_step(l->cell_zoneout, t, state);
  return (lstm_place){
      .gates = l->gates + 4 * t * state + gate,
      .cell = l->cells + t * state + at,
      .cell_before = (t ? l->cells + (t - 1) * state : l->c0) + at,
      .dy = l->dy + t * state + at,
      .hidden_zoneout = hidden ? hidden + at : NULL,
      .cell_zoneout = cell ? cell + at : NULL,
      .dh = l->dh + at,
      .dc = l->dc + at,
      .dz = l->dz + 4 * t * state + gate,
  };
}

// Computes dz of one step for a thread's rows and units; dh comes from the step after, dy from the output.
static void step_backward(const void *layer, long t, share units, share rows) {
  const lstm_backward *l = layer;
  const int zoned = l->hidden_zoneout.values || l->cell_zoneout.values;
  for (long row = rows.first; row < rows.last; row++) {
    for (long unit = units.first; unit < units.last; unit += VL) {
      const long valid = min_of(VL, units.last - unit);
      const lstm_place place = place_of(l, t, row, unit);
      if (zoned) zoned_gradients(l->shape.units, valid, place);
      else plain_gradients(l->shape.units, valid, place);
    }
  }
}

int zlm_lstm_backward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 4);
  layer_masks masks;
  float *buffer = NULL;
  if (!l->d_gates) buffer = scratch(s.steps * s.batch * 4 * s.units);
  float *dz = l->d_gates ? l->d_gates : buffer;
  int failed = draw_masks(l, s.gates, &masks) | !dz;
  if (!failed) {
    const lstm_backward layer = {
        .shape = s,
        .hidden_zoneout = masks.hidden_zoneout,
        .cell_zoneout = masks.cell_zoneout,
        .c0 = l->c0,
        .cells = l->cells,
        .gates = l->gates,
        .dy = l->dy,
        .dh = l->dh,
        .dc = l->dc,
        .dz = dz,
    };
    const backward_walk walk = {l->u, dz, l->dh, masks.hidden_zoneout.values != NULL};
    failed |= walk_backward(s, walk, masks.recurrent, step_backward, &layer);
    failed |= layer_gradients(s, l, &masks, dz, dz);
  }
  free(buffer);
  free_masks(&masks);
  return failed;
}
