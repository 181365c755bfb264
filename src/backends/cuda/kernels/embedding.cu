// Rows of the embedding table by id, and the table's gradient.
#include "device.cuh"

extern "C" __global__ void zlm_gather_rows(const cuda_gather_rows p) {
  const int position = blockIdx.x, column = blockIdx.y * THREADS + threadIdx.x;
  if (column >= p.width) return;
  p.out[size_t(position) * p.width + column] = p.table[size_t(p.ids[position]) * p.width + column];
}

namespace {
constexpr int SCATTER_WARPS = THREADS / 32;
struct scatter_shared {
  unsigned matches[SCATTER_WARPS];
};
static_assert(sizeof(scatter_shared) == SCATTER_ADD_SHARED_BYTES, "as launched");
}  // namespace

// A block for each position and some columns. That of the first position of an id adds the rows of all positions of the id, in
// order, so that the sum is always of the same bits; the others do nothing.
extern "C" __global__ void __launch_bounds__(THREADS) zlm_scatter_add_rows(const cuda_scatter_add_rows p) {
  SHARED(scatter_shared, shared);
  const int column = blockIdx.y * THREADS + threadIdx.x, first = blockIdx.x, id = p.ids[first];
  float sum = 0.0f;
  for (int start = 0; start < p.positions; start += THREADS) {
    const int own = start + threadIdx.x;
    const unsigned matches = __ballot_sync(~0u, own < p.positions && p.ids[own] == id);
    if (threadIdx.x % 32 == 0) shared.matches[threadIdx.x / 32] = matches;
    __syncthreads();
    for (int warp = 0; warp < SCATTER_WARPS; warp++)
      for (unsigned left = shared.matches[warp]; left != 0; left &= left - 1) {
        const int position = start + warp * 32 + __ffs(left) - 1;
        if (position < first) return;  // all threads do
        if (column < p.width) sum += p.rows[size_t(position) * p.width + column];
      }
    __syncthreads();
  }
  if (column < p.width) p.out[size_t(id) * p.width + column] = sum;
}
