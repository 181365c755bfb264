// bfloat16, TF32, and the elementary functions of the gates.
#ifndef ZLM_NUMBERS_CUH
#define ZLM_NUMBERS_CUH

// The bits of x as bfloat16, rounded to nearest, ties to even; NaN stays NaN.
static __device__ __forceinline__ unsigned bfloat16_bits(float x) {
  const unsigned bits = __float_as_uint(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return bits >> 16 | 0x40u;
  return (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}
// x rounded to bfloat16, as a float.
static __device__ __forceinline__ float round_to_bfloat16(float x) { return __uint_as_float(bfloat16_bits(x) << 16); }
// Two bfloat16 in one register, the first in the lower half, as mma wants them.
static __device__ __forceinline__ unsigned bfloat16_pair(float first, float second) {
#if !defined(EMULATED) && __CUDA_ARCH__ >= 800
  unsigned pair;  // of the same bits in one instruction; NaN is another NaN
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
  return pair;
#else
  return bfloat16_bits(first) | bfloat16_bits(second) << 16;
#endif
}

// The bits of x as TF32, which has ten bits of fraction, rounded to nearest, ties away from zero; NaN stays NaN. Of the lower 13
// bits, nothing is known.
static __device__ __forceinline__ unsigned tf32_bits(float x) {
#if !defined(EMULATED) && __CUDA_ARCH__ >= 800
  unsigned bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
  return bits;
#else
  const unsigned bits = __float_as_uint(x);
  return (bits & 0x7fffffffu) > 0x7f800000u ? bits | 0x400000u : bits + 0x1000u;
#endif
}
// x rounded to TF32, as a float.
static __device__ __forceinline__ float round_to_tf32(float x) { return __uint_as_float(tf32_bits(x) & 0xffffe000u); }

// An operand of a product in float32, rounded as ROUND_… says.
static __device__ __forceinline__ float round_operand(float x, int rounding) {
  if (rounding == ROUND_BFLOAT16) return round_to_bfloat16(x);
  return rounding == ROUND_TF32 ? round_to_tf32(x) : x;
}

static __device__ __forceinline__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// Below 1, 1 − 2/(e^2x + 1) would lose digits, so there an odd polynomial is taken, whose relative error is below 5e-9.
static __device__ __forceinline__ float hyperbolic_tangent(float x) {
  constexpr float COEFFICIENTS[] = {-0.333332956f,  0.133323446f,   -0.0538798012f, 0.0214866567f,
                                    -0.00794610567f, 0.00230136374f, -0.000358451769f};
  const float square = x * x;
  if (square >= 1.0f) return 1.0f - 2.0f / (expf(2.0f * x) + 1.0f);
  float sum = COEFFICIENTS[6];
  for (int i = 5; i >= 0; i--) sum = fmaf(sum, square, COEFFICIENTS[i]);
  return fmaf(x * square, sum, x);
}

// The derivatives of the two, given their values. The fused product keeps the digits of that of tanh near 1.
static __device__ __forceinline__ float sigmoid_slope(float value) { return value * (1.0f - value); }
static __device__ __forceinline__ float tanh_slope(float value) { return fmaf(-value, value, 1.0f); }

#endif
