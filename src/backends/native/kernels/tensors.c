// Passes over whole tensors: rows by id, sums, and operations element by element. Also sets the number of threads.
#include "elementary.h"
#include "parallel.h"
#include "zlm.h"

void zlm_set_threads(int32_t count) {
#ifdef _OPENMP
  omp_set_num_threads(count);
#else
  (void)count;
#endif
}

// ---- Rows of embedding tables

void zlm_gather_rows(int64_t n, int64_t width, const float *table, const int32_t *ids, float *out) {
#pragma omp parallel for schedule(static) if (n * width > BLOCK)
  for (long i = 0; i < n; i++) memcpy(out + i * width, table + ids[i] * width, (size_t)width * sizeof(float));
}

// Threads own columns, so that rows that occur twice are always added in the same order.
void zlm_scatter_add_rows(int64_t n, int64_t width, const float *from, const int32_t *ids, float *out) {
#pragma omp parallel
  {
    const share own = share_of((width + VL - 1) / VL);
    const long first = own.first * VL, last = min_of(width, own.last * VL);
    for (long i = 0; i < n; i++) {
      const float *source = from + i * width;
      float *target = out + ids[i] * width;
      for (long j = first; j < last; j++) target[j] += source[j];
    }
  }
}

// ---- Sums, which do not depend on the number of threads

// Elements summed in single precision: a longer sum would lose digits where vectors are narrow.
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

// Returns the sum over all n elements, in double precision, block by block; partial has ⌈n / 16384⌉ elements.
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

// ---- Element by element: tensors that may be broadcast, and functions of one tensor

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE };
enum { NEGATE, SQUARE, TANH };

// out[j] = a[j] op b[j]; an operand with step 0 repeats its first element.
#define ROW(OP)                                                                                                      \
  if (a_step && b_step) {                                                                                            \
    for (long j = 0; j < count; j++) out[j] = a[j] OP b[j];                                                           \
  } else if (a_step) {                                                                                               \
    const float right = b[0];                                                                                        \
    for (long j = 0; j < count; j++) out[j] = a[j] OP right;                                                          \
  } else {                                                                                                           \
    const float left = a[0];                                                                                         \
    for (long j = 0; j < count; j++) out[j] = left OP b[j];                                                           \
  }

static void binary_row(int operation, long count, const float *a, long a_step, const float *b, long b_step,
                       float *out) {
  switch (operation) {
  case ADD: ROW(+) break;
  case SUBTRACT: ROW(-) break;
  case MULTIPLY: ROW(*) break;
  default: ROW(/) break;
  }
}
#undef ROW

void zlm_binary(int32_t operation, int64_t rows, int64_t columns, const zlm_matrix *a, const zlm_matrix *b, float *out) {
#pragma omp parallel for schedule(static) collapse(2) if (rows * columns > BLOCK)
  for (long row = 0; row < rows; row++) {
    for (long block = 0; block < blocks_of(columns); block++) {
      const long first = block * BLOCK, count = block_end(block, columns) - first;
      const float *left = a->at + row * a->row + first * a->column, *right = b->at + row * b->row + first * b->column;
      binary_row(operation, count, left, a->column, right, b->column, out + row * columns + first);
    }
  }
}

static void unary_block(int operation, long count, const float *x, float *out) {
  switch (operation) {
  case NEGATE:
    for (long i = 0; i < count; i++) out[i] = -x[i];
    break;
  case SQUARE:
    for (long i = 0; i < count; i++) out[i] = x[i] * x[i];
    break;
  default:
    for (long i = 0; i < count; i += VL) {
      const long valid = min_of(VL, count - i);
      store_part(out + i, vec_tanh(load_part(x + i, valid)), valid);
    }
  }
}

void zlm_unary(int32_t operation, int64_t n, const float *x, float *out) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long first = block * BLOCK;
    unary_block(operation, block_end(block, n) - first, x + first, out + first);
  }
}

void zlm_scaled_copy(int64_t n, const float *x, float factor, float *out) {
#pragma omp parallel for schedule(static) if (n > BLOCK)
  for (long block = 0; block < blocks_of(n); block++) {
    const long last = block_end(block, n);
    for (long i = block * BLOCK; i < last; i++) out[i] = factor * x[i];
  }
}
