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

int zlm_lstm_backward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 4);
  layer_masks masks;
  float *panels = scratch(panels_size(4 * s.units, s.units)), *dz = scratch(s.steps * s.batch * 4 * s.units);
  int failed = draw_masks(l, s.gates, &masks) | !panels | !dz;
  if (!failed) {
    pack_transposed(s, masks.recurrent.parts, panels, l->u);
    const lstm_layer layer = {
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
    const way_back way = {panels, dz, l->dh, masks.hidden_zoneout.values != NULL};
    failed |= walk_backward(s, way, masks.recurrent, step_backward, &layer);
    failed |= layer_gradients(s, l, &masks, dz, dz);
  }
  free(panels);
  free(dz);
  free_masks(&masks);
  return failed;
}
