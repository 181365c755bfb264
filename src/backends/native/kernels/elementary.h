// exp, sigmoid and tanh on vectors, relative error below 1e-6 over the whole range (test/backends/native checks it).
// The polynomials are near-minimax fits (Lawson's reweighted least squares) made for this file.
#ifndef ZLM_ELEMENTARY_H
#define ZLM_ELEMENTARY_H

#include "vec.h"

// e^x = 2^n · e^r with |r| ≤ ln 2 / 2. Beyond ±87.6, where floats end, inputs are clamped to where 2^n is
// infinity (n = 128) or 0 (n = −127): a sigmoid saturates at exactly 0 and 1.
INLINE vec vec_exp(vec x) {
  const vec most = splat(89.0f), least = splat(-88.0f);
  x = blend(x > most, most, x);
  x = blend(x < least, least, x);
  // A float of 1.5 · 2²³ and more has whole numbers only, the number in its last bits. Not a conversion to an integer:
  // that of a NaN is undefined behavior.
  const vec shifter = splat(12582912.0f);
  const vec shifted = x * splat(1.44269504f) + shifter;
  const vec whole = shifted - shifter;
  // ln 2 in two parts, so that r keeps all its digits.
  const vec r = (x - whole * splat(0.693359375f)) + whole * splat(2.12194440e-4f);
  vec p = splat(1.383684193e-3f);
  p = p * r + splat(8.374815782e-3f);
  p = p * r + splat(4.166822564e-2f);
  p = p * r + splat(1.666642017e-1f);
  p = p * r + splat(4.999999208e-1f);
  p = p * r + splat(1.0f);
  p = p * r + splat(1.0f);
  return p * (vec)(((vecu)shifted + 127) << 23);
}

INLINE vec vec_sigmoid(vec x) { return splat(1.0f) / (splat(1.0f) + vec_exp(-x)); }

// An odd polynomial near 0, since 1 − 2 / (e^2x + 1) would lose digits there.
INLINE vec vec_tanh(vec x) {
  const vec magnitude = blend(x < splat(0), -x, x);
  const vec far = splat(1.0f) - splat(2.0f) / (vec_exp(splat(2.0f) * magnitude) + splat(1.0f));
  const vec z = x * x;
  vec p = splat(1.564046112e-2f);
  p = p * z + splat(-5.223109281e-2f);
  p = p * z + splat(1.331352042e-1f);
  p = p * z + splat(-3.333262158e-1f);
  const vec near = x + x * z * p;
  return blend(magnitude < splat(0.6f), near, blend(x < splat(0), -far, far));
}

#endif
