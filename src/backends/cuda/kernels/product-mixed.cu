// Matrix products of operands that are rounded to bfloat16, with float32 sums, on tensor cores (compute 8.0).
#include "product-mma.cuh"

namespace {

struct bfloat16_operands {
  static constexpr int PARTS = 1; // an mma takes a whole slice

  // Elements k, k + 4, k + 8 and k + 12 of a row of a slice, as two pairs.
  template <typename SLICE>
  static __device__ __forceinline__ uint2 words(const float *slice, int outer, int k, int) {
    const float *at = slice + outer * SLICE::OUTER + k * SLICE::INNER;
    return make_uint2(bfloat16_pair(at[0], at[4 * SLICE::INNER]), bfloat16_pair(at[8 * SLICE::INNER], at[12 * SLICE::INNER]));
  }

  static __device__ __forceinline__ void multiply(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    mma_bf16(d, a, b);
  }
};

}  // namespace

PRODUCT_MMA_KERNELS(zlm_product_mixed, bfloat16_operands)
