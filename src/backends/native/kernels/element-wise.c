// Element by element: sums, differences, products and quotients of tensors that may be broadcast, and functions of one
// tensor.
#include "blocks.h"
#include "elementary.h"
#include "zlm.h"

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE };
enum { NEGATE, SQUARE, TANH };

// out[j] = a[j] op b[j], where an operand with step 0 stays at its first element.
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
      const long there = min_of(VL, count - i);
      store_part(out + i, vec_tanh(load_part(x + i, there)), there);
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
