// Inverted dropout. Word n of the Philox address of a time step decides on element n of that step; a word below
// rate·2³² drops it. Words 4k … 4k+3 come from counter k.
#include "philox.h"
#include "threads.h"

#define STREAM_DROPOUT 2u

typedef struct {
  uint32_t seed, site, step, threshold;
  float scale;
} dropout_mask;

// 4·VL mask values of elements [first, …) of one time step; first is a multiple of 4·VL.
INLINE void mask_values(dropout_mask m, uint32_t step, long first, float out[4 * VL]) {
  vecu words[4];
  philox_block((uint32_t)(first / 4), step, m.site, m.seed, STREAM_DROPOUT, words);
  for (int lane = 0; lane < VL; lane++) {
    for (int i = 0; i < 4; i++) out[4 * lane + i] = words[i][lane] < m.threshold ? 0.0f : m.scale;
  }
}

// y = x ⊙ mask; x and y [steps, per_step]. A null x stands for ones. With `shared` set, the mask of the first step
// serves all. threshold is rate·2³² rounded up, scale 1/(1 − rate).
void zlm_dropout(long steps, long per_step, const float *x, float *y, int shared, uint32_t seed, uint32_t site,
                 uint32_t step, uint32_t threshold, float scale) {
  const dropout_mask m = {seed, site, step, threshold, scale};
  const long blocks = (per_step + 4 * VL - 1) / (4 * VL);
#pragma omp parallel
  {
    const share own = share_of(steps * blocks);
    for (long item = own.first; item < own.last; item++) {
      const long t = item / blocks, first = item % blocks * 4 * VL, there = min_of(4 * VL, per_step - first);
      float values[4 * VL];
      mask_values(m, shared ? step : step + (uint32_t)t, first, values);
      const long at = t * per_step + first;
      for (long i = 0; i < there; i++) y[at + i] = x ? x[at + i] * values[i] : values[i];
    }
  }
}
