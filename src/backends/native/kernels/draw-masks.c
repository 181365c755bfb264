// Masks of dropout and of zoneout. Element n of a time step depends on word n of the step's Philox address: on whether the
// word is below a threshold. Words 4k … 4k+3 come from counter k.
#include <math.h>

#include "masks.h"
#include "parallel.h"
#include "philox.h"

#define STREAM_DROPOUT 2u

// The values of a mask: `below` where the word is below the threshold, `otherwise` elsewhere.
typedef struct {
  uint32_t threshold;
  float below, otherwise;
} mask_rule;

// The threshold is rate · 2³². Where the rate is so close to 1 that this is no word, the largest word is the threshold.
static uint32_t threshold_of(zlm_noise n) {
  const double threshold = ceil(n.rate * 4294967296.0);
  return threshold < 4294967295.0 ? (uint32_t)threshold : UINT32_MAX;
}

static mask_rule dropout_rule(zlm_noise n) { return (mask_rule){threshold_of(n), 0, (float)(1 / (1 - n.rate))}; }
static mask_rule retention_rule(zlm_noise n) { return (mask_rule){threshold_of(n), 1, 0}; }

// Computes 4·VL mask values of elements [first, …) of one time step; first is a multiple of 4·VL.
INLINE void mask_values(zlm_noise n, mask_rule rule, uint32_t step, long first, float out[4 * VL]) {
  vecu words[4];
  float values[4 * VL];
  philox_block((uint32_t)(first / 4), step, n.site, n.seed, STREAM_DROPOUT, words);
  for (int i = 0; i < 4; i++) {
    const veci is_below = (veci)(words[i] < ((vecu){0} + rule.threshold));
    store(values + i * VL, blend(is_below, splat(rule.below), splat(rule.otherwise)));
  }
  // The words of a counter are those of four elements side by side.
  for (int lane = 0; lane < VL; lane += 4) transpose_square(out + 4 * lane, 4, values + lane, VL);
}

// y = x ⊙ values, `count` of them; a null x means ones. Inlined with a constant for whole blocks.
INLINE void masked(const long count, const float *x, const float *values, float *y) {
  if (x) {
    for (long i = 0; i < count; i++) y[i] = x[i] * values[i];
  } else {
    memcpy(y, values, (size_t)count * sizeof(float));
  }
}

// y [steps, per_step] = x ⊙ mask; a null x means ones.
static void apply(zlm_noise n, mask_rule rule, long steps, long per_step, const float *x, float *y) {
  const long blocks = (per_step + 4 * VL - 1) / (4 * VL);
#pragma omp parallel if (steps * per_step > BLOCK)
  {
    const share own = share_of(steps * blocks);
    for (long item = own.first; item < own.last; item++) {
      const long t = item / blocks, first = item % blocks * 4 * VL, valid = min_of(4 * VL, per_step - first);
      const long at = t * per_step + first;
      float values[4 * VL];
      mask_values(n, rule, n.mask == MASK_SEQUENCE ? n.step : n.step + (uint32_t)t, first, values);
      if (valid == 4 * VL) masked(4 * VL, x ? x + at : NULL, values, y + at);
      else masked(valid, x ? x + at : NULL, values, y + at);
    }
  }
}

void zlm_dropout(int64_t steps, int64_t per_step, const float *x, float *y, const zlm_noise *noise) {
  apply(*noise, dropout_rule(*noise), steps, per_step, x, y);
}

typedef enum { DROPOUT, ZONEOUT } noise_kind;

// Draws masks of `width` elements for each row and part; none without noise.
static int draw(const zlm_noise *n, noise_kind kind, long steps, long batch, long gates, long width, mask_series *out) {
  if (!n) return 0;
  const long parts = n->per_gate ? gates : 1;
  const long drawn = n->mask == MASK_STEP ? steps : 1, per_step = batch * parts * width;
  float *values = scratch(drawn * per_step);
  if (!values) return 1;
  *out = (mask_series){values, drawn, parts};
  if (n->mask == MASK_EXPECTED) {
    for (long i = 0; i < per_step; i++) values[i] = (float)n->rate;
  } else {
    apply(*n, kind == DROPOUT ? dropout_rule(*n) : retention_rule(*n), drawn, per_step, NULL, values);
  }
  return 0;
}

int draw_masks(const zlm_layer *l, long gates, layer_masks *masks) {
  *masks = (layer_masks){NO_MASKS, NO_MASKS, NO_MASKS, NO_MASKS};
  return draw(l->input_dropout, DROPOUT, l->steps, l->batch, gates, l->inputs, &masks->inputs) |
         draw(l->recurrent_dropout, DROPOUT, l->steps, l->batch, gates, l->units, &masks->recurrent) |
         draw(l->hidden_zoneout, ZONEOUT, l->steps, l->batch, 1, l->units, &masks->hidden_zoneout) |
         draw(l->cell_zoneout, ZONEOUT, l->steps, l->batch, 1, l->units, &masks->cell_zoneout);
}

void free_masks(layer_masks *m) {
  free((void *)m->inputs.values);
  free((void *)m->recurrent.values);
  free((void *)m->hidden_zoneout.values);
  free((void *)m->cell_zoneout.values);
}
