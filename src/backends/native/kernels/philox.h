// Philox4x32-10 (Salmon et al. 2011) on VL counters at once; with the same numbers as src/ops/philox.ts.
#ifndef ZLM_PHILOX_H
#define ZLM_PHILOX_H

#include "vec.h"

#if defined(__SSE2__)
#include <immintrin.h>

// Two 32-bit halves in each lane.
typedef uint64_t vec_wide __attribute__((vector_size(4 * VL)));

// The 64-bit products of the lower halves, by one instruction. A compiler makes a multiplication by a constant of many shifts and sums.
INLINE vec_wide products(vec_wide a, uint32_t by) {
  const vec_wide factor = (vec_wide){0} + by;
#if defined(__AVX512F__)
  return (vec_wide)_mm512_mul_epu32((__m512i)a, (__m512i)factor);
#elif defined(__AVX2__)
  return (vec_wide)_mm256_mul_epu32((__m256i)a, (__m256i)factor);
#elif VL == 4
  return (vec_wide)_mm_mul_epu32((__m128i)a, (__m128i)factor);
#else
  return (a & 0xffffffffu) * factor;
#endif
}

INLINE void multiply(vecu a, uint32_t by, vecu *high, vecu *low) {
  const vec_wide even = products((vec_wide)a, by), odd = products((vec_wide)a >> 32, by);
  const vec_wide lower = (vec_wide){0} + 0xffffffffu;
  *low = (vecu)((even & lower) | (odd << 32));
  *high = (vecu)((even >> 32) | (odd & ~lower));
}
#else
typedef uint64_t vec_wide __attribute__((vector_size(8 * VL)));

INLINE void multiply(vecu a, uint32_t by, vecu *high, vecu *low) {
  const vec_wide product = __builtin_convertvector(a, vec_wide) * (vec_wide)((vec_wide){0} + by);
  *low = __builtin_convertvector(product, vecu);
  *high = __builtin_convertvector(product >> 32, vecu);
}
#endif

// The four words of each of the VL counters (first + lane, step, site, 0) under the key (seed, stream).
INLINE void philox_block(uint32_t first, uint32_t step, uint32_t site, uint32_t seed, uint32_t stream, vecu out[4]) {
  vecu lanes;
  for (int i = 0; i < VL; i++) lanes[i] = (uint32_t)i;
  vecu c0 = lanes + first, c1 = (vecu){0} + step, c2 = (vecu){0} + site, c3 = {0};
  for (int round = 0; round < 10; round++) {
    vecu high0, low0, high1, low1;
    multiply(c0, 0xd2511f53u, &high0, &low0);
    multiply(c2, 0xcd9e8d57u, &high1, &low1);
    c0 = high1 ^ c1 ^ seed;
    c2 = high0 ^ c3 ^ stream;
    c1 = low1;
    c3 = low0;
    seed += 0x9e3779b9u;
    stream += 0xbb67ae85u;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

#endif
