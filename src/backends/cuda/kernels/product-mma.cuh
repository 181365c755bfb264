// Matrix products on tensor cores (compute 8.0): the frame that all types of rounded operands share. A type says how many mma a
// slice takes (PARTS), what a lane reads of an operand for one of them, and which mma it is.
#ifndef ZLM_PRODUCT_MMA_CUH
#define ZLM_PRODUCT_MMA_CUH

#include "product.cuh"

// The shape of a tile: a warp computes WARP_ROWS × WARP_COLUMNS elements of it. The wider, the less of shared memory is read twice.
template <int ROWS_, int COLUMNS_, int WARP_ROWS_, int WARP_COLUMNS_>
struct mma_tile {
  static constexpr int ROWS = ROWS_, COLUMNS = COLUMNS_, WARP_ROWS = WARP_ROWS_, WARP_COLUMNS = WARP_COLUMNS_;
  static constexpr int WARPS_ACROSS = COLUMNS / WARP_COLUMNS, THREADS = ROWS / WARP_ROWS * WARPS_ACROSS * 32;
};

// A slice in shared memory, in float32 and in the order of the operand, so that both orders are copied by vectors. In either order,
// the elements that a warp reads together, four along k of each of eight rows, are in different banks.
template <int EXTENT, bool ALONG_INNER_>
struct mma_slice {
  static constexpr int OUTER = ALONG_INNER_ ? SLICE_DEPTH + 4 : 1, INNER = ALONG_INNER_ ? 1 : EXTENT + 8;
};
// The stages' floats, in the order that takes more.
template <typename TILE>
struct mma_stages {
  static constexpr int STAGES = 4, A = TILE::ROWS * (SLICE_DEPTH + 4), B = TILE::COLUMNS * (SLICE_DEPTH + 4);
  alignas(16) float a[STAGES][A], b[STAGES][B];
};

// What a thread adds up. In an mma, the four lanes of a group have a row of the left tile, of 16 rows, and of the sums, and a column
// of the right tile, of 8; each lane has two neighbors in each of two rows of the sums, eight apart.
template <typename TILE>
struct mma_sums {
  static constexpr int DOWN = TILE::WARP_ROWS / 16, ACROSS = TILE::WARP_COLUMNS / 8;
  float at[DOWN][ACROSS][4];
};

// Adds the products of a block's part of k.
template <typename TYPE, typename TILE, bool A_ALONG_INNER, bool B_ALONG_INNER>
__device__ __forceinline__ void add_products(const cuda_product &p, mma_sums<TILE> &sums) {
  using stages = mma_stages<TILE>;
  SHARED(stages, shared);
  using a_slice = mma_slice<TILE::ROWS, A_ALONG_INNER>;
  using b_slice = mma_slice<TILE::COLUMNS, B_ALONG_INNER>;
  constexpr int STAGES = stages::STAGES, DOWN = mma_sums<TILE>::DOWN, ACROSS = mma_sums<TILE>::ACROSS;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, group = lane / 4, in_group = lane % 4;
  const int row = warp / TILE::WARPS_ACROSS * TILE::WARP_ROWS + group;
  const int column = warp % TILE::WARPS_ACROSS * TILE::WARP_COLUMNS + group;
  const int slices = (part_depth(p) + SLICE_DEPTH - 1) / SLICE_DEPTH;
  slice_copies<TILE::THREADS, TILE::ROWS, a_slice::OUTER, a_slice::INNER> a(rows_of(p, blockIdx.y * TILE::ROWS));
  slice_copies<TILE::THREADS, TILE::COLUMNS, b_slice::OUTER, b_slice::INNER> b(columns_of(p, blockIdx.x * TILE::COLUMNS));

  // The rounds before the first slice start copies, and no more.
  for (int slice = 1 - STAGES; slice < slices; slice++) {
    if (slice >= 0) {
      wait_for_copies<STAGES - 2>();
      // Everyone's copies of this slice are complete, and no one still reads the stage of the slice before, which is the next to
      // be copied to.
      __syncthreads();
    }
    const int coming = slice + STAGES - 1;
    if (coming < slices) {
      a.start(shared.a[coming % STAGES]);
      b.start(shared.b[coming % STAGES]);
    }
    commit_copies();
    if (slice < 0) continue;
    const float *left_slice = shared.a[slice % STAGES], *right_slice = shared.b[slice % STAGES];
    // Which k is which in an mma does not matter, as long as both operands agree.
#pragma unroll
    for (int part = 0; part < TYPE::PARTS; part++) {
      unsigned right[ACROSS][2];
#pragma unroll
      for (int j = 0; j < ACROSS; j++) {
        const uint2 words = TYPE::template words<b_slice>(right_slice, column + 8 * j, in_group, part);
        right[j][0] = words.x, right[j][1] = words.y;
      }
#pragma unroll
      for (int i = 0; i < DOWN; i++) {
        const uint2 upper = TYPE::template words<a_slice>(left_slice, row + 16 * i, in_group, part);
        const uint2 lower = TYPE::template words<a_slice>(left_slice, row + 16 * i + 8, in_group, part);
        const unsigned left[4] = {upper.x, lower.x, upper.y, lower.y};
#pragma unroll
        for (int j = 0; j < ACROSS; j++) TYPE::multiply(sums.at[i][j], left, right[j]);
      }
    }
  }
}

template <typename TYPE, typename TILE>
__device__ __forceinline__ void mma_product(const cuda_product &p) {
#if defined(EMULATED) || __CUDA_ARCH__ >= 800
  mma_sums<TILE> sums = {};
  const bool a_along_inner = p.a.row != 1, b_along_inner = p.b.column != 1;
  if (a_along_inner && b_along_inner) add_products<TYPE, TILE, true, true>(p, sums);
  else if (a_along_inner) add_products<TYPE, TILE, true, false>(p, sums);
  else if (b_along_inner) add_products<TYPE, TILE, false, true>(p, sums);
  else add_products<TYPE, TILE, false, false>(p, sums);

  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int first_row = blockIdx.y * TILE::ROWS + warp / TILE::WARPS_ACROSS * TILE::WARP_ROWS + lane / 4;
  const int first_column = blockIdx.x * TILE::COLUMNS + warp % TILE::WARPS_ACROSS * TILE::WARP_COLUMNS + lane % 4 * 2;
  const product_result c(p);
  const bool as_vector = c.takes_vectors<2>();
#pragma unroll
  for (int j = 0; j < sums.ACROSS; j++) {
    const int column = first_column + 8 * j;
    float bias[2];
    c.load_bias(bias, column, p.n);
#pragma unroll
    for (int i = 0; i < 2 * sums.DOWN; i++) {
      const int row = first_row + 8 * i;
      const float(&four)[4] = sums.at[i / 2][j];
      const float two[2] = {four[i % 2 * 2] + bias[0], four[i % 2 * 2 + 1] + bias[1]};
      if (row < p.m) c.write(two, row, column, p.n, as_vector);
    }
  }
#endif
}

using mma_256x128 = mma_tile<256, 128, 64, 64>;
using mma_128x128 = mma_tile<128, 128, 64, 64>;
using mma_64x64 = mma_tile<64, 64, 32, 32>;
using mma_32x128 = mma_tile<32, 128, 32, 32>;
static_assert(mma_256x128::THREADS == PRODUCT_MMA_256X128_THREADS, "as launched");
static_assert(mma_128x128::THREADS == PRODUCT_MMA_128X128_THREADS, "as launched");
static_assert(mma_64x64::THREADS == PRODUCT_MMA_64X64_THREADS, "as launched");
static_assert(mma_32x128::THREADS == PRODUCT_MMA_32X128_THREADS, "as launched");
static_assert(sizeof(mma_stages<mma_256x128>) == PRODUCT_MMA_256X128_SHARED_BYTES, "as launched");
static_assert(sizeof(mma_stages<mma_128x128>) == PRODUCT_MMA_128X128_SHARED_BYTES, "as launched");
static_assert(sizeof(mma_stages<mma_64x64>) == PRODUCT_MMA_64X64_SHARED_BYTES, "as launched");
static_assert(sizeof(mma_stages<mma_32x128>) == PRODUCT_MMA_32X128_SHARED_BYTES, "as launched");

// The kernels of a type. The second number of the bounds is that of the blocks that share a multiprocessor: it limits the registers.
#define PRODUCT_MMA_KERNEL(name, tile, BLOCKS, type)                                                     \
  extern "C" __global__ void __launch_bounds__(mma_##tile::THREADS, BLOCKS) name##_##tile(const cuda_product p) { \
    mma_product<type, mma_##tile>(p);                                                                    \
  }
#define PRODUCT_MMA_KERNELS(name, type)       \
  PRODUCT_MMA_KERNEL(name, 256x128, 1, type)  \
  PRODUCT_MMA_KERNEL(name, 128x128, 2, type)  \
  PRODUCT_MMA_KERNEL(name, 64x64, 4, type)    \
  PRODUCT_MMA_KERNEL(name, 32x128, 4, type)

#endif
