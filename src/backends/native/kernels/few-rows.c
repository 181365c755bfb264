#include "gemm.h"

#include "parallel.h"
#include "vec.h"

// The most columns of a strip: up to 4 rows, their sums and DEEP rows of b stay in the level-1 cache. The sums of more rows do not,
// and longer pieces of b are read.
#define STRIP 1024
#define WIDE_STRIP 2048
// Rows of b that are added in one pass over the sums.
#define DEEP 8
// One core reads a b smaller than this faster than it could wake another.
#define SHARED_FLOATS (1L << 19)

// For `rows` rows of a: sums, `strip` apart, += `depth` rows of b, each times its element of a, in order.
INLINE void add_rows(const int rows, const int depth, long width, matrix a, matrix b, float *sums, long strip) {
  vec factors[FEW_ROWS][DEEP];
  for (int i = 0; i < rows; i++) {
    for (int k = 0; k < depth; k++) factors[i][k] = splat(a.at[i * a.row + k * a.column]);
  }
  for (long j = 0; j < width; j += VL) {
    const long valid = min_of(VL, width - j);
    vec sum[FEW_ROWS];
    for (int i = 0; i < rows; i++) sum[i] = load(sums + i * strip + j);
    for (int k = 0; k < depth; k++) {
      const vec right = load_part(b.at + k * b.row + j, valid);
      for (int i = 0; i < rows; i++) sum[i] += factors[i][k] * right;
    }
    for (int i = 0; i < rows; i++) store(sums + i * strip + j, sum[i]);
  }
}

// Adds one slice of k to the sums of a strip. More rows of a mean fewer rows of b at once, so that all factors stay in
// registers.
INLINE void strip_sums(const int rows, long width, long depth, matrix a, matrix b, float *sums, long strip) {
  const int deep = rows > 2 ? DEEP / 2 : DEEP;
  long k = 0;
  for (; k < depth; k += k + deep <= depth ? deep : 1) {
    const matrix left = {a.at + k * a.column, a.row, a.column}, right = {b.at + k * b.row, b.row, 1};
    if (k + deep <= depth) add_rows(rows, deep, width, left, right, sums, strip);
    else add_rows(rows, 1, width, left, right, sums, strip);
  }
}

static long strip_width(long m, long n, int shared) {
  const long most = m <= 4 ? STRIP : WIDE_STRIP;
  if (!shared) return most;
  const long pieces = wanted_pieces(), vecs = parts_of(n, VL);
  return min_of(most, parts_of(vecs, pieces) * VL);
}

void few_rows_product(long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate,
                      long slice) {
  if (m == 0) return;
  const int shared = n * k >= SHARED_FLOATS;
  const long strip = strip_width(m, n, shared), strips = (n + strip - 1) / strip;
#pragma omp parallel for schedule(dynamic) if (shared)
  for (long s = 0; s < strips; s++) {
    float sums[FEW_ROWS * WIDE_STRIP];
    const long from = s * strip, width = min_of(strip, n - from);
    long start = 0;
    do {
      const matrix left = {a.at + start * a.column, a.row, a.column};
      const matrix right = {b.at + start * b.row + from, b.row, 1};
      const long depth = min_of(slice, k - start);
      memset(sums, 0, (size_t)(m * strip) * sizeof(float));
      switch (m) {
      case 1: strip_sums(1, width, depth, left, right, sums, strip); break;
      case 2: strip_sums(2, width, depth, left, right, sums, strip); break;
      case 3: strip_sums(3, width, depth, left, right, sums, strip); break;
      case 4: strip_sums(4, width, depth, left, right, sums, strip); break;
      case 5: strip_sums(5, width, depth, left, right, sums, strip); break;
      case 6: strip_sums(6, width, depth, left, right, sums, strip); break;
      case 7: strip_sums(7, width, depth, left, right, sums, strip); break;
      default: strip_sums(FEW_ROWS, width, depth, left, right, sums, strip); break;
      }
      for (long i = 0; i < m; i++) {
        float *out = c + i * ldc + from;
        for (long j = 0; j < width; j++) {
          const float sum = sums[i * strip + j] + (bias && start == 0 ? bias[from + j] : 0);
          out[j] = accumulate || start > 0 ? out[j] + sum : sum;
        }
      }
      start += slice;
    } while (start < k);
  }
}

// Rows of a and of b whose dot products are summed in one pass.
#define DOT_ROWS 4
#define DOT_COLUMNS 2
// Rows of b that a thread takes in turn, and how much of each at once: that much of a stays in a level-2 cache for all of them.
#define DOT_BLOCK 16
#define DOT_FLOATS (1L << 16)

// c (rows × columns, `ldc` apart) = the dot products of rows of a and b, `row` apart and each `k` long, plus the old c when
// `accumulate` is set.
INLINE void dot_products(const int rows, const int columns, long k, const float *a, const float *b, long row, float *c,
                         long ldc, int accumulate) {
  vec sums[DOT_ROWS][DOT_COLUMNS];
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++) sums[i][j] = (vec){0};
  }
  for (long at = 0; at < k; at += VL) {
    const long valid = min_of(VL, k - at);
    vec right[DOT_COLUMNS];
    for (int j = 0; j < columns; j++) right[j] = load_part(b + j * row + at, valid);
    for (int i = 0; i < rows; i++) {
      const vec left = load_part(a + i * row + at, valid);
      for (int j = 0; j < columns; j++) sums[i][j] += left * right[j];
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++) {
      const float sum = sum_lanes(sums[i][j]);
      c[i * ldc + j] = accumulate ? c[i * ldc + j] + sum : sum;
    }
  }
}

#define DOTS(R, C)                                                                                                     \
  dot_products(R, C, depth, a + i * k, b + j * k, k, c + i * n + j, n, accumulate);                                    \
  break
// The dot products of all m rows of a with the rows [first, last) of b, `depth` floats of each row.
static void dots_of_block(long m, long n, long k, const float *a, const float *b, float *c, long first, long last,
                          long depth, int accumulate) {
  for (long j = first; j < last; j += DOT_COLUMNS) {
    for (long i = 0; i < m; i += DOT_ROWS) {
      const long rows = min_of(DOT_ROWS, m - i), columns = min_of(DOT_COLUMNS, last - j);
      switch (rows * DOT_COLUMNS + columns - DOT_COLUMNS) {
      case 1: DOTS(1, 1);
      case 2: DOTS(1, 2);
      case 3: DOTS(2, 1);
      case 4: DOTS(2, 2);
      case 5: DOTS(3, 1);
      case 6: DOTS(3, 2);
      case 7: DOTS(4, 1);
      default: DOTS(4, 2);
      }
    }
  }
}
#undef DOTS

void few_rows_dots(long m, long n, long k, const float *a, const float *b, float *c) {
  const long slice = min_of(k, (DOT_FLOATS / (m > 0 ? m : 1) + VL - 1) / VL * VL);
#pragma omp parallel for schedule(dynamic) if (n * k >= SHARED_FLOATS)
  for (long first = 0; first < n; first += DOT_BLOCK) {
    const long last = min_of(n, first + DOT_BLOCK);
    long start = 0;
    do {
      const long depth = min_of(slice, k - start);
      dots_of_block(m, n, k, a + start, b + start, c, first, last, depth, start > 0);
      start += slice;
    } while (start < k);
  }
}
