// What touches whole parameters: embedding rows, the global norm, the step of SGD.
#include "threads.h"
#include "vec.h"

// out [N, width] = rows `ids` of table.
void zlm_gather_rows(long n, long width, const float *table, const int32_t *ids, float *out) {
#pragma omp parallel for schedule(static)
  for (long i = 0; i < n; i++) memcpy(out + i * width, table + ids[i] * width, (size_t)width * sizeof(float));
}

// out [rows, width] = 0, then out[ids[n]] += from[n], n in order. Threads own columns, so that rows that occur twice
// are added in the same order always.
void zlm_scatter_add_rows(long n, long rows, long width, const float *from, const int32_t *ids, float *out) {
#pragma omp parallel
  {
    const share own_rows = share_of(rows);
    memset(out + own_rows.first * width, 0, (size_t)((own_rows.last - own_rows.first) * width) * sizeof(float));
#pragma omp barrier
    const share own = share_of((width + VL - 1) / VL);
    const long first = own.first * VL, last = min_of(width, own.last * VL);
    for (long i = 0; i < n; i++) {
      const float *source = from + i * width;
      float *target = out + ids[i] * width;
      for (long j = first; j < last; j++) target[j] += source[j];
    }
  }
}

// Elements whose squares are summed apart, so that the sum does not depend on the number of threads.
#define BLOCK 16384L
// Elements whose squares are summed in single precision: a longer sum would lose digits where vectors are narrow.
#define SINGLE_SUM 1024L

// Σ x² of elements [first, last).
static double squares(const float *x, long first, long last) {
  vec sum = {0};
  long i = first;
  for (; i + VL <= last; i += VL) sum += load(x + i) * load(x + i);
  double total = sum_lanes(sum);
  for (; i < last; i++) total += (double)x[i] * x[i];
  return total;
}

// Σ x², in double precision; partial needs room for ⌈n / 16384⌉ doubles.
double zlm_sum_of_squares(long n, const float *x, double *partial) {
  const long blocks = (n + BLOCK - 1) / BLOCK;
#pragma omp parallel for schedule(static)
  for (long block = 0; block < blocks; block++) {
    const long last = min_of(n, (block + 1) * BLOCK);
    partial[block] = 0;
    for (long i = block * BLOCK; i < last; i += SINGLE_SUM) partial[block] += squares(x, i, min_of(last, i + SINGLE_SUM));
  }
  double sum = 0;
  for (long block = 0; block < blocks; block++) sum += partial[block];
  return sum;
}

// parameter −= rate · gradient, in place.
void zlm_sgd_update(long n, float *parameter, const float *gradient, float rate) {
#pragma omp parallel for schedule(static)
  for (long block = 0; block < (n + BLOCK - 1) / BLOCK; block++) {
    const long last = min_of(n, (block + 1) * BLOCK);
    for (long i = block * BLOCK; i < last; i++) parameter[i] -= rate * gradient[i];
  }
}

// out = factor · x.
void zlm_scaled_copy(long n, const float *x, float factor, float *out) {
#pragma omp parallel for schedule(static)
  for (long block = 0; block < (n + BLOCK - 1) / BLOCK; block++) {
    const long last = min_of(n, (block + 1) * BLOCK);
    for (long i = block * BLOCK; i < last; i++) out[i] = factor * x[i];
  }
}

void zlm_set_threads(int count) {
#ifdef _OPENMP
  omp_set_num_threads(count);
#else
  (void)count;
#endif
}
