#include "gemm.h"

#include "parallel.h"
#include "vec.h"

// The most columns of a strip: the sums of all rows and DEEP rows of b stay in the level-1 cache.
#define STRIP 1024
// Rows of b that are added in one pass over the sums.
#define DEEP 8
// One core reads a b smaller than this faster than it could wake another.
#define SHARED_FLOATS (1L << 19)

// For `rows` rows of a: sums += `depth` rows of b, each times its element of a, in order.
INLINE void add_rows(const int rows, const int depth, long width, matrix a, matrix b, float sums[FEW_ROWS][STRIP]) {
  vec factors[FEW_ROWS][DEEP];
  for (int i = 0; i < rows; i++) {
    for (int k = 0; k < depth; k++) factors[i][k] = splat(a.at[i * a.row + k * a.column]);
  }
  for (long j = 0; j < width; j += VL) {
    const long valid = min_of(VL, width - j);
    vec sum[FEW_ROWS];
    for (int i = 0; i < rows; i++) sum[i] = load(sums[i] + j);
    for (int k = 0; k < depth; k++) {
      const vec right = load_part(b.at + k * b.row + j, valid);
      for (int i = 0; i < rows; i++) sum[i] += factors[i][k] * right;
    }
    for (int i = 0; i < rows; i++) store(sums[i] + j, sum[i]);
  }
}

// Adds one slice of k to the sums of a strip. More rows of a mean fewer rows of b at once, so that all factors stay in
// registers.
INLINE void strip_sums(const int rows, long width, long depth, matrix a, matrix b, float sums[FEW_ROWS][STRIP]) {
  const int deep = rows > 2 ? DEEP / 2 : DEEP;
  long k = 0;
  for (; k < depth; k += k + deep <= depth ? deep : 1) {
    const matrix left = {a.at + k * a.column, a.row, a.column}, right = {b.at + k * b.row, b.row, 1};
    if (k + deep <= depth) add_rows(rows, deep, width, left, right, sums);
    else add_rows(rows, 1, width, left, right, sums);
  }
}

static long strip_width(long n, int shared) {
  if (!shared) return STRIP;
  const long pieces = PIECES_PER_THREAD * omp_get_max_threads(), vecs = (n + VL - 1) / VL;
  return min_of(STRIP, (vecs + pieces - 1) / pieces * VL);
}

void few_rows_product(long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate,
                      long slice) {
  if (m == 0) return;
  const int shared = n * k >= SHARED_FLOATS;
  const long strip = strip_width(n, shared), strips = (n + strip - 1) / strip;
#pragma omp parallel for schedule(dynamic) if (shared)
  for (long s = 0; s < strips; s++) {
    float sums[FEW_ROWS][STRIP];
    const long from = s * strip, width = min_of(strip, n - from);
    long start = 0;
    do {
      const matrix left = {a.at + start * a.column, a.row, a.column};
      const matrix right = {b.at + start * b.row + from, b.row, 1};
      const long depth = min_of(slice, k - start);
      memset(sums, 0, sizeof sums);
      switch (m) {
      case 1: strip_sums(1, width, depth, left, right, sums); break;
      case 2: strip_sums(2, width, depth, left, right, sums); break;
      case 3: strip_sums(3, width, depth, left, right, sums); break;
      default: strip_sums(4, width, depth, left, right, sums); break;
      }
      for (long i = 0; i < m; i++) {
        float *out = c + i * ldc + from;
        for (long j = 0; j < width; j++) {
          const float sum = sums[i][j] + (bias && start == 0 ? bias[from + j] : 0);
          out[j] = accumulate || start > 0 ? out[j] + sum : sum;
        }
      }
      start += slice;
    } while (start < k);
  }
}
