#include "gemm.h"

#include "amx.h"
#include "parallel.h"
#include "tile.h"
#include "zlm.h"

// Depth of the blocks in which a transposed matrix is packed: the written lines stay in the level-1 cache.
#define PACK_BLOCK 64
// The most panels that a thread takes in turn.
#define MOST_IN_TURN 4

static void pack_rows(float *panel, const float *b, long row, long depth, long width) {
  for (long k = 0; k < depth; k++, panel += TILE_COLUMNS, b += row) {
    if (width == TILE_COLUMNS) {
      for (int v = 0; v < TILE_VECS; v++) store(panel + v * VL, load(b + v * VL));
    } else {
      memcpy(panel, b, (size_t)width * sizeof(float));
      memset(panel + width, 0, (size_t)(TILE_COLUMNS - width) * sizeof(float));
    }
  }
}

// Four vectors of four floats, transposed in registers.
typedef float square __attribute__((vector_size(16)));
typedef square square_unaligned __attribute__((aligned(4), may_alias));
#if defined(__clang__)
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
typedef int32_t lanes __attribute__((vector_size(16)));
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (lanes){i, j, k, l})
#endif

// Writes four elements of each of four columns of b, contiguous along k, to four rows of the panel.
INLINE void pack_square(float *panel, const float *from, long column) {
  const square a = *(const square_unaligned *)from, b = *(const square_unaligned *)(from + column);
  const square c = *(const square_unaligned *)(from + 2 * column), d = *(const square_unaligned *)(from + 3 * column);
  const square ac_low = SHUFFLE(a, c, 0, 4, 1, 5), ac_high = SHUFFLE(a, c, 2, 6, 3, 7);
  const square bd_low = SHUFFLE(b, d, 0, 4, 1, 5), bd_high = SHUFFLE(b, d, 2, 6, 3, 7);
  *(square_unaligned *)panel = SHUFFLE(ac_low, bd_low, 0, 4, 1, 5);
  *(square_unaligned *)(panel + TILE_COLUMNS) = SHUFFLE(ac_low, bd_low, 2, 6, 3, 7);
  *(square_unaligned *)(panel + 2 * TILE_COLUMNS) = SHUFFLE(ac_high, bd_high, 0, 4, 1, 5);
  *(square_unaligned *)(panel + 3 * TILE_COLUMNS) = SHUFFLE(ac_high, bd_high, 2, 6, 3, 7);
}

static void pack_columns(float *panel, matrix b, long depth, long width) {
  const long square_depth = b.row == 1 ? depth / 4 * 4 : 0, square_width = width / 4 * 4;
  for (long start = 0; start < depth; start += PACK_BLOCK) {
    const long end = min_of(depth, start + PACK_BLOCK), squares = end < square_depth ? end : square_depth;
    for (long j = 0; j < width; j++) {
      const float *from = b.at + j * b.column;
      const int in_squares = j < square_width;
      if (in_squares && j % 4 == 0) {
        for (long k = start; k < squares; k += 4) pack_square(panel + k * TILE_COLUMNS + j, from + k, b.column);
      }
      for (long k = in_squares && squares > start ? squares : start; k < end; k++) {
        panel[k * TILE_COLUMNS + j] = from[k * b.row];
      }
    }
  }
  if (width == TILE_COLUMNS) return;
  for (long k = 0; k < depth; k++) {
    memset(panel + k * TILE_COLUMNS + width, 0, (size_t)(TILE_COLUMNS - width) * sizeof(float));
  }
}

void pack_panel(float *panel, matrix b, long depth, long from, long width) {
  const matrix part = {b.at + from * b.column, b.row, b.column};
  if (b.column == 1) pack_rows(panel, part.at, part.row, depth, width);
  else pack_columns(panel, part, depth, width);
}

void pack_row_pairs(uint32_t *pairs, const float *from, long column, long count) {
  long k = 0;
#if defined(__AVX512BF16__)
  // 32 floats in a row become 16 pairs by one instruction.
  for (; column == 1 && k + 2 * VL <= count; k += 2 * VL) {
    const __m512bh packed = _mm512_cvtne2ps_pbh((__m512)load(from + k + VL), (__m512)load(from + k));
    store_pairs(pairs + k / 2, (vecu)packed);
  }
#endif
  for (; k < count; k += 2) pairs[k / 2] = pair_of(from[k * column], k + 1 < count ? from[(k + 1) * column] : 0);
}

static void pack_rows_pairs(uint32_t *panel, const float *b, long row, long depth, long width) {
  for (long k = 0; k < depth; k += 2, panel += TILE_COLUMNS, b += 2 * row) {
    for (long j = 0; j < TILE_COLUMNS; j += VL) {
      const long valid = width < j ? 0 : min_of(VL, width - j);
      const vec high = k + 1 < depth ? load_part(b + row + j, valid) : splat(0);
      store_pairs(panel + j, make_pairs(load_part(b + j, valid), high));
    }
  }
}

// Four columns at a time: makes their pairs column after column, and transposes them as if they were floats.
static void pack_columns_pairs(uint32_t *panel, matrix b, long depth, long width) {
  enum { HALF = PACK_BLOCK / 2 };
  uint32_t columns[4 * HALF];
  for (long start = 0; start < depth; start += PACK_BLOCK) {
    const long count = min_of(PACK_BLOCK, depth - start), pairs = pairs_for(count);
    uint32_t *rows = panel + start / 2 * TILE_COLUMNS;
    for (long j = 0; j < width; j += 4) {
      const long valid = min_of(4, width - j);
      for (long i = 0; i < valid; i++) {
        pack_row_pairs(columns + i * HALF, b.at + (j + i) * b.column + start * b.row, b.row, count);
      }
      const long squares = valid == 4 ? pairs / 4 * 4 : 0;
      for (long k = 0; k < squares; k += 4) {
        pack_square((float *)(rows + k * TILE_COLUMNS + j), (const float *)(columns + k), HALF);
      }
      for (long k = squares; k < pairs; k++) {
        for (long i = 0; i < valid; i++) rows[k * TILE_COLUMNS + j + i] = columns[i * HALF + k];
      }
    }
  }
  if (width == TILE_COLUMNS) return;
  for (long k = 0; k < pairs_for(depth); k++) {
    memset(panel + k * TILE_COLUMNS + width, 0, (size_t)(TILE_COLUMNS - width) * sizeof(uint32_t));
  }
}

void pack_panel_pairs(uint32_t *panel, matrix b, long depth, long from, long width) {
  const matrix part = {b.at + from * b.column, b.row, b.column};
  if (b.column == 1) pack_rows_pairs(panel, part.at, part.row, depth, width);
  else pack_columns_pairs(panel, part, depth, width);
}

// Writes one tile of the result; `width` is the number of its columns that exist.
INLINE void finish_tile(const int rows, const int vecs, vec acc[TILE_ROWS][TILE_VECS], float *c, long ldc, long width,
                        const float *bias, int accumulate) {
  for (int v = 0; v < vecs; v++) {
    const long valid = min_of(VL, width - v * VL);
    vec start = {0};
    if (bias) start = load_part(bias + v * VL, valid);
    for (int r = 0; r < rows; r++) {
      float *out = c + r * ldc + v * VL;
      const vec sum = acc[r][v] + start;
      store_part(out, accumulate ? load_part(out, valid) + sum : sum, valid);
    }
  }
}

// One product, as every thread sees it.
typedef struct {
  precision precision;
  long m, n, k, rows;
  matrix a, b;
  const uint32_t *a_pairs; // a in bf16, row after row, when the precision is mixed
  float *c;
  long ldc;
  const float *bias;
  int accumulate;
} product;

// Asks for the lines of a tile of the result to be brought into the cache while the tile is computed: the result is wider
// than a cache, and a core that writes to absent lines waits for each.
INLINE void prefetch_tile(const float *c, long ldc, long rows, long width) {
  enum { LINE = 64 / sizeof(float) };
  for (long r = 0; r < rows; r++) {
    for (long j = 0; j < width; j += LINE) __builtin_prefetch(c + r * ldc + j, 1);
  }
}

// Computes the rows [first, last) of panel p's columns; `panel` is scratch memory.
static void panel_product(const product *g, long p, long first, long last, float *panel) {
  const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, g->n - from), vecs = (width + VL - 1) / VL;
  long start = 0;
  do {
    const long depth = min_of(PANEL_DEPTH, g->k - start);
    const matrix slice = {g->b.at + start * g->b.row, g->b.row, g->b.column};
    const float *bias = g->bias && start == 0 ? g->bias + from : NULL;
    const int accumulate = g->accumulate || start > 0;
    // The first tile packs the panel of a whole tile's columns, which are together in memory: one pass less over b.
    const int packs = g->precision == FLOAT32 && g->b.column == 1 && width == TILE_COLUMNS;
    if (g->precision == MIXED) pack_panel_pairs((uint32_t *)panel, slice, depth, from, width);
    else if (!packs) pack_panel(panel, slice, depth, from, width);
    for (long i = first; i < last; i += g->rows) {
      const long rows = min_of(g->rows, last - i);
      const float *left = g->a.at + i * g->a.row + start * g->a.column;
      const long pair_row = pairs_for(g->k);
      const uint32_t *left_pairs = g->a_pairs ? g->a_pairs + i * pair_row + start / 2 : NULL;
      float *out = g->c + i * g->ldc + from;
      prefetch_tile(out, g->ldc, rows, width);
#define PRODUCT(R, V)                                                                                                 \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS];                                                                                    \
    clear_tile(R, V, acc);                                                                                            \
    if (g->precision == MIXED) tile_product_pairs(R, V, pairs_for(depth), left_pairs, pair_row, (uint32_t *)panel, acc); \
    else if (packs && i == first)                                                                                    \
      tile_product_packing(R, depth, left, g->a.row, g->a.column, slice.at + from, slice.row, panel, acc);            \
    else tile_product(R, V, depth, left, g->a.row, g->a.column, panel, acc);                                          \
    finish_tile(R, V, acc, out, g->ldc, width, bias, accumulate);                                                     \
  }
      TILE_DISPATCH(PRODUCT, rows, vecs)
#undef PRODUCT
    }
    start += PANEL_DEPTH;
  } while (start < g->k);
}

// Returns how many of `count` pieces a thread takes in turn. Panels side by side share pages, and lines that were asked for.
static long panels_in_turn(long count) {
  const long run = count / (PIECES_PER_THREAD * omp_get_max_threads());
  return run < 1 ? 1 : min_of(run, MOST_IN_TURN);
}

int gemm(precision precision, long m, long n, long k, matrix a, matrix b, float *c, long ldc, const float *bias,
         int accumulate) {
#if AMX
  if (precision == MIXED && amx_usable()) return amx_gemm(m, n, k, a, b, c, ldc, bias, accumulate);
#endif
  if (suits_few_rows(precision, m, b)) {
    few_rows_product(m, n, k, a, b, c, ldc, bias, accumulate, PANEL_DEPTH);
    return 0;
  }
  product g = {precision, m, n, k, group_rows(m), a, b, NULL, c, ldc, bias, accumulate};
  const long panels = (n + TILE_COLUMNS - 1) / TILE_COLUMNS, groups = (m + g.rows - 1) / g.rows;
  const long blocks = row_blocks(panels, groups), run = panels_in_turn(panels * blocks);
  uint32_t *pairs = precision == MIXED ? (uint32_t *)scratch(m * pairs_for(k)) : NULL;
  if (precision == MIXED && !pairs) return 1;
  g.a_pairs = pairs;
  int failed = 0;
#pragma omp parallel reduction(| : failed)
  {
    float *panel = scratch(TILE_COLUMNS * min_of(PANEL_DEPTH, k));
    failed = panel == NULL;
    if (pairs) {
#pragma omp for schedule(static)
      for (long i = 0; i < m; i++) pack_row_pairs(pairs + i * pairs_for(k), a.at + i * a.row, a.column, k);
    }
    // Dynamic, since cores may differ in speed or be busy with something else.
#pragma omp for schedule(dynamic, run) collapse(2)
    for (long p = 0; p < panels; p++) {
      for (long block = 0; block < blocks; block++) {
        const long first = groups * block / blocks * g.rows, last = min_of(m, groups * (block + 1) / blocks * g.rows);
        if (panel) panel_product(&g, p, first, last, panel);
      }
    }
    free(panel);
  }
  free(pairs);
  return failed;
}

int zlm_product(int32_t mixed, int64_t m, int64_t n, int64_t k, const zlm_matrix *a, const zlm_matrix *b, float *c) {
  const matrix left = {a->at, a->row, a->column}, right = {b->at, b->row, b->column};
  return gemm(mixed ? MIXED : FLOAT32, m, n, k, left, right, c, n, NULL, 0);
}
