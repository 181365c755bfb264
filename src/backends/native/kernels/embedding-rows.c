// Rows of an embedding table by id.
#include "blocks.h"
#include "threads.h"
#include "zlm.h"

void zlm_gather_rows(int64_t n, int64_t width, const float *table, const int32_t *ids, float *out) {
#pragma omp parallel for schedule(static) if (n * width > BLOCK)
  for (long i = 0; i < n; i++) memcpy(out + i * width, table + ids[i] * width, (size_t)width * sizeof(float));
}

// Threads own columns, so that rows that occur twice are added in the same order
// always.
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
