#include "device.cuh"
#include "self-test.h"

template <int length>
struct floats {
  float at[length];
  __device__ float &operator[](int i) { return at[i]; }
};

extern "C" __global__ void reverse_block(const test_barrier p) {
  SHARED(floats<128>, values);
  values[threadIdx.x] = float(threadIdx.x);
  if (p.with_barrier) __syncthreads();
  p.out[threadIdx.x] = values[127 - threadIdx.x];
}

extern "C" __global__ void sum_tiles(const test_tiles p) {
  SHARED(floats<64>, tile);
  float sum = 0;
  for (int t = 0; t < p.tiles; t++) {
    tile[threadIdx.x] = p.x[t * 64 + threadIdx.x];
    __syncthreads();
    for (int i = 0; i < 64; i++) sum += tile[i];
    if (p.with_second_barrier) __syncthreads();
  }
  p.out[threadIdx.x] = sum;
}

extern "C" __global__ void shuffle_and_vote(const test_warp p) {
  const unsigned all = 0xffffffffu, lane = threadIdx.x;
  uint32_t *out = p.out + lane;
  *out = __shfl_sync(all, lane * 10, 5);
  *(out += 32) = __shfl_sync(all, lane * 10, 3, 8);
  *(out += 32) = __shfl_xor_sync(all, lane * 10, 6);
  *(out += 32) = __shfl_down_sync(all, lane * 10, 4);
  *(out += 32) = __shfl_up_sync(all, lane * 10, 4, 16);
  *(out += 32) = uint32_t(__shfl_xor_sync(all, uint64_t(lane) << 33, 1) >> 32);
  *(out += 32) = __ballot_sync(all, lane % 3 == 0);
  *(out += 32) = uint32_t(__any_sync(all, lane == 7)) + 2 * uint32_t(__all_sync(all, lane < 31));
  *(out += 32) = uint32_t(__syncthreads_count(lane % 4 == 1));
  *(out += 32) = uint32_t(__syncthreads_or(lane == 9)) + 2 * uint32_t(__syncthreads_and(lane != 9));
}

extern "C" __global__ void reverse_half_warps(const test_half_warps p) {
  SHARED(floats<32>, values);
  const unsigned lane = threadIdx.x, half = lane / 16 * 16, mask = 0xffffu << half;
  // The halves part here, and the second comes first.
  if (lane < 16) {
    values[lane] = float(lane);
    if (p.with_barrier) __syncwarp(mask);
    p.out[lane] = values[15 - lane];
  } else {
    values[lane] = float(lane);
    if (p.with_barrier) __syncwarp(mask);
    p.out[lane] = values[47 - lane];
  }
}

// By the figures of the PTX manual, "Matrix Fragments for mma.m16n8k16": lane = 4 · group + member.
extern "C" __global__ void multiply_bf16(const test_product p) {
  const int group = threadIdx.x / 4, member = threadIdx.x % 4;
  unsigned a[4], b[2];
  for (int i = 0; i < 4; i++) {
    const int row = i == 0 || i == 2 ? group : group + 8, column = member * 2 + (i < 2 ? 0 : 8);
    a[i] = bfloat16_pair(p.a[row * 16 + column], p.a[row * 16 + column + 1]);
  }
  for (int i = 0; i < 2; i++) {
    const int row = member * 2 + (i == 0 ? 0 : 8);
    b[i] = bfloat16_pair(p.b[row * 8 + group], p.b[(row + 1) * 8 + group]);
  }
  float d[4] = {};
  mma_bf16(d, a, b);
  mma_bf16(d, a, b);
  for (int i = 0; i < 4; i++) p.d[(i < 2 ? group : group + 8) * 8 + member * 2 + (i & 1)] = d[i];
}

// "Matrix Fragments for mma.m16n8k8", types .tf32.
extern "C" __global__ void multiply_tf32(const test_product p) {
  const int group = threadIdx.x / 4, member = threadIdx.x % 4;
  unsigned a[4], b[2];
  for (int i = 0; i < 4; i++) {
    const int row = i == 0 || i == 2 ? group : group + 8, column = i < 2 ? member : member + 4;
    a[i] = __float_as_uint(p.a[row * 8 + column]);
  }
  for (int i = 0; i < 2; i++) b[i] = __float_as_uint(p.b[(i == 0 ? member : member + 4) * 8 + group]);
  float d[4] = {};
  mma_tf32(d, a, b);
  for (int i = 0; i < 4; i++) p.d[(i < 2 ? group : group + 8) * 8 + member * 2 + (i & 1)] = d[i];
}

extern "C" __global__ void copy_through_shared(const test_copies p) {
  struct alignas(16) copied { float first[128], second[128]; };
  SHARED(copied, shared);
  const int at = 4 * threadIdx.x;
  copy_async(shared.first + at, p.x + at);
  commit_copies();
  copy_async<16>(shared.second + at, p.x + 128 + at, p.valid);
  commit_copies();
  if (p.pending == 0) wait_for_copies<0>();
  if (p.pending == 1) wait_for_copies<1>();
  for (int i = 0; i < 4; i++) {
    p.out[at + i] = shared.first[at + i];
    p.out[128 + at + i] = shared.second[at + i];
  }
}

extern "C" __global__ void sum_of_blocks(const test_grid p) {
  for (int step = 0; step < p.steps; step++) {
    if (threadIdx.x == 0) p.written[step * gridDim.x + blockIdx.x] = float(step + 1) * float(blockIdx.x + 1);
    if (p.with_barrier) {
      __syncthreads();
      if (threadIdx.x == 0) {
        const unsigned all = (step + 1) * gridDim.x;
        if (p.with_fence) __threadfence();
        atomicAdd(p.arrived, 1u);
        while ((p.with_acquire ? load_acquire(p.arrived) : atomicAdd(p.arrived, 0u)) < all) wait_a_moment();
      }
      __syncthreads();
    }
    float sum = 0;
    for (int block = 0; block < int(gridDim.x); block++) sum += p.written[step * gridDim.x + block];
    p.sums[(step * gridDim.x + blockIdx.x) * blockDim.x + threadIdx.x] = sum;
  }
}

extern "C" __global__ void write_from(const test_access p) { p.at[p.first + int(threadIdx.x)] = 1.0f; }

extern "C" __global__ void give_out_shared(const test_access p) {
  SHARED(floats<32>, values);
  p.at[threadIdx.x] = values[threadIdx.x];
}

extern "C" __global__ void write_beyond_shared(const test_access p) {
  SHARED(float, values);
  (&values)[p.first + int(threadIdx.x)] = 1.0f;
  p.at[threadIdx.x] = (&values)[p.first + int(threadIdx.x)];
}

extern "C" __global__ void declare_more_shared(const test_access p) {
  SHARED(floats<33>, values);
  p.at[threadIdx.x] = values[threadIdx.x];
}

extern "C" __global__ void note_order(const test_order p) {
  const unsigned place = atomicAdd(p.next, 1u);
  p.order[place] = blockIdx.x * blockDim.x + threadIdx.x;
}

extern "C" __global__ void wait_for_nobody(const test_waiting p) {
  while (load_acquire(p.at) == 0) wait_a_moment();
}

extern "C" __global__ void shuffle_with_half(const test_waiting p) {
  if (threadIdx.x < 16) p.at[threadIdx.x] = __shfl_sync(0xffffffffu, threadIdx.x, 20);
  __syncthreads();
}

extern "C" __global__ void skip_barrier(const test_waiting p) {
  if (threadIdx.x == 40) {
    while (load_acquire(p.at) == 0) wait_a_moment();
  }
  __syncthreads();
}

extern "C" __global__ void disagree_on_mask(const test_waiting p) {
  p.at[threadIdx.x] = __shfl_sync(threadIdx.x < 4 ? 0xffu : 0xffffffffu, threadIdx.x, 0);
}

extern "C" __global__ void divide_by_zero(const test_waiting p) { p.at[1] = 100u / p.at[0]; }

extern "C" __global__ void reverse_behind_shuffle(const test_barrier p) {
  SHARED(floats<32>, values);
  values[threadIdx.x] = float(threadIdx.x);
  const unsigned other = __shfl_xor_sync(0xffffffffu, threadIdx.x, 31);
  if (p.with_barrier) __syncwarp();
  p.out[threadIdx.x] = values[other];
}

extern "C" __global__ void write_same(const test_access p) {
  if (threadIdx.x == 0) p.at[p.first] = 1.0f;
}
