// The tile operations of amx.h in plain C, bit for bit: compiled with -DZLM_EMULATE_AMX, products go through the same
// packing and the same loop as on a processor with tiles, so that any machine can test them.
//
// How TDPBF16PS computes (Intel's manual, volume 2): for each element of the result, the products of the pairs' low
// values are summed over the 16 pairs by fused multiply-adds from 0, those of the high values beside them, then one sum is
// added to the other, and both to the element. Each of these 34 operations rounds to nearest, ties to even, whatever the
// thread's rounding mode; subnormal operands count as 0, subnormal results become 0. The manual does not say which NaN
// comes of several, nor whether a result that only rounding lifts to the least normal number is subnormal; here it is not.
#ifndef ZLM_AMX_EMULATED_H
#define ZLM_AMX_EMULATED_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

// -DZLM_EMULATE_AMX=… chooses what processor and system do: it works, permission is refused, or results are wrong.
enum { WORKS = 1, REFUSED = 2, WRONG = 3 };

static _Thread_local struct {
  int configured;
  uint32_t tiles[8][AMX_ROWS][AMX_PAIRS];
} amx;

static inline int amx_permitted(void) { return ZLM_EMULATE_AMX != REFUSED; }

// A processor faults as well.
static inline void amx_demand(int allowed) {
  if (!allowed) __builtin_trap();
}

static inline void amx_configure(void) {
  amx_demand(amx_permitted());
  memset(&amx, 0, sizeof amx);
  amx.configured = 1;
}

static inline void amx_release(void) { amx.configured = 0; }

static inline void amx_zero(int t) {
  amx_demand(amx.configured);
  memset(amx.tiles[t], 0, sizeof amx.tiles[t]);
}

static inline void amx_load(int t, const void *from, long stride) {
  amx_demand(amx.configured);
  for (long r = 0; r < AMX_ROWS; r++) memcpy(amx.tiles[t][r], (const char *)from + r * stride, AMX_ROW_BYTES);
}

static inline void amx_store(int t, void *to, long stride) {
  amx_demand(amx.configured);
  for (long r = 0; r < AMX_ROWS; r++) memcpy((char *)to + r * stride, amx.tiles[t][r], AMX_ROW_BYTES);
}

static inline float amx_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// Subnormals become 0 and keep their sign.
static inline float amx_flush(float x) { return fabsf(x) < FLT_MIN ? copysignf(0, x) : x; }

static inline float amx_low(uint32_t pair) { return amx_flush(amx_float(pair << 16)); }
static inline float amx_high(uint32_t pair) { return amx_flush(amx_float(pair & 0xffff0000u)); }

static inline void amx_dot(int c, int a, int b) {
  amx_demand(amx.configured);
  for (int i = 0; i < AMX_ROWS; i++) {
    float low[AMX_PAIRS] = {0}, high[AMX_PAIRS] = {0};
    for (int k = 0; k < AMX_PAIRS; k++) {
      const uint32_t left = amx.tiles[a][i][k];
      for (int j = 0; j < AMX_PAIRS; j++) {
        const uint32_t right = amx.tiles[b][k][j];
        low[j] = amx_flush(fmaf(amx_low(left), amx_low(right), low[j]));
        high[j] = amx_flush(fmaf(amx_high(left), amx_high(right), high[j]));
      }
    }
    for (int j = 0; j < AMX_PAIRS; j++) {
      const float both = amx_flush(low[j] + high[j]), before = amx_flush(amx_float(amx.tiles[c][i][j]));
      const float sum = ZLM_EMULATE_AMX == WRONG ? both : amx_flush(before + both);
      memcpy(&amx.tiles[c][i][j], &sum, sizeof sum);
    }
  }
}

#endif
