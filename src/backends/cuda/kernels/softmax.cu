// Softmax and negative log-likelihood of rows of logits, and the gradient of the logits.
#include "device.cuh"

namespace {

// The largest of some logits, and Σ exp(logit − largest). The largest begins as a finite number, so that logits of −∞ are terms of
// 0, and it passes over NaN, which the sum then carries.
struct exponentials {
  float largest, sum;
};
constexpr float LOWEST = -3.402823466e38f;

__device__ __forceinline__ exponentials together(const exponentials &a, const exponentials &b) {
  const float largest = fmaxf(a.largest, b.largest);
  return {largest, a.sum * __expf(a.largest - largest) + b.sum * __expf(b.largest - largest)};
}

constexpr int WARPS = THREADS / 32;
struct softmax_shared {
  exponentials of_warp[WARPS];
};
static_assert(sizeof(softmax_shared) == SOFTMAX_SHARED_BYTES, "as launched");

}  // namespace

// A block for each row. Four logits at a time, so that the running sum is scaled once for all of them.
extern "C" __global__ void __launch_bounds__(THREADS) zlm_softmax_rows(const cuda_softmax_rows p) {
  SHARED(softmax_shared, shared);
  const float *row = p.logits + size_t(blockIdx.x) * p.classes, minus_infinity = __uint_as_float(0xff800000u);
  exponentials all = {LOWEST, 0.0f};
  for (int start = threadIdx.x; start < p.classes; start += 4 * THREADS) {
    float logits[4], largest = all.largest;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const int j = start + i * THREADS;
      logits[i] = j < p.classes ? row[j] : minus_infinity;
      largest = fmaxf(largest, logits[i]);
    }
    all.sum *= __expf(all.largest - largest);
    all.largest = largest;
#pragma unroll
    for (int i = 0; i < 4; i++) all.sum += __expf(logits[i] - largest);
  }
#pragma unroll
  for (int lanes = 16; lanes > 0; lanes /= 2)
    all = together(all, {__shfl_xor_sync(~0u, all.largest, lanes), __shfl_xor_sync(~0u, all.sum, lanes)});
  if (threadIdx.x % 32 == 0) shared.of_warp[threadIdx.x / 32] = all;
  __syncthreads();
  if (threadIdx.x > 0) return;
  for (int i = 1; i < WARPS; i++) all = together(all, shared.of_warp[i]);
  const float log_sum_exp = all.largest + logf(all.sum);
  p.nll[blockIdx.x] = log_sum_exp - row[p.targets[blockIdx.x]];
  if (p.log_sum_exp) p.log_sum_exp[blockIdx.x] = log_sum_exp;
}

extern "C" __global__ void __launch_bounds__(THREADS) zlm_softmax_gradient(const cuda_softmax_gradient p) {
  const int i = blockIdx.x, target = p.targets[i];
  const float log_sum_exp = p.log_sum_exp[i], upstream = p.upstream[i];
  const size_t row = size_t(i) * p.classes;
#pragma unroll
  for (int n = 0; n < 4; n++) {
    const int j = (blockIdx.y * 4 + n) * THREADS + threadIdx.x;
    if (j >= p.classes) return;
    p.gradient[row + j] = (__expf(p.logits[row + j] - log_sum_exp) - (j == target ? 1.0f : 0.0f)) * upstream;
  }
}
