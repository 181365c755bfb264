// Factors of a layer's values: dropout masks, and the share of the old value that zoneout retains.
#ifndef ZLM_MASKS_H
#define ZLM_MASKS_H

#include "vec.h"
#include "zlm.h"

// How a zlm_noise acts: a mask for each time step, one for the whole window, or the mean over all masks.
typedef enum { MASK_STEP, MASK_SEQUENCE, MASK_EXPECTED } noise_mask;

// Values [steps, rows, parts, width], or null for none; one step of them serves all, or each time step has its own.
// With several parts, one for each gate, each masks the operand of one product.
typedef struct {
  const float *values;
  long steps, parts;
} mask_series;

#define NO_MASKS ((mask_series){NULL, 0, 1})

// The masks of a layer's noise in one window.
typedef struct {
  mask_series inputs, recurrent, hidden_zoneout, cell_zoneout;
} layer_masks;

// Draws the masks of a layer; noise per gate has one for each of `gates`. Returns 0, or 1 when memory ran out. The caller
// frees them with free_masks in both cases.
int draw_masks(const zlm_layer *layer, long gates, layer_masks *masks);
void free_masks(layer_masks *masks);

// Returns the `size` values of time step t.
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

// Returns zoneout's mixture of old and new (Krueger et al. 2017); `retained`, 0 or 1 in training, is the share of the old.
INLINE vec zone_out(const float *retained, long valid, vec old, vec new) {
  const vec share = load_part(retained, valid);
  return share * old + (splat(1.0f) - share) * new;
}

// Splits the gradient of the mixture: returns the part of the old value, and leaves the part of the new one.
INLINE vec take_retained(const float *retained, long valid, vec *gradient) {
  const vec share = load_part(retained, valid), of_old = share * *gradient;
  *gradient *= splat(1.0f) - share;
  return of_old;
}

#endif
