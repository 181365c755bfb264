// The gradients of one GRU layer over a whole window. Those of x·W + b and of h·U differ in the candidate alone, whose
// recurrent part goes through the reset gate.
#include "column-sums.h"
#include "layer-products.h"
#include "memory.h"

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *h0, *y, *gates, *dy;
  float *dh, *d_input, *d_recurrent;
} gru_layer;

// Of one row and VL units: the gradients of the gates from dh, that of the new h; returns what goes to the old h
// directly.
INLINE vec gate_gradients(long units, long there, const float *gates, vec before, vec dh, float *d_input,
                          float *d_recurrent) {
  const vec one = splat(1.0f);
  const vec r = load_part(gates, there), z = load_part(gates + units, there);
  const vec n = load_part(gates + 2 * units, there), q = load_part(gates + 3 * units, there);
  const vec dn = dh * (one - z) * (one - n * n);
  const vec dr = dn * q * r * (one - r), dz = dh * (before - n) * z * (one - z);
  store_part(d_input, dr, there);
  store_part(d_input + units, dz, there);
  store_part(d_input + 2 * units, dn, there);
  store_part(d_recurrent, dr, there);
  store_part(d_recurrent + units, dz, there);
  store_part(d_recurrent + 2 * units, dn * r, there);
  return dh * z;
}

// One step for a thread's rows and units. What reaches h(t−1) by the update gate, and by zoneout, stays in dh.
static void step_backward(const void *layer, long t, share units, share rows) {
  const gru_layer *l = layer;
  const long width = l->shape.units, state = l->shape.batch * width;
  const float *before = t ? l->y + (t - 1) * state : l->h0, *zoneout = mask_of_step(l->zoneout, t, state);
  for (long row = rows.first; row < rows.last; row++) {
    for (long unit = units.first; unit < units.last; unit += VL) {
      const long there = min_of(VL, units.last - unit), at = row * width + unit;
      const long gate = (t * l->shape.batch + row) * 3 * width + unit;
      const float *gates = l->gates + (t * l->shape.batch + row) * 4 * width + unit;
      vec dh = load_part(l->dh + at, there) + load_part(l->dy + t * state + at, there), retained = {0};
      if (zoneout) retained = take_retained(zoneout + at, there, &dh);
      const vec direct = gate_gradients(width, there, gates, load_part(before + at, there), dh, l->d_input + gate,
                                        l->d_recurrent + gate);
      store_part(l->dh + at, retained + direct, there);
    }
  }
}

int zlm_gru_backward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 3);
  const long gate_gradients = s.steps * s.batch * 3 * s.units;
  layer_masks masks;
  float *panels = scratch(panels_size(3 * s.units, s.units));
  float *d_input = scratch(gate_gradients), *d_recurrent = scratch(gate_gradients);
  int failed = draw_masks(l, s.gates, &masks) | !panels | !d_input | !d_recurrent;
  if (!failed) {
    pack_transposed(s, masks.recurrent.parts, panels, l->u);
    const gru_layer layer = {
        .shape = s,
        .zoneout = masks.hidden_zoneout,
        .h0 = l->h0,
        .y = l->y,
        .gates = l->gates,
        .dy = l->dy,
        .dh = l->dh,
        .d_input = d_input,
        .d_recurrent = d_recurrent,
    };
    failed |= walk_backward(s, (way_back){panels, d_recurrent, l->dh, 1}, masks.recurrent, step_backward, &layer);
    failed |= layer_gradients(s, l, &masks, d_input, d_recurrent);
    column_sums(s.steps * s.batch, s.units, d_recurrent + 2 * s.units, 3 * s.units, l->d_candidate_bias, 0);
  }
  free(panels);
  free(d_input);
  free(d_recurrent);
  free_masks(&masks);
  return failed;
}
