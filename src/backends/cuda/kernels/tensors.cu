// tfjs's own ops where training needs them: element by element with broadcasting, copies between strided places, softmax.
#include "device.cuh"
#include "sums.cuh"

namespace {
// The numbers of operations and functions in tfjs-kernels.ts.
enum { ADD, SUBTRACT, MULTIPLY, DIVIDE };
enum { NEGATE, SQUARE, SQUARE_ROOT, TANH, SIGMOID };

__device__ __forceinline__ int own_element() { return blockIdx.x * THREADS + threadIdx.x; }

// Where element i of a result is in two tensors of these strides. Unrolled: parameters can be indexed by constants only.
struct place {
  int a, b;
};
__device__ __forceinline__ place place_of(const cuda_dimensions &dimensions, const int32_t (&a)[DIMENSIONS],
                                          const int32_t (&b)[DIMENSIONS], unsigned i) {
  place found = {};
#pragma unroll
  for (int d = 0; d < DIMENSIONS; d++) {
    if (d >= dimensions.count) continue;
    const unsigned size = dimensions.size[d], outer = d + 1 < dimensions.count ? i / size : 0;
    const int within = i - outer * size;
    found.a += within * a[d];
    found.b += within * b[d];
    i = outer;
  }
  return found;
}
}  // namespace

extern "C" __global__ void zlm_binary(const cuda_binary a) {
  const int i = own_element();
  if (i >= a.dimensions.n) return;
  const place at = place_of(a.dimensions, a.a.stride, a.b.stride, i);
  const float left = a.a.at ? a.a.at[at.a] : a.a.value, right = a.b.at ? a.b.at[at.b] : a.b.value;
  switch (a.operation) {
  case ADD: a.out[i] = left + right; break;
  case SUBTRACT: a.out[i] = left - right; break;
  case MULTIPLY: a.out[i] = left * right; break;
  case DIVIDE: a.out[i] = left / right; break;
  }
}

extern "C" __global__ void zlm_unary(const cuda_unary a) {
  const int i = own_element();
  if (i >= a.n) return;
  const float x = a.x[i];
  switch (a.function) {
  case NEGATE: a.out[i] = -x; break;
  case SQUARE: a.out[i] = x * x; break;
  case SQUARE_ROOT: a.out[i] = sqrtf(x); break;
  case TANH: a.out[i] = hyperbolic_tangent(x); break;
  case SIGMOID: a.out[i] = sigmoid(x); break;
  }
}

extern "C" __global__ void zlm_copy(const cuda_copy a) {
  const int i = own_element();
  if (i >= a.dimensions.n) return;
  const place at = place_of(a.dimensions, a.from_stride, a.to_stride, i);
  a.to[at.b] = a.from[at.a];
}

extern "C" __global__ void zlm_copy_runs(const cuda_copy_runs a) {
  const int block = blockIdx.x;
  int which = 0;
  while (which + 1 < a.runs && block >= a.run[which + 1].first_block) which++;
  const cuda_run &run = a.run[which];
  const int first = (block - run.first_block) * COPY_PIECE, last = min(run.count, first + COPY_PIECE);
  for (int i = first + threadIdx.x; i < last; i += THREADS) run.to[i] = run.from[i];
}

// A NaN is passed over by the maximum, but not by the sum.
extern "C" __global__ void zlm_softmax(const cuda_softmax a) {
  SHARED(block_numbers, shared);
  const float *x = a.x + size_t(blockIdx.x) * a.columns;
  float *y = a.y + size_t(blockIdx.x) * a.columns;
  float most = x[0];
  for (int j = threadIdx.x; j < a.columns; j += THREADS) most = fmaxf(most, x[j]);
  shared.of[threadIdx.x] = most;
  __syncthreads();
  for (int half = THREADS / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) shared.of[threadIdx.x] = fmax(shared.of[threadIdx.x], shared.of[threadIdx.x + half]);
    __syncthreads();
  }
  most = float(shared.of[0]);
  __syncthreads();
  const double sum = sum_over_block(shared, own_sum(0, a.columns, [=](int j) { return expf(x[j] - most); }));
  for (int j = threadIdx.x; j < a.columns; j += THREADS) y[j] = float(expf(x[j] - most) / sum);
}
