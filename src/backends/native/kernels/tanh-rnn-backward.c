// The gradients of one tanh layer over a whole window.
#include "layer-products.h"
#include "memory.h"

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *activations, *dy;
  float *dh, *dz;
} rnn_layer;

// One step for a thread's rows and units. What reaches h(t−1) by zoneout stays in dh.
static void step_backward(const void *layer, long t, share units, share rows) {
  const rnn_layer *l = layer;
  const long width = l->shape.units, state = l->shape.batch * width;
  const float *zoneout = mask_of_step(l->zoneout, t, state);
  for (long row = rows.first; row < rows.last; row++) {
    for (long unit = units.first; unit < units.last; unit += VL) {
      const long there = min_of(VL, units.last - unit), at = row * width + unit, in_window = t * state + at;
      const vec a = load_part(l->activations + in_window, there);
      vec dh = load_part(l->dh + at, there) + load_part(l->dy + in_window, there);
      if (zoneout) store_part(l->dh + at, take_retained(zoneout + at, there, &dh), there);
      store_part(l->dz + in_window, dh * (splat(1.0f) - a * a), there);
    }
  }
}

int zlm_tanh_rnn_backward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 1);
  layer_masks masks;
  float *panels = scratch(panels_size(s.units, s.units)), *dz = scratch(s.steps * s.batch * s.units);
  int failed = draw_masks(l, s.gates, &masks) | !panels | !dz;
  if (!failed) {
    pack_transposed(s, 1, panels, l->u);
    const rnn_layer layer = {s, masks.hidden_zoneout, l->gates, l->dy, l->dh, dz};
    const way_back way = {panels, dz, l->dh, masks.hidden_zoneout.values != NULL};
    failed |= walk_backward(s, way, masks.recurrent, step_backward, &layer);
    failed |= layer_gradients(s, l, &masks, dz, dz);
  }
  free(panels);
  free(dz);
  free_masks(&masks);
  return failed;
}
