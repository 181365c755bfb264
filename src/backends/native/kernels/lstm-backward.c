// The gradients of one LSTM layer over a whole window. Back in time, dz of a step comes from dh and dc, and dh of the
// step before is dz · Uᵀ; the gradients of the weights are one product each at the end.
#include "elementary.h"
#include "layer-products.h"
#include "memory.h"

typedef struct {
  recurrence shape;
  mask_series hidden_zoneout, cell_zoneout;
  const float *c0, *cells, *gates, *dy;
  float *dh, *dc, *dz;
} lstm_layer;

// dz of one row and VL units from dh and dc; dc becomes the gradient of the cell state one step earlier.
INLINE void gate_gradients(long units, long there, const float *gates, const float *cell, const float *cell_before,
                           vec dh, float *dc, float *dz) {
  const vec one = splat(1.0f);
  const vec i = load_part(gates, there), f = load_part(gates + units, there);
  const vec g = load_part(gates + 2 * units, there), o = load_part(gates + 3 * units, there);
  const vec tanh_cell = vec_tanh(load_part(cell, there));
  const vec d = load_part(dc, there) + dh * o * (one - tanh_cell * tanh_cell);
  store_part(dz, d * g * i * (one - i), there);
  store_part(dz + units, d * load_part(cell_before, there) * f * (one - f), there);
  store_part(dz + 2 * units, d * i * (one - g * g), there);
  store_part(dz + 3 * units, dh * tanh_cell * o * (one - o), there);
  store_part(dc, d * f, there);
}

// One step's arrays at one row and unit; the zoneouts are null for none.
typedef struct {
  const float *gates, *cell, *cell_before, *dy, *hidden_zoneout, *cell_zoneout;
  float *dh, *dc, *dz;
} lstm_place;

INLINE void plain_gradients(long units, long there, lstm_place p) {
  const vec dh = load_part(p.dh, there) + load_part(p.dy, there);
  gate_gradients(units, there, p.gates, p.cell, p.cell_before, dh, p.dc, p.dz);
}

// With zoneout, what h and c retained passes the gates by: that part of dh stays there, that of dc is added at the
// end.
INLINE void zoned_gradients(long units, long there, lstm_place p) {
  vec dh = load_part(p.dh, there) + load_part(p.dy, there), retained = {0};
  if (p.hidden_zoneout) store_part(p.dh, take_retained(p.hidden_zoneout, there, &dh), there);
  if (p.cell_zoneout) {
    vec dc = load_part(p.dc, there);
    retained = take_retained(p.cell_zoneout, there, &dc);
    store_part(p.dc, dc, there);
  }
  // The new h is made of the new c before zoneout, which was not kept.
  const vec f = load_part(p.gates + units, there), i = load_part(p.gates, there);
  float cell[VL];
  store(cell, f * load_part(p.cell_before, there) + i * load_part(p.gates + 2 * units, there));
  gate_gradients(units, there, p.gates, cell, p.cell_before, dh, p.dc, p.dz);
  store_part(p.dc, load_part(p.dc, there) + retained, there);
}

static lstm_place place_of(const lstm_layer *l, long t, long row, long unit) {
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

// dz of one step for a thread's rows and units; dh comes from the step after, dy from the output.
static void step_backward(const void *layer, long t, share units, share rows) {
  const lstm_layer *l = layer;
  const int zoned = l->hidden_zoneout.values || l->cell_zoneout.values;
  for (long row = rows.first; row < rows.last; row++) {
    for (long unit = units.first; unit < units.last; unit += VL) {
      const long there = min_of(VL, units.last - unit);
      const lstm_place place = place_of(l, t, row, unit);
      if (zoned) zoned_gradients(l->shape.units, there, place);
      else plain_gradients(l->shape.units, there, place);
    }
  }
}

// The gradients of everything that went into zlm_lstm_forward. dy [T,B,H]; dh and dc [B,H] hold the gradients of the
// last state on entry and of the first one on return. Returns 0, or 1 when memory ran out.
int zlm_lstm_backward(int mixed, long steps, long batch, long inputs, long units, const float *x, const float *h0,
                      const float *c0, const float *w, const float *u, const float *input_masks, long input_mask_steps,
                      const float *masks, long mask_steps, long mask_parts, const float *hidden_zoneout,
                      const float *cell_zoneout, long zoneout_steps, const float *y, const float *cells,
                      const float *gates, const float *dy, float *dh, float *dc, float *dx, float *dw, float *du,
                      float *dbias) {
  const recurrence s = {mixed ? MIXED : FLOAT32, steps, batch, inputs, units, 4};
  const mask_series dropped_inputs = {input_masks, input_mask_steps, input_masks ? 4 : 1};
  const mask_series dropped = {masks, mask_steps, mask_parts};
  float *panels = scratch(panels_size(4 * units, units)), *dz = scratch(steps * batch * 4 * units);
  int failed = !panels || !dz;
  if (!failed) {
    pack_transposed(s, mask_parts, panels, u);
    const mask_series hidden = {hidden_zoneout, zoneout_steps, 1}, cell = {cell_zoneout, zoneout_steps, 1};
    const lstm_layer layer = {s, hidden, cell, c0, cells, gates, dy, dh, dc, dz};
    failed |= walk_backward(s, (way_back){panels, dz, dh, hidden_zoneout != NULL}, dropped, step_backward, &layer);
    failed |= layer_gradients(s, (layer_backward){dropped_inputs, dropped, x, h0, y, w, dz, dz}, dx, dw, du, dbias);
  }
  free(panels);
  free(dz);
  return failed;
}
