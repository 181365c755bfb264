// Vectors of doubles, as wide in bytes as those of floats, and the exponential of numbers up to 0.
#ifndef ZLM_VEC_DOUBLE_H
#define ZLM_VEC_DOUBLE_H

#include "vec.h"

#define VL_DOUBLE (VL / 2)

typedef double vecd __attribute__((vector_size(4 * VL)));
typedef int64_t vecl __attribute__((vector_size(4 * VL)));
typedef vecd vecd_unaligned __attribute__((aligned(8), may_alias));
typedef float half_vec __attribute__((vector_size(2 * VL)));
typedef int32_t half_veci __attribute__((vector_size(2 * VL)));
typedef half_vec half_vec_unaligned __attribute__((aligned(4), may_alias));

INLINE vecd load_doubles(const double *p) { return *(const vecd_unaligned *)p; }
INLINE void store_doubles(double *p, vecd v) { *(vecd_unaligned *)p = v; }
INLINE vecd splat_double(double x) { return x - (vecd){0}; }
// VL_DOUBLE floats, as they are and as doubles.
INLINE half_vec load_half(const float *p) { return *(const half_vec_unaligned *)p; }
INLINE vecd widened(const float *p) { return __builtin_convertvector(load_half(p), vecd); }

// The lower half of a vector of floats plus the upper one, in doubles.
INLINE vecd sum_of_halves(vec v) {
  float in[VL];
  store(in, v);
  return widened(in) + widened(in + VL_DOUBLE);
}

INLINE vecd blend_doubles(vecl mask, vecd a, vecd b) { return (vecd)((mask & (vecl)a) | (~mask & (vecl)b)); }

INLINE double sum_of_doubles(vecd v) {
  double in[VL_DOUBLE], sum = 0;
  store_doubles(in, v);
  for (int i = 0; i < VL_DOUBLE; i++) sum += in[i];
  return sum;
}

// e^x for x ≤ 0, to within two units of the last digit; 0 below −708, where normal doubles end, and for NaN. Works as
// `vec_exp`, with the Taylor polynomial of degree 13, whose error is 4e-18 for |r| ≤ ln 2 / 2.
INLINE vecd exp_below_zero(vecd x) {
  const vecl remains = x >= splat_double(-708.0); // NaN is not
  x = blend_doubles(remains, x, splat_double(-708.0));
  const vecd shifter = splat_double(6755399441055744.0); // 1.5 · 2⁵²
  const vecd shifted = x * splat_double(1.4426950408889634) + shifter;
  const vecd whole = shifted - shifter;
  const vecd r = (x - whole * splat_double(6.93147180369123816490e-01)) - whole * splat_double(1.90821492927058770002e-10);
  vecd p = splat_double(1.0 / 6227020800.0);
  p = p * r + splat_double(1.0 / 479001600.0);
  p = p * r + splat_double(1.0 / 39916800.0);
  p = p * r + splat_double(1.0 / 3628800.0);
  p = p * r + splat_double(1.0 / 362880.0);
  p = p * r + splat_double(1.0 / 40320.0);
  p = p * r + splat_double(1.0 / 5040.0);
  p = p * r + splat_double(1.0 / 720.0);
  p = p * r + splat_double(1.0 / 120.0);
  p = p * r + splat_double(1.0 / 24.0);
  p = p * r + splat_double(1.0 / 6.0);
  p = p * r + splat_double(0.5);
  p = p * r + splat_double(1.0);
  p = p * r + splat_double(1.0);
  const vecd value = p * (vecd)(((vecl)shifted + 1023) << 52);
  return blend_doubles(remains, value, splat_double(0));
}

#endif
