// Compares gemm() of precision "mixed" with sums in double precision of the rounded operands, at awkward shapes, in every
// transposed form, with and without a bias and old values, and prints the results as JSON:
//   units    what multiplied, as zlm_bf16_units() says
//   worst    the largest error as a part of what rounding explains
//   strayed  how many values beside the result were written, or NaNs in an operand went where they should not
//   digest   of all results' bits
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bf16.h"
#include "gemm.h"

int zlm_bf16_units(void);

// M, N, K: around the tiles (16), blocks (32), panels (64) and slices of k (192, 384) of all paths, and primes.
static const long SHAPES[][3] = {
    {1, 1, 1},     {1, 129, 1},   {20, 1, 16},   {16, 16, 32},  {15, 17, 31},   {17, 15, 33},   {32, 64, 192},
    {33, 65, 193}, {31, 63, 191}, {48, 16, 64},  {5, 63, 383},  {6, 64, 384},   {7, 65, 385},   {13, 17, 769},
    {61, 193, 2},  {3, 600, 70},  {97, 101, 103}, {130, 97, 400}, {0, 3, 5},     {3, 0, 5},      {3, 2, 0},
};

#define UNTOUCHED 12345.0f
// Columns of the result's rows that are not the product's.
#define MARGIN 3

static uint64_t state = 1;
static float uniform(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (float)(int32_t)(state >> 32) / 2147483648.0f;
}

static float *random_values(long count) {
  float *values = malloc((size_t)count * sizeof(float));
  for (long i = 0; i < count; i++) values[i] = uniform();
  return values;
}

// A copy with each value rounded to bf16.
static float *rounded(const float *values, long count) {
  float *copy = malloc((size_t)count * sizeof(float));
  for (long i = 0; i < count; i++) copy[i] = ((vec)round_to_bfloat16(splat(values[i])))[0];
  return copy;
}

static uint64_t digest = 14695981039346656037u;
static void digest_of(const float *values, long count) {
  const unsigned char *bytes = (const unsigned char *)values;
  for (size_t i = 0; i < (size_t)count * sizeof(float); i++) digest = (digest ^ bytes[i]) * 1099511628211u;
}

// Roundings that one element may go through, and then some: every one is at most half a unit of the sum of magnitudes.
// With tiles, 15 along a tile's pairs, one for the two halves, one a tile of a slice (6), one a slice, bias and old value.
// Otherwise one a value along k.
static double roundings(long k) { return zlm_bf16_units() == 2 ? 24 + (double)k / 192 + 1 : (double)k + 3; }

static double worst = 0;
static long strayed = 0;

// A product, and its operands as they should be rounded.
typedef struct {
  long m, n, k;
  matrix a, b, rounded_a, rounded_b;
} problem;

static void check_element(const problem *p, long i, long j, double bias, double before, float result) {
  const float *left = p->rounded_a.at + i * p->rounded_a.row, *right = p->rounded_b.at + j * p->rounded_b.column;
  double sum = before + bias, magnitude = fabs(before) + fabs(bias);
  for (long l = 0; l < p->k; l++) {
    const double product = (double)left[l * p->rounded_a.column] * right[l * p->rounded_b.row];
    sum += product;
    magnitude += fabs(product);
  }
  const double allowed = roundings(p->k) * magnitude / (1 << 24);
  const double part = allowed == 0 ? (result != sum) * 2.0 : fabs(result - sum) / allowed;
  if (!(part <= worst)) worst = part; // takes a NaN, too
}

static void check_product(const problem *p, const float *bias, int accumulate) {
  const long m = p->m, n = p->n, ldc = n + MARGIN;
  float *c = malloc((size_t)(m * ldc + 1) * sizeof(float)), *before = random_values(m * n);
  for (long i = 0; i < m * ldc; i++) c[i] = UNTOUCHED;
  for (long i = 0; i < m && accumulate; i++) memcpy(c + i * ldc, before + i * n, (size_t)n * sizeof(float));
  if (gemm(MIXED, m, n, p->k, p->a, p->b, c, ldc, bias, accumulate)) exit(1);
  for (long i = 0; i < m; i++) {
    for (long j = 0; j < n; j++) {
      check_element(p, i, j, bias ? bias[j] : 0, accumulate ? before[i * n + j] : 0, c[i * ldc + j]);
    }
    for (long j = n; j < ldc; j++) strayed += c[i * ldc + j] != UNTOUCHED;
    digest_of(c + i * ldc, n);
  }
  free(c);
  free(before);
}

// A NaN in the last value of an operand reaches its row or column of the result, and nothing else.
static void check_nan(const problem *p, long nan_row, long nan_column) {
  const long m = p->m, n = p->n;
  float *c = malloc((size_t)(m * n + 1) * sizeof(float));
  if (gemm(MIXED, m, n, p->k, p->a, p->b, c, n, NULL, 0)) exit(1);
  for (long i = 0; i < m; i++) {
    for (long j = 0; j < n; j++) strayed += isnan(c[i * n + j]) != (i == nan_row || j == nan_column);
  }
  free(c);
}

static void check_nans(const problem *p, float *last_left, float *last_right) {
  const float left = *last_left, right = *last_right;
  *last_left = NAN;
  check_nan(p, p->m - 1, -1);
  *last_left = left;
  *last_right = NAN;
  check_nan(p, -1, p->n - 1);
  *last_right = right;
}

// rows × columns, laid out row by row or, when transposed, column by column.
static matrix matrix_of(const float *at, int transposed, long rows, long columns) {
  return transposed ? (matrix){at, 1, rows} : (matrix){at, columns, 1};
}

static void check_shape(long m, long n, long k) {
  float *left = random_values(m * k), *right = random_values(k * n), *bias = random_values(n);
  float *rounded_left = rounded(left, m * k), *rounded_right = rounded(right, k * n);
  for (int form = 0; form < 4; form++) {
    const int left_transposed = form & 1, right_transposed = form & 2;
    const problem p = {m, n, k, matrix_of(left, left_transposed, m, k), matrix_of(right, right_transposed, k, n),
                       matrix_of(rounded_left, left_transposed, m, k), matrix_of(rounded_right, right_transposed, k, n)};
    for (int extras = 0; extras < 4; extras++) check_product(&p, extras & 1 ? bias : NULL, extras & 2);
    if (m * n * k > 0) check_nans(&p, left + m * k - 1, right + k * n - 1);
  }
  free(left);
  free(right);
  free(bias);
  free(rounded_left);
  free(rounded_right);
}

int main(void) {
  for (size_t s = 0; s < sizeof SHAPES / sizeof SHAPES[0]; s++) check_shape(SHAPES[s][0], SHAPES[s][1], SHAPES[s][2]);
  printf("{\"units\": %d, \"worst\": %g, \"strayed\": %ld, \"digest\": \"%016llx\"}\n", zlm_bf16_units(), worst, strayed,
         (unsigned long long)digest);
}
