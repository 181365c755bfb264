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

// The gradients of everything that went into zlm_tanh_rnn_forward. dy [T,B,H]; dh [B,H] holds the gradient of the last
// state on entry and of the first one on return. Returns 0, or 1 when memory ran out.
int zlm_tanh_rnn_backward(int mixed, long steps, long batch, long inputs, long units, const float *x, const float *h0,
                          const float *w, const float *u, const float *masks, long mask_steps, const float *zoneout,
                          long zoneout_steps, const float *y, const float *activations, const float *dy, float *dh,
                          float *dx, float *dw, float *du, float *dbias) {
  const recurrence s = {mixed ? MIXED : FLOAT32, steps, batch, inputs, units, 1};
  const mask_series dropped = {masks, mask_steps, 1};
  float *panels = scratch(panels_size(units, units)), *dz = scratch(steps * batch * units);
  int failed = !panels || !dz;
  if (!failed) {
    pack_transposed(s, 1, panels, u);
    const rnn_layer layer = {s, {zoneout, zoneout_steps, 1}, activations, dy, dh, dz};
    failed |= walk_backward(s, (way_back){panels, dz, dh, zoneout != NULL}, dropped, step_backward, &layer);
    failed |= layer_gradients(s, (layer_backward){NO_MASKS, dropped, x, h0, y, w, dz, dz}, dx, dw, du, dbias);
  }
  free(panels);
  free(dz);
  return failed;
}
