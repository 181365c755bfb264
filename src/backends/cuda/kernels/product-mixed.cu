// Matrix products of operands that are rounded to bfloat16, with float32 sums, on tensor cores (compute 8.0).
#include "product.cuh"

namespace {

// The shape of a tile: a warp computes WARP_ROWS × WARP_COLUMNS elements of it. The wider, the less of shared memory is read twice.
template <int ROWS_, int COLUMNS_, int WARP_ROWS_, int WARP_COLUMNS_>
struct mixed_tile {
  static constexpr int ROWS = ROWS_, COLUMNS = COLUMNS_, WARP_ROWS = WARP_ROWS_, WARP_COLUMNS = WARP_COLUMNS_;
  static constexpr int WARPS_ACROSS = COLUMNS / WARP_COLUMNS, THREADS = ROWS / WARP_ROWS * WARPS_ACROSS * 32;
};

// A slice in shared memory, in float32 and in the order of the operand, so that both orders are copied by vectors. In either order,
// the elements that a warp reads together, four along k of each of eight rows, are in different banks.
template <int EXTENT, bool ALONG_INNER_>
struct mixed_slice {
  static constexpr int OUTER = ALONG_INNER_ ? SLICE_DEPTH + 4 : 1, INNER = ALONG_INNER_ ? 1 : EXTENT + 8;
};
// The stages' floats, in the order that takes more.
template <typename TILE>
struct mixed_stages {
  static constexpr int STAGES = 4, A = TILE::ROWS * (SLICE_DEPTH + 4), B = TILE::COLUMNS * (SLICE_DEPTH + 4);
  alignas(16) float a[STAGES][A], b[STAGES][B];
};

// Elements k, k + 4, k + 8 and k + 12 of a row of a slice, as two pairs of bfloat16.
template <typename SLICE>
__device__ __forceinline__ uint2 two_pairs(const float *slice, int outer, int k) {
  const float *at = slice + outer * SLICE::OUTER + k * SLICE::INNER;
  return make_uint2(bfloat16_pair(at[0], at[4 * SLICE::INNER]), bfloat16_pair(at[8 * SLICE::INNER], at[12 * SLICE::INNER]));
}

template <typename TILE, bool A_ALONG_INNER, bool B_ALONG_INNER>
__device__ __forceinline__ void mixed_product(const cuda_product &p) {
  using stages = mixed_stages<TILE>;
  SHARED(stages, shared);
  using a_slice = mixed_slice<TILE::ROWS, A_ALONG_INNER>;
  using b_slice = mixed_slice<TILE::COLUMNS, B_ALONG_INNER>;
  constexpr int STAGES = stages::STAGES, DOWN = TILE::WARP_ROWS / 16, ACROSS = TILE::WARP_COLUMNS / 8;
  // In an mma, the four lanes of a group have a row of the left tile, 16 × 16, and of the sums, and a column of the right, 16 × 8.
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, group = lane / 4, in_group = lane % 4;
  const int warp_row = warp / TILE::WARPS_ACROSS * TILE::WARP_ROWS, warp_column = warp % TILE::WARPS_ACROSS * TILE::WARP_COLUMNS;
  const int first_row = blockIdx.y * TILE::ROWS, first_column = blockIdx.x * TILE::COLUMNS;
  const int slices = (part_depth(p) + SLICE_DEPTH - 1) / SLICE_DEPTH;
  slice_copies<TILE::THREADS, TILE::ROWS, a_slice::OUTER, a_slice::INNER> a(rows_of(p, first_row));
  slice_copies<TILE::THREADS, TILE::COLUMNS, b_slice::OUTER, b_slice::INNER> b(columns_of(p, first_column));

  float sums[DOWN][ACROSS][4] = {};
  for (int slice = 0; slice < STAGES - 1; slice++) {
    if (slice < slices) {
      a.start(shared.a[slice]);
      b.start(shared.b[slice]);
    }
    commit_copies();
  }
  for (int slice = 0; slice < slices; slice++) {
    const int stage = slice % STAGES, free = (slice + STAGES - 1) % STAGES;
    wait_for_copies<STAGES - 2>();
    // Everyone's copies of this slice are complete, and no one still reads the stage of the one before, which is free now.
    __syncthreads();
    if (slice + STAGES - 1 < slices) {
      a.start(shared.a[free]);
      b.start(shared.b[free]);
    }
    commit_copies();
    // Which k is which in an mma does not matter, as long as both operands agree.
    uint2 right[ACROSS];
#pragma unroll
    for (int j = 0; j < ACROSS; j++) right[j] = two_pairs<b_slice>(shared.b[stage], warp_column + 8 * j + group, in_group);
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
      const uint2 upper = two_pairs<a_slice>(shared.a[stage], warp_row + 16 * i + group, in_group);
      const uint2 lower = two_pairs<a_slice>(shared.a[stage], warp_row + 16 * i + group + 8, in_group);
      const unsigned left[4] = {upper.x, lower.x, upper.y, lower.y};
#pragma unroll
      for (int j = 0; j < ACROSS; j++) {
        const unsigned both[2] = {right[j].x, right[j].y};
        mma_bf16(sums[i][j], left, both);
      }
    }
  }

#pragma unroll
  for (int i = 0; i < DOWN; i++)
#pragma unroll
    for (int j = 0; j < ACROSS; j++)
#pragma unroll
      for (int half = 0; half < 2; half++) {
        alignas(8) const float two[2] = {sums[i][j][2 * half], sums[i][j][2 * half + 1]};
        write_sums(p, first_row + warp_row + 16 * i + 8 * half + group, first_column + warp_column + 8 * j + 2 * in_group, two);
      }
}

// Chooses the code for the order of the operands.
template <typename TILE>
__device__ __forceinline__ void mixed_product_of_any(const cuda_product &p) {
  const bool a_along_inner = p.a.row != 1, b_along_inner = p.b.column != 1;
  if (a_along_inner && b_along_inner) mixed_product<TILE, true, true>(p);
  else if (a_along_inner) mixed_product<TILE, true, false>(p);
  else if (b_along_inner) mixed_product<TILE, false, true>(p);
  else mixed_product<TILE, false, false>(p);
}

using mixed_128x128 = mixed_tile<128, 128, 64, 64>;
using mixed_64x64 = mixed_tile<64, 64, 32, 32>;
using mixed_32x128 = mixed_tile<32, 128, 32, 32>;
static_assert(mixed_128x128::THREADS == PRODUCT_MIXED_THREADS, "as launched");
static_assert(mixed_64x64::THREADS == PRODUCT_MIXED_THREADS, "as launched");
static_assert(mixed_32x128::THREADS == PRODUCT_MIXED_THREADS, "as launched");
static_assert(sizeof(mixed_stages<mixed_128x128>) == PRODUCT_MIXED_128X128_SHARED_BYTES, "as launched");
static_assert(sizeof(mixed_stages<mixed_64x64>) == PRODUCT_MIXED_64X64_SHARED_BYTES, "as launched");
static_assert(sizeof(mixed_stages<mixed_32x128>) == PRODUCT_MIXED_32X128_SHARED_BYTES, "as launched");

}  // namespace

extern "C" __global__ void __launch_bounds__(PRODUCT_MIXED_THREADS, 2) zlm_product_mixed_128x128(const cuda_product p) {
  mixed_product_of_any<mixed_128x128>(p);
}
extern "C" __global__ void __launch_bounds__(PRODUCT_MIXED_THREADS, 4) zlm_product_mixed_64x64(const cuda_product p) {
  mixed_product_of_any<mixed_64x64>(p);
}
extern "C" __global__ void __launch_bounds__(PRODUCT_MIXED_THREADS, 4) zlm_product_mixed_32x128(const cuda_product p) {
  mixed_product_of_any<mixed_32x128>(p);
}
