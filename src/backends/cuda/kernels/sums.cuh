// Sums over a block, in double precision and in one order.
#ifndef ZLM_SUMS_CUH
#define ZLM_SUMS_CUH

// A number of each thread.
struct block_numbers {
  double of[THREADS];
};
static_assert(sizeof(block_numbers) == SUM_SHARED_BYTES, "the size that launches pass on");

// The sum over the threads of a block, to all of them.
static __device__ double sum_over_block(block_numbers &shared, double own) {
  shared.of[threadIdx.x] = own;
  __syncthreads();
  for (int half = THREADS / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) shared.of[threadIdx.x] += shared.of[threadIdx.x + half];
    __syncthreads();
  }
  return shared.of[0];
}

// The part of a thread of Σ value(i) over first ≤ i < last. Four values, read at once, are added in single precision: GPUs
// other than those of data centers have few units for double precision.
template <typename Value>
static __device__ __forceinline__ double own_sum(int first, int last, Value value) {
  double sum = 0;
  for (int start = first + threadIdx.x; start < last; start += 4 * THREADS) {
    float part = 0;
    for (int i = start, k = 0; k < 4; k++, i += THREADS) part += i < last ? value(i) : 0.0f;
    sum += part;
  }
  return sum;
}

#endif
