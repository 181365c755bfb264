// Vectors as wide as this processor's registers, through the vector extensions of GCC and Clang: one source for
// AVX-512, AVX2, NEON and SSE. The element-wise functions keep NaN, so that a diverging loss shows.
#ifndef ZLM_VEC_H
#define ZLM_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define VL 16
#elif defined(__AVX__)
#define VL 8
#else
#define VL 4
#endif

typedef float vec __attribute__((vector_size(4 * VL)));
typedef int32_t veci __attribute__((vector_size(4 * VL)));
typedef uint32_t vecu __attribute__((vector_size(4 * VL)));
typedef vec vec_unaligned __attribute__((aligned(4), may_alias));
typedef vecu vecu_unaligned __attribute__((aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p) { return *(const vec_unaligned *)p; }
INLINE void store(float *p, vec v) { *(vec_unaligned *)p = v; }
INLINE vec splat(float x) { return x - (vec){0}; }
INLINE long min_of(long a, long b) { return a < b ? a : b; }

// The first n < VL elements; the others are 0.
INLINE vec load_some(const float *p, long n) {
  float out[VL] = {0};
  memcpy(out, p, (size_t)n * sizeof(float));
  return load(out);
}

INLINE void store_some(float *p, vec v, long n) {
  float in[VL];
  store(in, v);
  memcpy(p, in, (size_t)n * sizeof(float));
}

// The first n ≤ VL elements.
INLINE vec load_part(const float *p, long n) { return n == VL ? load(p) : load_some(p, n); }
INLINE void store_part(float *p, vec v, long n) {
  if (n == VL) store(p, v);
  else store_some(p, v, n);
}

// mask ? a : b, lane by lane; mask is all ones or all zeros in each lane, as comparisons give it.
INLINE vec blend(veci mask, vec a, vec b) { return (vec)((mask & (veci)a) | (~mask & (veci)b)); }
INLINE vec max_of(vec a, vec b) { return blend(a > b, a, b); }

INLINE float sum_lanes(vec v) {
  float in[VL], sum = 0;
  store(in, v);
  for (int i = 0; i < VL; i++) sum += in[i];
  return sum;
}

INLINE float max_lanes(vec v) {
  float in[VL];
  store(in, v);
  float max = in[0];
  for (int i = 1; i < VL; i++) max = in[i] > max ? in[i] : max;
  return max;
}

// Four vectors of four floats, transposed in registers.
typedef float square __attribute__((vector_size(16)));
typedef square square_unaligned __attribute__((aligned(4), may_alias));
#if defined(__clang__)
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
typedef int32_t square_lanes __attribute__((vector_size(16)));
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (square_lanes){i, j, k, l})
#endif

// Writes the transpose of 4 × 4 floats: rows of `from` are `from_row` apart, those of `to` are `to_row` apart.
INLINE void transpose_square(float *to, long to_row, const float *from, long from_row) {
  const square a = *(const square_unaligned *)from, b = *(const square_unaligned *)(from + from_row);
  const square c = *(const square_unaligned *)(from + 2 * from_row), d = *(const square_unaligned *)(from + 3 * from_row);
  const square ac_low = SHUFFLE(a, c, 0, 4, 1, 5), ac_high = SHUFFLE(a, c, 2, 6, 3, 7);
  const square bd_low = SHUFFLE(b, d, 0, 4, 1, 5), bd_high = SHUFFLE(b, d, 2, 6, 3, 7);
  *(square_unaligned *)to = SHUFFLE(ac_low, bd_low, 0, 4, 1, 5);
  *(square_unaligned *)(to + to_row) = SHUFFLE(ac_low, bd_low, 2, 6, 3, 7);
  *(square_unaligned *)(to + 2 * to_row) = SHUFFLE(ac_high, bd_high, 0, 4, 1, 5);
  *(square_unaligned *)(to + 3 * to_row) = SHUFFLE(ac_high, bd_high, 2, 6, 3, 7);
}

#endif
