// Work for several threads: how it is divided, scratch memory, and sums over rows. Results do not depend on the number of
// threads, since no sum crosses the pieces that the work is divided into.
#ifndef ZLM_PARALLEL_H
#define ZLM_PARALLEL_H

#include <stddef.h>
#include <stdlib.h>

#include "vec.h"

#ifdef _OPENMP
#include <omp.h>
#else
static inline int omp_get_thread_num(void) { return 0; }
static inline int omp_get_num_threads(void) { return 1; }
static inline int omp_get_max_threads(void) { return 1; }
#endif

// The least number of pieces for each thread, so that a slow core delays the others little.
#define PIECES_PER_THREAD 4

static inline long wanted_pieces(void) { return PIECES_PER_THREAD * omp_get_max_threads(); }

// Returns the number of parts of at most `size` that `count` is cut into.
static inline long parts_of(long count, long size) { return (count + size - 1) / size; }

// The part of [0, count) that belongs to this thread of the running team.
typedef struct {
  long first, last;
} share;

static inline share share_of(long count) {
  const long thread = omp_get_thread_num(), threads = omp_get_num_threads();
  return (share){count * thread / threads, count * (thread + 1) / threads};
}

// Passes over whole tensors are divided into blocks of a fixed size. A tensor of one block is left to one thread: waking
// the others would take longer.

// Elements of a block.
#define BLOCK 16384L

static inline long blocks_of(long n) { return (n + BLOCK - 1) / BLOCK; }
static inline long block_end(long block, long n) { return min_of(n, (block + 1) * BLOCK); }

// Returns uninitialized memory for `count` floats, aligned to cache lines, or null. The caller frees it with free().
static inline float *scratch(long count) {
  const size_t bytes = (size_t)(count > 0 ? count : 1) * sizeof(float);
  return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

// out[j] = Σ_i a[i][j] for up to `vecs` vectors of columns, plus the old out[j] when `accumulate` is set.
INLINE void sum_columns(const int vecs, long rows, long columns, const float *a, long row, float *out, int accumulate) {
  vec sum[4];
  for (int v = 0; v < vecs; v++) {
    sum[v] = accumulate ? load_part(out + v * VL, min_of(VL, columns - v * VL)) : (vec){0};
  }
  for (long i = 0; i < rows; i++) {
    for (int v = 0; v < vecs; v++) sum[v] += load_part(a + i * row + v * VL, min_of(VL, columns - v * VL));
  }
  for (int v = 0; v < vecs; v++) store_part(out + v * VL, sum[v], min_of(VL, columns - v * VL));
}

// out[j] = Σ_i a[i][j], plus the old out[j] when `accumulate` is set; a is rows × columns, its rows `row` apart.
static inline void column_sums(long rows, long columns, const float *a, long row, float *out, int accumulate) {
#pragma omp parallel if (rows * columns > BLOCK)
  {
    const share own = share_of((columns + VL - 1) / VL);
    const long last = min_of(columns, own.last * VL);
    long from = own.first * VL;
    // Whole lines of memory at a time: rows may be so far apart that a line does not stay in the cache until its other half is read.
    for (; from + 4 * VL <= last; from += 4 * VL) sum_columns(4, rows, 4 * VL, a + from, row, out + from, accumulate);
    for (; from < last; from += VL) sum_columns(1, rows, min_of(VL, last - from), a + from, row, out + from, accumulate);
  }
}

#endif
