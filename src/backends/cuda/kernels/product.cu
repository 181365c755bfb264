// Matrix products in float32, and the sums of products whose k was divided among blocks.
#include "product.cuh"

namespace {

// The shape of a tile. A thread computes two groups of four rows, half a tile apart, times COLUMN_GROUPS groups of four columns,
// so that it reads its part of a slice as vectors of four.
template <int ROWS_, int COLUMNS_, int COLUMN_GROUPS_>
struct float_tile {
  static constexpr int ROWS = ROWS_, COLUMNS = COLUMNS_, COLUMN_GROUPS = COLUMN_GROUPS_, ROW_GROUPS = 2;
  static constexpr int THREAD_ROWS = ROWS / (4 * ROW_GROUPS), THREAD_COLUMNS = COLUMNS / (4 * COLUMN_GROUPS);
  static constexpr int THREADS = THREAD_ROWS * THREAD_COLUMNS;
};

// A slice of both operands, k outside. The padding puts neighbors along k into different banks of shared memory, for the operand
// whose neighbors in memory those are: its elements are copied one by one.
template <typename TILE>
struct float_stage {
  static constexpr int A_STRIDE = TILE::ROWS + 4, B_STRIDE = TILE::COLUMNS + 4;
  alignas(16) float a[SLICE_DEPTH][A_STRIDE];
  alignas(16) float b[SLICE_DEPTH][B_STRIDE];
};
template <typename TILE>
struct float_stages {
  float_stage<TILE> stage[2];
};

// Rounds a stage to bfloat16, for products in mixed precision on a GPU whose tensor cores do not know it.
template <typename TILE>
__device__ __forceinline__ void round_stage(float_stage<TILE> &stage) {
  float *values = reinterpret_cast<float *>(&stage);
  for (int i = threadIdx.x; i < int(sizeof(stage) / sizeof(float)); i += TILE::THREADS)
    values[i] = round_to_bfloat16(values[i]);
  __syncthreads();
}

template <typename TILE>
__device__ __forceinline__ void float_product(const cuda_product &p) {
  using stages = float_stages<TILE>;
  using stage_type = float_stage<TILE>;
  SHARED(stages, shared);
  constexpr int ROW_GROUPS = TILE::ROW_GROUPS, COLUMN_GROUPS = TILE::COLUMN_GROUPS, WARP_COLUMNS = TILE::THREAD_COLUMNS / 8;
  // A warp is 4 × 8 threads. Lanes that differ in one of the lowest two bits share rows or columns, so that shared memory serves
  // them together.
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int thread_row = warp / WARP_COLUMNS * 4 + (lane & 1) + lane / 16 * 2;
  const int thread_column = warp % WARP_COLUMNS * 8 + (lane >> 1 & 7);
  const int first_row = blockIdx.y * TILE::ROWS, first_column = blockIdx.x * TILE::COLUMNS;
  const int slices = (part_depth(p) + SLICE_DEPTH - 1) / SLICE_DEPTH;
  slice_copies<TILE::THREADS, TILE::ROWS, 1, stage_type::A_STRIDE> a(rows_of(p, first_row));
  slice_copies<TILE::THREADS, TILE::COLUMNS, 1, stage_type::B_STRIDE> b(columns_of(p, first_column));

  float sums[4 * ROW_GROUPS][4 * COLUMN_GROUPS] = {};
  // The round before the first slice starts its copies, and no more.
  for (int slice = -1; slice < slices; slice++) {
    if (slice >= 0) {
      wait_for_copies<0>();
      // Everyone's copies are complete, and no one still reads the other stage.
      __syncthreads();
    }
    stage_type &stage = shared.stage[slice & 1], &next = shared.stage[(slice + 1) & 1];
    if (slice + 1 < slices) {
      a.start(next.a[0]);
      b.start(next.b[0]);
    }
    commit_copies();
    if (slice < 0) continue;
    if (p.mixed) round_stage(stage);
#pragma unroll
    for (int k = 0; k < SLICE_DEPTH; k++) {
      alignas(16) float left[ROW_GROUPS][4], right[COLUMN_GROUPS][4];
      for (int g = 0; g < ROW_GROUPS; g++)
        load_vector(left[g], &stage.a[k][g * (TILE::ROWS / ROW_GROUPS) + 4 * thread_row]);
      for (int g = 0; g < COLUMN_GROUPS; g++)
        load_vector(right[g], &stage.b[k][g * (TILE::COLUMNS / COLUMN_GROUPS) + 4 * thread_column]);
#pragma unroll
      for (int i = 0; i < 4 * ROW_GROUPS; i++)
#pragma unroll
        for (int j = 0; j < 4 * COLUMN_GROUPS; j++) sums[i][j] += left[i / 4][i % 4] * right[j / 4][j % 4];
    }
  }

  const product_result c(p);
  const bool as_vector = c.takes_vectors<4>();
#pragma unroll
  for (int g = 0; g < COLUMN_GROUPS; g++) {
    const int column = first_column + g * (TILE::COLUMNS / COLUMN_GROUPS) + 4 * thread_column;
    float bias[4];
    c.load_bias(bias, column, p.n);
#pragma unroll
    for (int i = 0; i < 4 * ROW_GROUPS; i++) {
      const int row = first_row + i / 4 * (TILE::ROWS / ROW_GROUPS) + 4 * thread_row + i % 4;
      float four[4];
      for (int j = 0; j < 4; j++) four[j] = sums[i][4 * g + j] + bias[j];
      if (row < p.m) c.write(four, row, column, p.n, as_vector);
    }
  }
}

using float_128x128 = float_tile<128, 128, 2>;
using float_64x64 = float_tile<64, 64, 1>;
using float_32x128 = float_tile<32, 128, 1>;
static_assert(float_128x128::THREADS == PRODUCT_128X128_THREADS, "as launched");
static_assert(float_64x64::THREADS == PRODUCT_64X64_THREADS, "as launched");
static_assert(float_32x128::THREADS == PRODUCT_32X128_THREADS, "as launched");
static_assert(sizeof(float_stages<float_128x128>) == PRODUCT_128X128_SHARED_BYTES, "as launched");
static_assert(sizeof(float_stages<float_64x64>) == PRODUCT_64X64_SHARED_BYTES, "as launched");
static_assert(sizeof(float_stages<float_32x128>) == PRODUCT_32X128_SHARED_BYTES, "as launched");

}  // namespace

// The second number of the bounds is that of the blocks that share a multiprocessor: it limits the registers.
extern "C" __global__ void __launch_bounds__(PRODUCT_128X128_THREADS, 2) zlm_product_128x128(const cuda_product p) {
  float_product<float_128x128>(p);
}
extern "C" __global__ void __launch_bounds__(PRODUCT_64X64_THREADS, 4) zlm_product_64x64(const cuda_product p) {
  float_product<float_64x64>(p);
}
extern "C" __global__ void __launch_bounds__(PRODUCT_32X128_THREADS, 4) zlm_product_32x128(const cuda_product p) {
  float_product<float_32x128>(p);
}

// Each thread adds the parts of one element, always in the same order.
extern "C" __global__ void zlm_product_parts(const cuda_product_parts p) {
  const size_t i = size_t(blockIdx.x) * blockDim.x + threadIdx.x, size = size_t(p.m) * p.n;
  if (i >= size) return;
  const int row = i / p.n, column = i % p.n;
  float sum = 0.0f;
#pragma unroll 4
  for (int part = 0; part < p.parts; part++) sum += p.sums[part * size + i];
  if (p.bias) sum += p.bias[column];
  float *out = p.c + size_t(row) * p.c_row + column;
  *out = p.accumulate ? *out + sum : sum;
}
