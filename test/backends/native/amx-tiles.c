// Prints as JSON the results of the tile operations of amx.h for chosen operands: exact values where rounding, flushing and the order
// of sums show, and a digest of the bits of many random products.
#include <math.h>
#include <stdio.h>

#include "amx.h"
#include "bf16.h"

#define ROUNDS 200

// A dot product as long as a tile's rows.
typedef struct {
  float left[AMX_DEPTH], right[AMX_DEPTH], start;
} dot;

// One element, as all of a tile: every row of the left one is `left`, every column of the right one `right`.
static float element(dot d) {
  uint32_t a[AMX_TILE], b[AMX_TILE];
  float c[AMX_TILE];
  for (int i = 0; i < AMX_ROWS; i++) {
    for (int p = 0; p < AMX_PAIRS; p++) {
      a[i * AMX_PAIRS + p] = pair_of(d.left[2 * p], d.left[2 * p + 1]);
      b[i * AMX_PAIRS + p] = pair_of(d.right[2 * i], d.right[2 * i + 1]);
      c[i * AMX_PAIRS + p] = d.start;
    }
  }
  amx_configure();
  amx_load(0, c, AMX_ROW_BYTES);
  amx_load(1, a, AMX_ROW_BYTES);
  amx_load(2, b, AMX_ROW_BYTES);
  amx_dot(0, 1, 2);
  amx_store(0, c, AMX_ROW_BYTES);
  amx_release();
  for (int i = 1; i < AMX_TILE; i++) {
    if (memcmp(&c[i], &c[0], sizeof c[0]) != 0) return NAN;
  }
  return c[0];
}

static void print(const char *name, dot d) { printf("\"%s\": \"%a\", ", name, element(d)); }

static uint64_t state = 1;
static uint32_t random_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}

// A bf16 of any sign and fraction, near 1 mostly; sometimes subnormal, or near the least normal one.
static uint32_t random_bf16(void) {
  const uint32_t bits = random_bits(), exponent = bits % 8 ? 120 + bits / 8 % 16 : bits / 8 % 3 + (bits & 64 ? 62 : 0);
  return (bits >> 16 & 0x807fu) | exponent << 7;
}

static uint64_t digest_of_random_products(void) {
  uint64_t digest = 14695981039346656037u;
  uint32_t tiles[3][AMX_TILE];
  amx_configure();
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < 3 * AMX_TILE; i++) tiles[i / AMX_TILE][i % AMX_TILE] = random_bf16() << 16 | random_bf16();
    for (int i = 0; i < AMX_TILE && round % 2 == 0; i++) tiles[0][i] = 0;
    amx_load(3, tiles[0], AMX_ROW_BYTES);
    amx_load(5, tiles[1], AMX_ROW_BYTES);
    amx_load(7, tiles[2], AMX_ROW_BYTES);
    amx_dot(3, 5, 7);
    amx_dot(3, 7, 5);
    amx_store(3, tiles[0], AMX_ROW_BYTES);
    for (int i = 0; i < AMX_TILE; i++) digest = (digest ^ tiles[0][i]) * 1099511628211u;
  }
  amx_release();
  return digest;
}

int main(void) {
  if (!amx_permitted()) return 1;
  const float large = 0x1p12f, least = 0x1p-126f;
  printf("{");
  // In one chain, 1 + 2²⁴ − 2²⁴ would be 0.
  print("high values beside low ones", (dot){{1, large, 0, large}, {1, large, 0, -large}, 0});
  print("low values in order", (dot){{1, 0, large, 0, large}, {1, 0, large, 0, -large}, 0});
  print("start added last", (dot){{large, 0, large, 0}, {large, 0, -large, 0}, 1});
  print("a tie to even, down", (dot){{large, 0, 1}, {large, 0, 1}, 0});
  print("a tie to even, up", (dot){{large, 0, 3}, {large, 0, 1}, 0});
  print("a subnormal operand", (dot){{0x1p-127f}, {0x1p100f}, 0});
  print("a subnormal product", (dot){{0x1p-100f}, {-0x1p-30f}, 0});
  print("a subnormal product, added unrounded", (dot){{least, 0, 0x1p-100f}, {1, 0, 0x1p-27f}, 0});
  print("a subnormal difference", (dot){{1.5f * least, 0, least}, {1, 0, -1}, 0});
  print("a subnormal start", (dot){{0}, {0}, 0x1p-127f});
  print("a subnormal sum", (dot){{least}, {-1}, 1.5f * least});
  print("infinity", (dot){{INFINITY}, {-2}, 1});
  printf("\"digest\": \"%016llx\"}\n", (unsigned long long)digest_of_random_products());
}
