// Matrix products. A block computes a tile of c; its 256 threads hold 4 × 4 sums each.
#include "device.cuh"

namespace {
constexpr int TILE = PRODUCT_TILE, DEPTH = 16, PER_THREAD = 4, ROW = TILE + 1;

// One slice of the operands of a tile: DEPTH columns of a and DEPTH rows of b, the inner dimension outside.
struct product_tiles {
  float a[DEPTH][ROW], b[DEPTH][ROW];
};
static_assert(sizeof(product_tiles) == PRODUCT_SHARED_BYTES, "the size that launches pass on");

// An element of an operand; 0 beyond the edges.
__device__ __forceinline__ float element(const cuda_matrix &matrix, int i, int j, int rows, int columns, bool mixed) {
  if (i >= rows || j >= columns) return 0.0f;
  const float value = matrix.at[size_t(i) * matrix.row + size_t(j) * matrix.column];
  return mixed ? round_to_bfloat16(value) : value;
}
}  // namespace

extern "C" __global__ void __launch_bounds__(256) zlm_product(const cuda_product p) {
  SHARED(product_tiles, tiles);
  const int column = threadIdx.x % 16 * PER_THREAD, row = threadIdx.x / 16 * PER_THREAD;
  const int first_row = blockIdx.y * TILE, first_column = blockIdx.x * TILE;
  float sums[PER_THREAD][PER_THREAD] = {};
  for (int start = 0; start < p.k; start += DEPTH) {
    for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
      tiles.a[i % DEPTH][i / DEPTH] = element(p.a, first_row + i / DEPTH, start + i % DEPTH, p.m, p.k, p.mixed);
      tiles.b[i / TILE][i % TILE] = element(p.b, start + i / TILE, first_column + i % TILE, p.k, p.n, p.mixed);
    }
    __syncthreads();
    for (int inner = 0; inner < DEPTH; inner++)
      for (int i = 0; i < PER_THREAD; i++)
        for (int j = 0; j < PER_THREAD; j++) sums[i][j] += tiles.a[inner][row + i] * tiles.b[inner][column + j];
    __syncthreads();
  }
  for (int i = 0; i < PER_THREAD; i++)
    for (int j = 0; j < PER_THREAD; j++) {
      const int r = first_row + row + i, c = first_column + column + j;
      if (r >= p.m || c >= p.n) continue;
      float *out = p.c + size_t(r) * p.c_row + c;
      float sum = sums[i][j];
      if (p.bias) sum += p.bias[c];
      *out = p.accumulate ? *out + sum : sum;
    }
}
