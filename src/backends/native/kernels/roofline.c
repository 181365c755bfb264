// What the processor can do at most: the rates that every kernel is compared with.
#include <stdint.h>

#include "amx.h"
#include "bf16.h"
#include "parallel.h"
#include "tile.h"
#include "zlm.h"

// Sums that run side by side, as many as a tile of the products has: more than a fused multiply-add takes cycles, times two.
#define CHAINS (TILE_ROWS * TILE_VECS)

// Operands come from here and results go here, so that the compiler can neither compute nor leave out any of the work.
static volatile float half = 0.5f, sink;

static void keep(const vec sums[CHAINS]) {
  vec total = {0};
  for (int i = 0; i < CHAINS; i++) total += sums[i];
  sink = sum_lanes(total);
}

static void start(vec sums[CHAINS]) {
  for (int i = 0; i < CHAINS; i++) sums[i] = splat((float)i);
}

static void run_floats(long rounds) {
  vec sums[CHAINS];
  start(sums);
  // The sums stay near 1: neither infinite nor subnormal.
  const vec factor = splat(half), term = splat(half);
  for (long round = 0; round < rounds; round++) {
#pragma GCC unroll 32
    for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + term;
  }
  keep(sums);
}

static void run_pairs(long rounds) {
  vec sums[CHAINS];
  start(sums);
  const vecu a = make_pairs(splat(half), splat(-half)), b = make_pairs(splat(1), splat(1));
  for (long round = 0; round < rounds; round++) {
#pragma GCC unroll 32
    for (int i = 0; i < CHAINS; i++) sums[i] = dot_pairs(sums[i], a, b);
  }
  keep(sums);
}

// Each tile of sums is used again after three others, as in the products.
static void run_tiles(long rounds) {
#if AMX
  static const uint32_t zeros[AMX_TILE];
  float sums[AMX_TILE];
  amx_configure();
  amx_zero(0);
  amx_zero(1);
  amx_zero(2);
  amx_zero(3);
  amx_load(4, zeros, AMX_ROW_BYTES);
  amx_load(5, zeros, AMX_ROW_BYTES);
  amx_load(6, zeros, AMX_ROW_BYTES);
  amx_load(7, zeros, AMX_ROW_BYTES);
  for (long round = 0; round < rounds; round++) {
    amx_dot(0, 4, 6);
    amx_dot(1, 4, 7);
    amx_dot(2, 5, 6);
    amx_dot(3, 5, 7);
  }
  amx_store(0, sums, AMX_ROW_BYTES);
  sink = sums[0];
  amx_release();
#else
  (void)rounds;
#endif
}

double zlm_multiply_adds(int32_t bf16, int64_t rounds) {
  const int units = zlm_bf16_units(), tiles = bf16 && units == 2;
  if (bf16 && units == 0) return 0;
  int threads = 0;
#pragma omp parallel reduction(+ : threads)
  {
    threads = 1;
    if (tiles) run_tiles(rounds);
    else if (bf16) run_pairs(rounds);
    else run_floats(rounds);
  }
  // A multiplication and an addition each.
  const double of_round = tiles  ? 2.0 * 4 * AMX_ROWS * AMX_PAIRS * AMX_DEPTH
                          : bf16 ? 2.0 * CHAINS * VL * 2
                                 : 2.0 * CHAINS * VL;
  return of_round * (double)rounds * threads;
}

double zlm_read(int64_t n, const float *x) {
  enum { AT_ONCE = 8, STEP = AT_ONCE * VL };
  double sum = 0;
#pragma omp parallel for schedule(static) reduction(+ : sum)
  for (long block = 0; block < n / STEP; block++) {
    const float *from = x + block * STEP;
    vec part = load(from);
    for (int i = 1; i < AT_ONCE; i++) part += load(from + i * VL);
    sum += part[0];
  }
  return sum;
}
