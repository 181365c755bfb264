// Masks of dropout and of zoneout. Word n of the Philox address of a time step decides on element n of that step, by
// being below a threshold or not. Words 4k … 4k+3 come from counter k.
#include "philox.h"
#include "threads.h"

#define STREAM_DROPOUT 2u

typedef struct {
  uint32_t seed, site, step, threshold;
  float below, otherwise;
} mask_rule;

// 4·VL mask values of elements [first, …) of one time step; first is a multiple of 4·VL.
INLINE void mask_values(mask_rule m, uint32_t step, long first, float out[4 * VL]) {
  vecu words[4];
  philox_block((uint32_t)(first / 4), step, m.site, m.seed, STREAM_DROPOUT, words);
  for (int lane = 0; lane < VL; lane++) {
    for (int i = 0; i < 4; i++) out[4 * lane + i] = words[i][lane] < m.threshold ? m.below : m.otherwise;
  }
}

// y = x ⊙ mask; x and y [steps, per_step]. A null x stands for ones. The mask is `below` where the word is below the
// threshold, `otherwise` where it is not. With `shared` set, the mask of the first step serves all.
void zlm_mask(long steps, long per_step, const float *x, float *y, int shared, uint32_t seed, uint32_t site,
              uint32_t step, uint32_t threshold, float below, float otherwise) {
  const mask_rule m = {seed, site, step, threshold, below, otherwise};
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
