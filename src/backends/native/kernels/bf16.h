// bfloat16 products with float32 sums: operands are rounded to bf16, two along k share 32 bits, and a dot-product
// instruction takes both at once where the processor has one (AVX512-BF16, ARM's BF16). Elsewhere float32 arithmetic computes the
// same.
#ifndef ZLM_BF16_H
#define ZLM_BF16_H

#include "vec.h"
#if defined(__AVX512BF16__)
#include <immintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)
#define NEON_BF16
#include <arm_neon.h>
#endif

// The instruction that adds the products of pairs, as a number of zlm_bf16_units.
#if defined(__AVX512BF16__)
#define DOT_PAIRS_UNIT 1
#elif defined(NEON_BF16)
#define DOT_PAIRS_UNIT 3
#else
#define DOT_PAIRS_UNIT 0
#endif

// The bits of v rounded to bf16 (to nearest, ties to even), in the upper half of each lane; NaN stays NaN.
INLINE vecu round_to_bfloat16(vec v) {
  const vecu bits = (vecu)v;
  const vecu rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
  const vecu is_nan = (vecu)(v != v);
  return ((rounded & ~is_nan) | ((bits | 0x00400000u) & is_nan)) & 0xffff0000u;
}

// The pair (low, high) in each lane.
INLINE vecu make_pairs(vec low, vec high) { return (round_to_bfloat16(low) >> 16) | round_to_bfloat16(high); }

INLINE uint32_t pair_of(float low, float high) {
  const vec l = splat(low), h = splat(high);
  return make_pairs(l, h)[0];
}

// acc + low(a)·low(b) + high(a)·high(b), lane by lane.
INLINE vec dot_pairs(vec acc, vecu a, vecu b) {
#if defined(__AVX512BF16__)
  return (vec)_mm512_dpbf16_ps((__m512)acc, (__m512bh)a, (__m512bh)b);
#elif defined(NEON_BF16)
  return (vec)vbfdotq_f32((float32x4_t)acc, (bfloat16x8_t)a, (bfloat16x8_t)b);
#else
  acc += (vec)(a << 16) * (vec)(b << 16);
  return acc + (vec)(a & 0xffff0000u) * (vec)(b & 0xffff0000u);
#endif
}

INLINE vecu load_pairs(const uint32_t *p) { return *(const vecu_unaligned *)p; }
INLINE void store_pairs(uint32_t *p, vecu v) { *(vecu_unaligned *)p = v; }

// Pairs that hold `depth` values; an odd last one is paired with 0.
INLINE long pairs_for(long depth) { return (depth + 1) / 2; }

#endif
