// Mixed products by AMX tiles, and whether tiles may be used at all.
//
// A block of the result is 2 × 2 tiles, which stay in tile registers while k runs: four products for four loads. The left
// operand is packed into tiles once; the right one panel by panel, in pairs of rows, as for the other mixed products.
// Each element is summed in the same order wherever its block falls, so threads do not change it.
//
// The sums are float32 in shorter chains than those of the other mixed products: 16 fused multiply-adds along a tile, two
// halves, up to 6 tiles a slice of k, the slices, the bias. So an element differs from the exact sum of its rounded
// operands' products by at most about (24 + k/192) · 2⁻²⁴ · Σ|a·b|, where chains over k have k · 2⁻²⁴ · Σ|a·b|; and what
// is below 2⁻¹²⁶, the least normal number, counts as 0, as it does in AVX512-BF16.
#include <stdint.h>

#include "amx.h"
#include "bf16.h"
#include "gemm.h"
#include "parallel.h"
#include "tile.h"
#include "zlm.h"

#if AMX
// Rows and columns of a block.
#define BLOCK_SIDE (2 * AMX_ROWS)
// Rows of b in a panel: 24 KiB in bf16 for 64 columns and 12 KiB for a block's rows of a leave space for the block itself
// in 48 KiB, the level-1 cache of the processors with tiles.
#define AMX_PANEL_DEPTH (6 * AMX_DEPTH)

// Returns the number of blocks that the row groups of a product are divided into. A narrow product has few panels of
// columns, so its rows are divided as well, although each block then packs its panel again.
static long row_blocks(long panels, long groups) {
  const long wanted = wanted_pieces();
  if (panels >= wanted || panels == 0) return 1;
  const long blocks = parts_of(wanted, panels);
  return blocks < groups ? blocks : groups;
}

// One product, as every thread sees it.
typedef struct {
  long m, n, k, steps; // steps along k, of one tile
  matrix a, b;
  uint32_t *left; // a: tiles along k for each AMX_ROWS rows, zeros beyond its edges
  float *c;
  long ldc;
  const float *bias;
  int accumulate;
} product;

// Packs a tile of a matrix whose columns are contiguous, as in a transpose.
static void pack_transposed_tile(uint32_t *tile, matrix a, long rows, long depth) {
  for (long p = 0; p < pairs_for(depth); p++) {
    const float *low = a.at + 2 * p * a.column, *high = low + a.column;
    uint32_t pairs[AMX_ROWS];
    for (long i = 0; i < rows; i += VL) {
      const long valid = min_of(VL, rows - i);
      const vec second = 2 * p + 1 < depth ? load_part(high + i, valid) : splat(0);
      store_pairs(pairs + i, make_pairs(load_part(low + i, valid), second));
    }
    for (long i = 0; i < rows; i++) tile[i * AMX_PAIRS + p] = pairs[i];
  }
}

// Packs the tiles of the AMX_ROWS rows of a from `first` on.
static void pack_left(const product *g, long first) {
  const long rows = min_of(AMX_ROWS, g->m - first);
  uint32_t *tile = g->left + first / AMX_ROWS * g->steps * AMX_TILE;
  memset(tile, 0, (size_t)(g->steps * AMX_TILE) * sizeof(uint32_t));
  for (long start = 0; start < g->k; start += AMX_DEPTH, tile += AMX_TILE) {
    const matrix part = {g->a.at + first * g->a.row + start * g->a.column, g->a.row, g->a.column};
    const long depth = min_of(AMX_DEPTH, g->k - start);
    if (part.row == 1) {
      pack_transposed_tile(tile, part, rows, depth);
      continue;
    }
    for (long i = 0; i < rows; i++) pack_row_pairs(tile + i * AMX_PAIRS, part.at + i * part.row, part.column, depth);
  }
}

// sums (BLOCK_SIDE × BLOCK_SIDE) = two rows of tiles of a, the second one's `below` the first, times the panel's columns from
// `right`; the second row or column of tiles is 0 when not `tall` or not `broad`.
static void multiply_block(const uint32_t *left, long below, const uint32_t *right, long steps, int tall, int broad,
                           float *sums) {
  const long right_stride = 4L * TILE_COLUMNS, sums_stride = 4L * BLOCK_SIDE;
  amx_zero(0);
  amx_zero(1);
  amx_zero(2);
  amx_zero(3);
  for (long step = 0; step < steps; step++, left += AMX_TILE, right += AMX_PAIRS * TILE_COLUMNS) {
    amx_load(4, left, AMX_ROW_BYTES);
    amx_load(6, right, right_stride);
    amx_dot(0, 4, 6);
    if (broad) {
      amx_load(7, right + AMX_PAIRS, right_stride);
      amx_dot(1, 4, 7);
    }
    if (!tall) continue;
    amx_load(5, left + below, AMX_ROW_BYTES);
    amx_dot(2, 5, 6);
    if (broad) amx_dot(3, 5, 7);
  }
  amx_store(0, sums, sums_stride);
  amx_store(1, sums + AMX_PAIRS, sums_stride);
  amx_store(2, sums + AMX_ROWS * BLOCK_SIDE, sums_stride);
  amx_store(3, sums + AMX_ROWS * BLOCK_SIDE + AMX_PAIRS, sums_stride);
}

static void finish_block(const float *sums, long rows, long width, float *c, long ldc, const float *bias,
                         int accumulate) {
  for (long i = 0; i < rows; i++, sums += BLOCK_SIDE, c += ldc) {
    for (long j = 0; j < width; j += VL) {
      const long valid = min_of(VL, width - j);
      vec sum = load(sums + j);
      if (bias) sum += load_part(bias + j, valid);
      store_part(c + j, accumulate ? load_part(c + j, valid) + sum : sum, valid);
    }
  }
}

// Packs rows of b as a panel of whole tiles, with zeros below the last row.
static void pack_right(uint32_t *panel, matrix b, long depth, long from, long width) {
  const long pairs = pairs_for(depth), padded = parts_of(depth, AMX_DEPTH) * AMX_PAIRS;
  pack_panel_pairs(panel, b, depth, from, width);
  memset(panel + pairs * TILE_COLUMNS, 0, (size_t)((padded - pairs) * TILE_COLUMNS) * sizeof(uint32_t));
}

// Computes the rows [first, last) of panel p's columns; `panel` is scratch memory.
static void panel_product(const product *g, long p, long first, long last, uint32_t *panel) {
  const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, g->n - from), below = g->steps * AMX_TILE;
  _Alignas(64) float sums[BLOCK_SIDE * BLOCK_SIDE];
  long start = 0;
  do {
    const long depth = min_of(AMX_PANEL_DEPTH, g->k - start);
    const int accumulate = g->accumulate || start > 0;
    pack_right(panel, (matrix){g->b.at + start * g->b.row, g->b.row, g->b.column}, depth, from, width);
    for (long i = first; i < last; i += BLOCK_SIDE) {
      const uint32_t *left = g->left + (i / AMX_ROWS * g->steps + start / AMX_DEPTH) * AMX_TILE;
      const long rows = min_of(BLOCK_SIDE, last - i);
      for (long j = 0; j < width; j += BLOCK_SIDE) {
        const long columns = min_of(BLOCK_SIDE, width - j);
        multiply_block(left, below, panel + j, parts_of(depth, AMX_DEPTH), rows > AMX_ROWS, columns > AMX_PAIRS, sums);
        finish_block(sums, rows, columns, g->c + i * g->ldc + from + j, g->ldc,
                     g->bias && start == 0 ? g->bias + from + j : NULL, accumulate);
      }
    }
    start += AMX_PANEL_DEPTH;
  } while (start < g->k);
}

int amx_gemm(long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias, int accumulate) {
  const long steps = parts_of(k, AMX_DEPTH), tile_rows = parts_of(m, AMX_ROWS);
  uint32_t *left = (uint32_t *)scratch(tile_rows * steps * AMX_TILE);
  if (!left) return 1;
  const product g = {m, n, k, steps, a, b, left, c, ldc, bias, accumulate};
  const long panels = parts_of(n, TILE_COLUMNS), groups = parts_of(m, BLOCK_SIDE), blocks = row_blocks(panels, groups);
  int failed = 0;
#pragma omp parallel reduction(| : failed)
  {
    uint32_t *panel = (uint32_t *)scratch(min_of(AMX_PANEL_DEPTH, steps * AMX_DEPTH) / 2 * TILE_COLUMNS);
    failed = panel == NULL;
#pragma omp for schedule(static)
    for (long i = 0; i < tile_rows; i++) pack_left(&g, i * AMX_ROWS);
    amx_configure();
#pragma omp for schedule(dynamic) collapse(2)
    for (long p = 0; p < panels; p++) {
      for (long block = 0; block < blocks; block++) {
        const long first = groups * block / blocks * BLOCK_SIDE, last = min_of(m, groups * (block + 1) / blocks * BLOCK_SIDE);
        if (panel) panel_product(&g, p, first, last, panel);
      }
    }
    amx_release();
    free(panel);
  }
  free(left);
  return failed;
}

// ---- Whether tiles may be used

// Test values: small enough that every sum is exact, irregular enough that a swapped row, column or pair would show.
static int left_value(int i, int k) { return (3 * i + 5 * k + i * k) % 13 - 6; }
static int right_value(int k, int j) { return (7 * k + 2 * j + k * j) % 11 - 5; }

// Returns whether one product of two tiles, added up twice, equals the same in integers.
static int multiplies_correctly(void) {
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
  // Threads that ask at the same time find the same answer.
  static _Atomic enum { UNKNOWN, NO, YES } answer;
  if (answer == UNKNOWN) answer = amx_permitted() && multiplies_correctly() ? YES : NO;
  return answer == YES;
}
#else
int amx_usable(void) { return 0; }
#endif

// Mixed products use 3: ARM's BF16, 2: AMX tiles, 1: AVX512-BF16, 0: float32 arithmetic on rounded operands.
int zlm_bf16_units(void) { return amx_usable() ? 2 : DOT_PAIRS_UNIT; }
