// Whether AMX tiles may be used, and what else computes the products of precision "mixed".
#include "amx.h"

#if AMX
#include <stdint.h>

#include "bf16.h"
#include "zlm.h"

// Values small enough that every sum is exact, and irregular enough that a swapped row, column or pair would show.
static int left_value(int i, int k) { return (3 * i + 5 * k + i * k) % 13 - 6; }
static int right_value(int k, int j) { return (7 * k + 2 * j + k * j) % 11 - 5; }

// One product of two tiles, added up twice, beside the same in integers.
static int multiplies_rightly(void) {
  uint32_t left[AMX_TILE], right[AMX_TILE];
  float product[AMX_TILE];
  for (int i = 0; i < AMX_ROWS; i++) {
    for (int p = 0; p < AMX_PAIRS; p++) {
      left[i * AMX_PAIRS + p] = pair_of((float)left_value(i, 2 * p), (float)left_value(i, 2 * p + 1));
      right[i * AMX_PAIRS + p] = pair_of((float)right_value(2 * i, p), (float)right_value(2 * i + 1, p));
    }
  }
  amx_configure();
  amx_zero(0);
  amx_load(1, left, AMX_ROW_BYTES);
  amx_load(2, right, AMX_ROW_BYTES);
  amx_dot(0, 1, 2);
  amx_dot(0, 1, 2);
  amx_store(0, product, AMX_ROW_BYTES);
  amx_release();
  for (int i = 0; i < AMX_ROWS; i++) {
    for (int j = 0; j < AMX_PAIRS; j++) {
      int sum = 0;
      for (int k = 0; k < AMX_DEPTH; k++) sum += left_value(i, k) * right_value(k, j);
      if (product[i * AMX_PAIRS + j] != (float)(2 * sum)) return 0;
    }
  }
  return 1;
}

int amx_usable(void) {
  // Threads that ask at once find the same.
  static _Atomic enum { UNKNOWN, NO, YES } answer;
  if (answer == UNKNOWN) answer = amx_permitted() && multiplies_rightly() ? YES : NO;
  return answer == YES;
}
#else
int amx_usable(void) { return 0; }
#endif

// For JavaScript: what multiplies in mixed products. 2 for AMX tiles, 1 for AVX512-BF16, 0 for float32 on rounded operands.
int zlm_bf16_units(void) {
  if (amx_usable()) return 2;
#if defined(__AVX512BF16__)
  return 1;
#else
  return 0;
#endif
}
