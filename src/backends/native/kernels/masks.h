// Factors that are drawn or fixed beforehand: dropout masks, and how much of the old value zoneout retains.
#ifndef ZLM_MASKS_H
#define ZLM_MASKS_H

#include "vec.h"
#include "zlm.h"

// How a zlm_noise acts: a mask for each time step, one for the whole window, or the mean over all masks.
typedef enum { MASK_STEP, MASK_SEQUENCE, MASK_EXPECTED } noise_mask;

// Values [steps, rows, parts, width], or null for none; one step of them serves all, or each time step has its own.
// With several parts, each stands before another product of the same operand: one for each gate.
typedef struct {
  const float *values;
  long steps, parts;
} mask_series;

#define NO_MASKS ((mask_series){NULL, 0, 1})

// The masks of a layer's noise in one window.
typedef struct {
  mask_series inputs, recurrent, hidden_zoneout, cell_zoneout;
} layer_masks;

// Draws them; `gates` is what noise per gate has masks for. Returns 0, or 1 when memory ran out. Give them back with
// free_masks in both cases.
int draw_masks(const zlm_layer *layer, long gates, layer_masks *masks);
void free_masks(layer_masks *masks);

// Those of time step t; a step has `size` of them.
INLINE const float *mask_of_step(mask_series m, long t, long size) {
  return m.values ? m.values + (m.steps == 1 ? 0 : t * size) : NULL;
}

// to [rows, parts, width] = from [rows, width] ⊙ mask [rows, parts, width].
INLINE void mask_rows(long rows, long parts, long width, const float *from, const float *mask, float *to) {
  for (long row = 0; row < rows; row++, from += width) {
    for (long part = 0; part < parts; part++, mask += width, to += width) {
      for (long i = 0; i < width; i++) to[i] = from[i] * mask[i];
    }
  }
}

// Zoneout (Krueger et al. 2017): the mixture of old and new of which `retained` is old; 0 or 1 in training.
INLINE vec zone_out(const float *retained, long there, vec old, vec new) {
  const vec share = load_part(retained, there);
  return share * old + (splat(1.0f) - share) * new;
}

// Backward: takes the gradient of the old value, which is returned, from that of the mixture; that of the new one
// stays.
INLINE vec take_retained(const float *retained, long there, vec *gradient) {
  const vec share = load_part(retained, there), of_old = share * *gradient;
  *gradient *= splat(1.0f) - share;
  return of_old;
}

#endif
