// What the kernels of matrix products share: slices of operands, how they come to shared memory, and how sums become elements of c.
//
// A block computes a tile of c. It goes through k in slices: a slice of an operand is copied to shared memory, from where each
// thread takes what its own sums need. There are several stages of shared memory: while one is used, the next slices arrive.
//
// `outer` counts the rows of a or the columns of b, `inner` the dimension k.
#ifndef ZLM_PRODUCT_CUH
#define ZLM_PRODUCT_CUH

#include "device.cuh"

constexpr int SLICE_DEPTH = PRODUCT_DEPTH;  // along k

// The part of a or b that a block needs: the rows or columns of its tile, over its part of k.
struct product_operand {
  const float *at;          // the first element
  size_t outer, inner;      // distances of neighbors
  int outer_size, inner_size;
};

// The part of k that a block takes: its beginning and its length.
static __device__ __forceinline__ int part_start(const cuda_product &p) { return int(blockIdx.z) * p.depth; }
static __device__ __forceinline__ int part_depth(const cuda_product &p) { return min(p.depth, p.k - part_start(p)); }

static __device__ __forceinline__ product_operand rows_of(const cuda_product &p, int first_row) {
  const size_t outer = p.a.row, inner = p.a.column;
  return {p.a.at + first_row * outer + part_start(p) * inner, outer, inner, p.m - first_row, part_depth(p)};
}
static __device__ __forceinline__ product_operand columns_of(const cuda_product &p, int first_column) {
  const size_t outer = p.b.column, inner = p.b.row;
  return {p.b.at + first_column * outer + part_start(p) * inner, outer, inner, p.n - first_column, part_depth(p)};
}

static __device__ __forceinline__ bool is_aligned(const void *at, size_t bytes) { return size_t(at) % bytes == 0; }

// A thread's share of the copies of an operand's slices, of EXTENT × SLICE_DEPTH elements, to shared memory. There, neighbors are
// OUTER_STRIDE and INNER_STRIDE apart, of which one is 1.
template <int THREADS, int EXTENT, int OUTER_STRIDE, int INNER_STRIDE>
struct slice_copies {
  // What the threads of a warp copy together, and so which of them has which element.
  enum { FOURS, ALONG_OUTER, ALONG_INNER } order;
  int outer, inner;              // the first element of the thread in a slice
  const float *from;             // its address, in the next slice to be copied
  size_t outer_step, inner_step;
  int outer_size, inner_size;    // how many elements exist from there on

  __device__ __forceinline__ explicit slice_copies(const product_operand &operand)
      : outer_step(operand.outer), inner_step(operand.inner) {
    constexpr bool FOURS_ALONG_OUTER = OUTER_STRIDE == 1;
    constexpr int FOURS_IN_LINE = FOURS_ALONG_OUTER ? EXTENT / 4 : SLICE_DEPTH / 4;
    // Four at a time need neighbors in memory, lines that begin at multiples of four, and no line that ends within four.
    const size_t step = FOURS_ALONG_OUTER ? outer_step : inner_step, line = FOURS_ALONG_OUTER ? inner_step : outer_step;
    const int size = FOURS_ALONG_OUTER ? operand.outer_size : operand.inner_size;
    if (step == 1 && line % 4 == 0 && size % 4 == 0 && is_aligned(operand.at, 16)) {
      order = FOURS;
      const int in_line = threadIdx.x % FOURS_IN_LINE * 4, which_line = threadIdx.x / FOURS_IN_LINE;
      outer = FOURS_ALONG_OUTER ? in_line : which_line;
      inner = FOURS_ALONG_OUTER ? which_line : in_line;
    } else if (outer_step == 1) {
      order = ALONG_OUTER;
      outer = threadIdx.x % EXTENT;
      inner = threadIdx.x / EXTENT;
    } else {
      // Eight neighbors along k of each of four rows: whole sectors of memory, and few of them in the same bank of shared memory.
      order = ALONG_INNER;
      outer = threadIdx.x / 8;
      inner = threadIdx.x % 8;
    }
    from = operand.at + outer * outer_step + inner * inner_step;
    outer_size = operand.outer_size - outer;
    inner_size = operand.inner_size - inner;
  }

  // Starts the copy of the next slice. What is beyond the edges becomes 0.
  __device__ __forceinline__ void start(float *slice) {
    float *to = slice + outer * OUTER_STRIDE + inner * INNER_STRIDE;
    const float *next = from;
    if (order == FOURS && OUTER_STRIDE == 1) {
      constexpr int LINES = THREADS / (EXTENT / 4);
#pragma unroll
      for (int i = 0; i < SLICE_DEPTH; i += LINES, next += LINES * inner_step)
        cp_async_16(to + i * INNER_STRIDE, next, outer_size > 0 && i < inner_size);
    } else if (order == FOURS) {
      constexpr int LINES = THREADS / (SLICE_DEPTH / 4);
#pragma unroll
      for (int i = 0; i < EXTENT; i += LINES, next += LINES * outer_step)
        cp_async_16(to + i * OUTER_STRIDE, next, i < outer_size && inner_size > 0);
    } else if (order == ALONG_OUTER) {
      constexpr int LINES = THREADS / EXTENT;
#pragma unroll
      for (int i = 0; i < SLICE_DEPTH; i += LINES, next += LINES * inner_step)
        cp_async_4(to + i * INNER_STRIDE, next, outer_size > 0 && i < inner_size);
    } else {
      constexpr int LINES = THREADS / 8;
#pragma unroll
      for (int i = 0; i < EXTENT; i += LINES, next += LINES * outer_step) {
        cp_async_4(to + i * OUTER_STRIDE, next, i < outer_size && 0 < inner_size);
        cp_async_4(to + i * OUTER_STRIDE + 8 * INNER_STRIDE, next + 8 * inner_step, i < outer_size && 8 < inner_size);
      }
    }
    from += SLICE_DEPTH * inner_step;
    inner_size -= SLICE_DEPTH;
  }
};

// A vector of 2 or 4 floats.
template <int WIDTH> struct floats_of;
template <> struct floats_of<2> { using type = float2; };
template <> struct floats_of<4> { using type = float4; };

// Reads and writes neighbors whose address is a multiple of their size.
template <int WIDTH>
static __device__ __forceinline__ void load_vector(float (&values)[WIDTH], const float *from) {
  using vector = typename floats_of<WIDTH>::type;
  *reinterpret_cast<vector *>(values) = *reinterpret_cast<const vector *>(from);
}
template <int WIDTH>
static __device__ __forceinline__ void store_vector(float *to, const float (&values)[WIDTH]) {
  using vector = typename floats_of<WIDTH>::type;
  *reinterpret_cast<vector *>(to) = *reinterpret_cast<const vector *>(values);
}

// Writes the sums of WIDTH neighbors in a row of c, plus bias, plus c itself; or the bare sums of one of several parts of k.
template <int WIDTH>
static __device__ __forceinline__ void write_sums(const cuda_product &p, int row, int column, const float (&sums)[WIDTH]) {
  const int valid = min(WIDTH, p.n - column);
  if (row >= p.m || valid <= 0) return;
  const bool is_part = p.parts != nullptr, adds = p.accumulate && !is_part;
  const float *bias = is_part ? nullptr : p.bias;
  float *out = is_part ? p.parts + (size_t(blockIdx.z) * p.m + row) * p.n + column : p.c + size_t(row) * p.c_row + column;
  alignas(16) float values[WIDTH];
  for (int i = 0; i < WIDTH; i++) values[i] = bias && i < valid ? sums[i] + bias[column + i] : sums[i];
  if (valid == WIDTH && is_aligned(out, sizeof(values))) {
    if (adds) {
      alignas(16) float before[WIDTH];
      load_vector(before, out);
      for (int i = 0; i < WIDTH; i++) values[i] += before[i];
    }
    store_vector(out, values);
  } else {
    for (int i = 0; i < valid; i++) out[i] = adds ? out[i] + values[i] : values[i];
  }
}

#endif
