// Sums over the rows of a matrix: the gradients of biases.
#include "device.cuh"

namespace {
constexpr int SUM_COLUMNS = 32, SUM_LINES = THREADS / SUM_COLUMNS;  // of a block, and how many rows it reads at once

struct column_sums {
  float at[SUM_LINES][SUM_COLUMNS];
};
static_assert(sizeof(column_sums) == COLUMN_SUMS_SHARED_BYTES && SUM_COLUMNS == COLUMN_SUMS_COLUMNS, "as launched");
}  // namespace

// Each warp adds every eighth row; then the sums of the warps are added, all in order.
extern "C" __global__ void __launch_bounds__(THREADS) zlm_column_sums(const cuda_column_sums p) {
  SHARED(column_sums, sums);
  const int lane = threadIdx.x % SUM_COLUMNS, warp = threadIdx.x / SUM_COLUMNS, column = blockIdx.x * SUM_COLUMNS + lane;
  float sum = 0.0f;
  if (column < p.columns) {
    const float *from = p.a + size_t(warp) * p.row + column;
#pragma unroll 8
    for (int i = warp; i < p.rows; i += SUM_LINES, from += size_t(SUM_LINES) * p.row) sum += *from;
  }
  sums.at[warp][lane] = sum;
  __syncthreads();
  if (warp > 0 || column >= p.columns) return;
  for (int i = 1; i < SUM_LINES; i++) sum += sums.at[i][lane];
  p.out[column] = p.accumulate ? p.out[column] + sum : sum;
}
