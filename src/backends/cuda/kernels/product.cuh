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
// OUTER_STRIDE and INNER_STRIDE apart, of which one is 1: the lines of a slice are in its direction.
template <int THREADS, int EXTENT, int OUTER_STRIDE, int INNER_STRIDE>
struct slice_copies {
  static constexpr bool LINES_ALONG_OUTER = OUTER_STRIDE == 1;
  static constexpr int LINE = LINES_ALONG_OUTER ? EXTENT : SLICE_DEPTH, LINES = LINES_ALONG_OUTER ? SLICE_DEPTH : EXTENT;
  static constexpr int LINE_STRIDE = LINES_ALONG_OUTER ? INNER_STRIDE : OUTER_STRIDE;
  // How many elements a copy takes, neighbors in a line; 0 for single elements when it is lines of k that are together in memory.
  int width;
  int in_line, line;             // the thread's first element in a slice
  const float *from;             // its address, in the next slice to be copied
  size_t step, line_step;        // distances there, of neighbors and of lines
  size_t slice_step;             // from a slice to the next
  int size, lines;               // what exists from that element on, within its line and of lines

  __device__ __forceinline__ explicit slice_copies(const product_operand &operand) {
    step = LINES_ALONG_OUTER ? operand.outer : operand.inner;
    line_step = LINES_ALONG_OUTER ? operand.inner : operand.outer;
    slice_step = SLICE_DEPTH * operand.inner;
    size = LINES_ALONG_OUTER ? operand.outer_size : operand.inner_size;
    lines = LINES_ALONG_OUTER ? operand.inner_size : operand.outer_size;
    width = step == 1 ? width_of_lines(operand.at) : LINES_ALONG_OUTER ? 0 : 1;
    // Where single elements come from lines of k: eight neighbors of each of four lines, which are whole sectors of memory, and
    // each in another bank of shared memory.
    const int per_line = width == 0 ? 0 : LINE / width;
    in_line = width == 0 ? threadIdx.x / 8 : threadIdx.x % per_line * width;
    line = width == 0 ? threadIdx.x % 8 : threadIdx.x / per_line;
    from = operand.at + in_line * step + line * line_step;
    size -= in_line;
    lines -= line;
  }

  // The widest copies for lines of neighbors in memory: all begin at a multiple of the width, and none ends within.
  __device__ __forceinline__ int width_of_lines(const float *at) const {
    if (line_step % 4 == 0 && size % 4 == 0 && is_aligned(at, 16)) return 4;
    return line_step % 2 == 0 && size % 2 == 0 && is_aligned(at, 8) ? 2 : 1;
  }

  template <int WIDTH>
  __device__ __forceinline__ void start_lines(float *to) const {
    constexpr int AT_ONCE = THREADS / (LINE / WIDTH);
    const float *next = from;
#pragma unroll
    for (int i = 0; i < LINES; i += AT_ONCE, next += AT_ONCE * line_step)
      copy_async<4 * WIDTH>(to + i * LINE_STRIDE, next, size > 0 && i < lines ? 4 * WIDTH : 0);
  }

  // Starts the copy of the next slice. What is beyond the edges becomes 0.
  __device__ __forceinline__ void start(float *slice) {
    float *to = slice + in_line + line * LINE_STRIDE;
    if (width == 4) start_lines<4>(to);
    else if (width == 2) start_lines<2>(to);
    else if (width == 1) start_lines<1>(to);
    else {
      const float *next = from;
#pragma unroll
      for (int i = 0; i < LINE; i += THREADS / 8, next += THREADS / 8 * step) {
        copy_async<4>(to + i, next, i < size && lines > 0 ? 4 : 0);
        copy_async<4>(to + i + 8 * LINE_STRIDE, next + 8 * line_step, i < size && lines > 8 ? 4 : 0);
      }
    }
    from += slice_step;
    (LINES_ALONG_OUTER ? lines : size) -= SLICE_DEPTH;
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

// Where the sums of a block go: to c, with the bias and what is there before, or bare to the sums of its part of k.
struct product_result {
  float *at;
  size_t row;          // distance of rows
  const float *bias;   // null for none
  bool adds;

  __device__ __forceinline__ explicit product_result(const cuda_product &p) {
    const bool is_part = p.parts != nullptr;
    at = is_part ? p.parts + size_t(blockIdx.z) * p.m * p.n : p.c;
    row = is_part ? p.n : p.c_row;
    bias = is_part ? nullptr : p.bias;
    adds = p.accumulate && !is_part;
  }

  // Whether vectors of WIDTH can be written, at columns that are multiples of it.
  template <int WIDTH>
  __device__ __forceinline__ bool takes_vectors() const {
    return row % WIDTH == 0 && is_aligned(at, WIDTH * sizeof(float));
  }

  // Loads the bias of neighboring columns.
  template <int WIDTH>
  __device__ __forceinline__ void load_bias(float (&biases)[WIDTH], int j, int columns) const {
    for (int k = 0; k < WIDTH; k++) biases[k] = bias && j + k < columns ? bias[j + k] : 0.0f;
  }

  // Writes the sums of neighbors in a row, the first of them at a column that is a multiple of WIDTH.
  template <int WIDTH>
  __device__ __forceinline__ void write(const float (&sums)[WIDTH], int i, int j, int columns, bool as_vector) const {
    float *out = at + i * row + j;
    if (as_vector && j + WIDTH <= columns) {
      alignas(16) float values[WIDTH] = {};
      if (adds) load_vector(values, out);
      for (int k = 0; k < WIDTH; k++) values[k] += sums[k];
      store_vector(out, values);
    } else {
      for (int k = 0; k < WIDTH; k++)
        if (j + k < columns) out[k] = adds ? out[k] + sums[k] : sums[k];
    }
  }
};

#endif
