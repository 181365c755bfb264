#include "gemm.h"

#include "amx.h"
#include "parallel.h"
#include "tile.h"
#include "zlm.h"

// Depth of the blocks in which a transposed matrix is packed: the written lines stay in the level-1 cache.
#define PACK_BLOCK 64
// The part of one slice of a that meets panel after panel: at most so many floats (256 KiB), so that it stays in the level-2 cache.
#define BLOCK_FLOATS (64L << 10)
// Panels that a packed block meets: packing it takes as long as its product with less than one of them.
#define RUN_PANELS 16
// The most pieces that a thread takes in turn: panels side by side share pages, and lines that were asked for.
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

static void pack_columns(float *panel, matrix b, long depth, long width) {
  const long square_depth = b.row == 1 ? depth / 4 * 4 : 0, square_width = width / 4 * 4;
  for (long start = 0; start < depth; start += PACK_BLOCK) {
    const long end = min_of(depth, start + PACK_BLOCK), squares = end < square_depth ? end : square_depth;
    for (long j = 0; j < width; j++) {
      const float *from = b.at + j * b.column;
      const int in_squares = j < square_width;
      if (in_squares && j % 4 == 0) {
        for (long k = start; k < squares; k += 4) {
          transpose_square(panel + k * TILE_COLUMNS + j, TILE_COLUMNS, from + k, b.column);
        }
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
        transpose_square((float *)(rows + k * TILE_COLUMNS + j), TILE_COLUMNS, (const float *)(columns + k), HALF);
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

// One product, as every thread sees it. It is divided into pieces: a block of rows, as whole tiles, and a run of panels.
typedef struct {
  precision precision;
  long m, n, k, rows; // rows of a tile
  matrix a, b;
  const uint32_t *a_pairs; // a in bf16, row after row, when the precision is mixed
  float *c;
  long ldc;
  const float *bias;
  int accumulate;
  long panels, runs, groups, blocks; // the panels and their runs, the tiles from top to bottom and their blocks
} product;

// The elements of a in a block and a slice: row i of the tile that begins at row `first` of the block, column k of the slice, is
// at[first·tile + i·row + k·step].
typedef struct {
  const float *at;
  long tile, row, step;
} left_operand;

// Returns whether blocks of a are packed, as those of a transpose are. A tile would read a line of memory at each k for a few floats of it,
// and where the lines are a power of two apart, all would compete for the same few places of a cache.
static int packs_blocks(const product *g) { return g->precision == FLOAT32 && g->a.row == 1 && g->a.column != 1; }

// Packs `valid` ≤ `rows` rows of a transpose: for each k their elements side by side, `rows` apart.
INLINE void pack_tile(float *to, const float *from, long column, const long valid, const long rows, long depth) {
  for (long k = 0; k < depth; k++, to += rows, from += column) {
    for (long r = 0; r < valid; r++) to[r] = from[r];
  }
}

// Returns rows of a in one slice; `buffer` takes them where they are packed.
static left_operand left_of(const product *g, long first, long last, long start, long depth, float *buffer) {
  const matrix a = {g->a.at + first * g->a.row + start * g->a.column, g->a.row, g->a.column};
  if (!packs_blocks(g)) return (left_operand){a.at, a.row, a.row, a.column};
  for (long i = 0; i < last - first; i += g->rows) {
    const long valid = min_of(g->rows, last - first - i);
    if (valid == TILE_ROWS) pack_tile(buffer + i * depth, a.at + i, a.column, TILE_ROWS, TILE_ROWS, depth);
    else pack_tile(buffer + i * depth, a.at + i, a.column, valid, g->rows, depth);
  }
  return (left_operand){buffer, depth, 1, g->rows};
}

// Asks for the lines of a tile of the result to be brought into the cache while the tile is computed: the result is wider
// than a cache, and a core that writes to absent lines waits for each.
INLINE void prefetch_tile(const float *c, long ldc, long rows, long width) {
  enum { LINE = 64 / sizeof(float) };
  for (long r = 0; r < rows; r++) {
    for (long j = 0; j < width; j += LINE) __builtin_prefetch(c + r * ldc + j, 1);
  }
}

// Computes the rows [first, last) of panel p's columns in one slice of k; `panel` is scratch memory.
static void panel_product(const product *g, left_operand left, long first, long last, long p, long start,
                          float *panel) {
  const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, g->n - from), vecs = (width + VL - 1) / VL;
  const long depth = min_of(PANEL_DEPTH, g->k - start), pair_row = pairs_for(g->k);
  const matrix slice = {g->b.at + start * g->b.row, g->b.row, g->b.column};
  const float *bias = g->bias && start == 0 ? g->bias + from : NULL;
  const int accumulate = g->accumulate || start > 0;
  // The first tile packs the panel of a whole tile's columns, which are together in memory: one pass less over b.
  const int packs = g->precision == FLOAT32 && g->b.column == 1 && width == TILE_COLUMNS;
  if (g->precision == MIXED) pack_panel_pairs((uint32_t *)panel, slice, depth, from, width);
  else if (!packs) pack_panel(panel, slice, depth, from, width);
  for (long i = first; i < last; i += g->rows) {
    const long rows = min_of(g->rows, last - i);
    const float *a = left.at + (i - first) * left.tile;
    const uint32_t *a_pairs = g->a_pairs ? g->a_pairs + i * pair_row + start / 2 : NULL;
    float *out = g->c + i * g->ldc + from;
    prefetch_tile(out, g->ldc, rows, width);
#define PRODUCT(R, V)                                                                                                 \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS];                                                                                    \
    clear_tile(R, V, acc);                                                                                            \
    if (g->precision == MIXED) tile_product_pairs(R, V, pairs_for(depth), a_pairs, pair_row, (uint32_t *)panel, acc); \
    else if (packs && i == first)                                                                                    \
      tile_product_packing(R, depth, a, left.row, left.step, slice.at + from, slice.row, panel, acc);                 \
    else tile_product(R, V, depth, a, left.row, left.step, panel, acc);                                               \
    finish_tile(R, V, acc, out, g->ldc, width, bias, accumulate);                                                     \
  }
    TILE_DISPATCH(PRODUCT, rows, vecs)
#undef PRODUCT
  }
}

// Computes a piece; `buffer` and `panel` are scratch memory.
static void piece_product(const product *g, long block, long run, float *buffer, float *panel) {
  const long first = g->groups * block / g->blocks * g->rows;
  const long last = min_of(g->m, g->groups * (block + 1) / g->blocks * g->rows);
  long start = 0;
  do {
    const left_operand left = left_of(g, first, last, start, min_of(PANEL_DEPTH, g->k - start), buffer);
    for (long p = g->panels * run / g->runs; p < g->panels * (run + 1) / g->runs; p++) {
      panel_product(g, left, first, last, p, start, panel);
    }
    start += PANEL_DEPTH;
  } while (start < g->k);
}

// Divides a product into pieces: blocks for the cache, and then more of them until there is work for all threads.
static void divide(product *g, long deepest) {
  const long wanted = wanted_pieces();
  g->panels = parts_of(g->n, TILE_COLUMNS);
  g->groups = parts_of(g->m, g->rows);
  // Packing a panel of pairs takes too long to do it for each of several blocks.
  g->blocks = min_of(g->groups, g->precision == MIXED ? 1 : parts_of(g->m * deepest, BLOCK_FLOATS));
  g->runs = packs_blocks(g) ? parts_of(g->panels, RUN_PANELS) : g->panels;
  if (g->blocks * g->runs < wanted && g->blocks > 0) g->runs = min_of(g->panels, parts_of(wanted, g->blocks));
  if (g->blocks * g->runs < wanted && g->runs > 0) g->blocks = min_of(g->groups, parts_of(wanted, g->runs));
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
  const long deepest = k > 0 ? min_of(PANEL_DEPTH, k) : 1;
  product g = {precision, m, n, k, group_rows(m), a, b, NULL, c, ldc, bias, accumulate, 0, 0, 0, 0};
  divide(&g, deepest);
  const long pieces = g.blocks * g.runs, in_turn = pieces / wanted_pieces();
  const long turn = in_turn < 1 ? 1 : min_of(in_turn, MOST_IN_TURN);
  const long block_rows = pieces > 0 ? parts_of(g.groups, g.blocks) * g.rows : 0;
  uint32_t *pairs = precision == MIXED ? (uint32_t *)scratch(m * pairs_for(k)) : NULL;
  if (precision == MIXED && !pairs) return 1;
  g.a_pairs = pairs;
  int failed = 0;
#pragma omp parallel reduction(| : failed)
  {
    float *panel = scratch(TILE_COLUMNS * deepest), *buffer = packs_blocks(&g) ? scratch(block_rows * deepest) : panel;
    failed = !panel || !buffer;
    if (pairs) {
#pragma omp for schedule(static)
      for (long i = 0; i < m; i++) pack_row_pairs(pairs + i * pairs_for(k), a.at + i * a.row, a.column, k);
    }
    // Dynamic, since cores may differ in speed or be busy with something else.
#pragma omp for schedule(dynamic, turn)
    for (long piece = 0; piece < pieces; piece++) {
      if (!failed) piece_product(&g, piece / g.runs, piece % g.runs, buffer, panel);
    }
    if (buffer != panel) free(buffer);
    free(panel);
  }
  free(pairs);
  return failed;
}

int zlm_product(int32_t mixed, int64_t m, int64_t n, int64_t k, const zlm_matrix *a, const zlm_matrix *b, float *c) {
  const matrix left = {a->at, a->row, a->column}, right = {b->at, b->row, b->column};
  return gemm(mixed ? MIXED : FLOAT32, m, n, k, left, right, c, n, NULL, 0);
}
