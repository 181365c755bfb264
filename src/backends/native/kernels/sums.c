// Sums that do not depend on the number of threads.
#include "blocks.h"
#include "column-sums.h"
#include "zlm.h"

// Elements that are summed in single precision: a longer sum would lose digits where vectors are narrow.
#define SINGLE_SUM 1024L

// Σ x² or, without `squared`, Σ x of elements [first, last).
INLINE double sum_of(const int squared, const float *x, long first, long last) {
  vec sum = {0};
  long i = first;
  for (; i + VL <= last; i += VL) sum += squared ? load(x + i) * load(x + i) : load(x + i);
  double total = sum_lanes(sum);
  for (; i < last; i++) total += squared ? (double)x[i] * x[i] : x[i];
  return total;
}

static double squares(const float *x, long first, long last) { return sum_of(1, x, first, last); }
static double values(const float *x, long first, long last) { return sum_of(0, x, first, last); }

// The sum over all n elements, in double precision, block by block; partial has room for ⌈n / 16384⌉ doubles.
INLINE double sum_by_blocks(double (*sum_of_part)(const float *, long, long), long n, const float *x, double *partial) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    partial[block] = 0;
    for (long i = block * BLOCK; i < last; i += SINGLE_SUM) {
      partial[block] += sum_of_part(x, i, min_of(last, i + SINGLE_SUM));
    }
  }
  double sum = 0;
  for (long block = 0; block < blocks_of(n); block++) sum += partial[block];
  return sum;
}

double zlm_sum_of_squares(int64_t n, const float *x, double *partial) { return sum_by_blocks(squares, n, x, partial); }

double zlm_sum_of_squares_of_rows(int64_t n, int64_t width, const float *x, const int32_t *ids, double *partial) {
#pragma omp parallel for schedule(static) if (n * width > BLOCK)
  for (long i = 0; i < n; i++) {
    const float *row = x + ids[i] * width;
    partial[i] = 0;
    for (long j = 0; j < width; j += SINGLE_SUM) partial[i] += squares(row, j, min_of(width, j + SINGLE_SUM));
  }
  double sum = 0;
  for (long i = 0; i < n; i++) sum += partial[i];
  return sum;
}

double zlm_sum(int64_t n, const float *x, double *partial) { return sum_by_blocks(values, n, x, partial); }

void zlm_column_sums(int64_t rows, int64_t columns, const float *x, float *out) {
  column_sums(rows, columns, x, columns, out, 0);
}

void zlm_row_sums(int64_t rows, int64_t columns, const float *x, float *out) {
#pragma omp parallel for schedule(static) if (rows * columns > BLOCK)
  for (long row = 0; row < rows; row++) {
    double sum = 0;
    for (long j = 0; j < columns; j += SINGLE_SUM) {
      sum += values(x + row * columns, j, min_of(columns, j + SINGLE_SUM));
    }
    out[row] = (float)sum;
  }
}
