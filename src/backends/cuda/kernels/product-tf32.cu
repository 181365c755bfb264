// Matrix products of operands that are rounded to TF32, with float32 sums, on tensor cores (compute 8.0).
#include "product-mma.cuh"

namespace {

struct tf32_operands {
  static constexpr int PARTS = 2; // an mma takes eight k, half of a slice

  // Elements k and k + 4 of a part of a row of a slice.
  template <typename SLICE>
  static __device__ __forceinline__ uint2 words(const float *slice, int outer, int k, int part) {
    const float *at = slice + outer * SLICE::OUTER + (8 * part + k) * SLICE::INNER;
    return make_uint2(tf32_bits(at[0]), tf32_bits(at[4 * SLICE::INNER]));
  }

  static __device__ __forceinline__ void multiply(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    mma_tf32(d, a, b);
  }
};

}  // namespace

PRODUCT_MMA_KERNELS(zlm_product_tf32, tf32_operands)
