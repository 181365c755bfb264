// The norm of all gradients, and sums over dimensions of a tensor.
#include "device.cuh"
#include "sums.cuh"

extern "C" __global__ void zlm_sum_of_squares(const cuda_sum_of_squares a) {
  SHARED(block_numbers, shared);
  const int block = blockIdx.x;
  int which = 0;
  while (which + 1 < a.spans && block >= a.span[which + 1].first_block) which++;
  const cuda_span &span = a.span[which];
  const float *x = span.at;
  const int first = (block - span.first_block) * SUM_PIECE, last = min(span.count, first + SUM_PIECE);
  const double sum = sum_over_block(shared, own_sum(first, last, [=](int i) { return x[i] * x[i]; }));
  if (threadIdx.x == 0) a.partial[block] = sum;
}

extern "C" __global__ void zlm_norm(const cuda_norm a) {
  SHARED(block_numbers, shared);
  double own = 0;
  for (int i = threadIdx.x; i < a.count; i += THREADS) own += a.partial[i];
  const double sum = sum_over_block(shared, own);
  if (threadIdx.x == 0) *a.norm = float(sqrt(sum));
}

extern "C" __global__ void zlm_row_sums(const cuda_row_sums a) {
  SHARED(block_numbers, shared);
  const float *x = a.x;
  const int first = blockIdx.x * a.columns, last = min(a.n, first + a.columns);
  const double sum = sum_over_block(shared, own_sum(first, last, [=](int i) { return x[i]; }));
  if (threadIdx.x == 0) a.out[blockIdx.x] = float(sum) * a.factor;
}

// Threads of a warp own neighboring columns; the warps take turns with the rows. As in own_sum, several rows are added in single
// precision.
extern "C" __global__ void zlm_column_sums(const cuda_column_sums a) {
  SHARED(block_numbers, shared);
  constexpr int WARPS = THREADS / SUM_COLUMNS, AT_ONCE = 8;
  const int lane = threadIdx.x % SUM_COLUMNS, warp = threadIdx.x / SUM_COLUMNS;
  const int column = blockIdx.x * SUM_COLUMNS + lane;
  const bool valid = column < a.columns;
  const float *x = a.x + size_t(blockIdx.y) * a.rows * a.row + column;
  double own = 0;
  for (int start = warp; valid && start < a.rows; start += AT_ONCE * WARPS) {
    float part = 0;
#pragma unroll
    for (int row = start, k = 0; k < AT_ONCE; k++, row += WARPS) part += row < a.rows ? x[size_t(row) * a.row] : 0.0f;
    own += part;
  }
  shared.of[threadIdx.x] = own;
  __syncthreads();
  if (warp > 0 || !valid) return;
  for (int other = 1; other < WARPS; other++) own += shared.of[other * SUM_COLUMNS + lane];
  float *out = a.out + size_t(blockIdx.y) * a.columns + column;
  const float sum = float(own) * a.factor;
  *out = a.accumulate ? *out + sum : sum;
}
