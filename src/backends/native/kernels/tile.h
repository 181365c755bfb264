// The inner kernel of every product: a tile of up to TILE_ROWS rows and TILE_VECS vectors of the result, held in
// registers while k runs. Each element is summed over k in order, in one register, whatever the tile's shape: so the
// same bits come out however rows and columns are divided among threads.
#ifndef ZLM_TILE_H
#define ZLM_TILE_H

#include "bf16.h"
#include "vec.h"

// Both tiles fill the registers with sums: those, one row of b and a broadcast element of a take 29 of 32, or 15 of 16. Six
// rows read each vector of b once for six fused multiply-adds, and each element of a once for four or two.
#define TILE_ROWS 6
#if defined(__AVX512F__) || defined(__aarch64__)
#define TILE_VECS 4
#else
#define TILE_VECS 2
#endif
#define TILE_COLUMNS (TILE_VECS * VL)

// acc = 0, in registers: an initializer would write the whole array to memory, for a tile of any size.
INLINE void clear_tile(const int rows, const int vecs, vec acc[TILE_ROWS][TILE_VECS]) {
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vecs; v++) acc[r][v] = (vec){0};
  }
}

// acc[r][v] += Σ_k a[r·row + k·step] · b[k·TILE_COLUMNS + v·VL …]; b is a packed panel.
INLINE void tile_product(const int rows, const int vecs, long depth, const float *a, long row, long step,
                         const float *b, vec acc[TILE_ROWS][TILE_VECS]) {
  for (long k = 0; k < depth; k++, a += step, b += TILE_COLUMNS) {
    vec bv[TILE_VECS];
    for (int v = 0; v < vecs; v++) bv[v] = load(b + v * VL);
    for (int r = 0; r < rows; r++) {
      const vec s = splat(a[r * row]);
      for (int v = 0; v < vecs; v++) acc[r][v] += s * bv[v];
    }
  }
}

// tile_product that packs the panel as it goes: reads the rows of b from memory, `from_row` apart, and writes them to `panel`.
// Asks for the part of each row that the next panel needs: rows are so far apart that the processor does not foresee it.
INLINE void tile_product_packing(const int rows, long depth, const float *a, long row, long step, const float *from,
                                 long from_row, float *panel, vec acc[TILE_ROWS][TILE_VECS]) {
  for (long k = 0; k < depth; k++, a += step, from += from_row, panel += TILE_COLUMNS) {
    vec bv[TILE_VECS];
    for (int v = 0; v < TILE_VECS; v++) {
      bv[v] = load(from + v * VL);
      __builtin_prefetch(from + TILE_COLUMNS + v * VL);
      store(panel + v * VL, bv[v]);
    }
    for (int r = 0; r < rows; r++) {
      const vec s = splat(a[r * row]);
      for (int v = 0; v < TILE_VECS; v++) acc[r][v] += s * bv[v];
    }
  }
}

// tile_product for bf16 pairs: `pairs` of them along k, in a row after row and in a panel of pairs.
INLINE void tile_product_pairs(const int rows, const int vecs, long pairs, const uint32_t *a, long row,
                               const uint32_t *b, vec acc[TILE_ROWS][TILE_VECS]) {
  for (long k = 0; k < pairs; k++, a++, b += TILE_COLUMNS) {
    vecu bv[TILE_VECS];
    for (int v = 0; v < vecs; v++) bv[v] = load_pairs(b + v * VL);
    for (int r = 0; r < rows; r++) {
      const vecu s = (vecu){0} + a[r * row];
      for (int v = 0; v < vecs; v++) acc[r][v] = dot_pairs(acc[r][v], s, bv[v]);
    }
  }
}

// Calls MACRO(rows, vecs) with both as constants, so that the compiler keeps a whole tile in registers.
#if TILE_VECS == 4
#define TILE_CASE_VECS(MACRO, R, vecs)                                                                                \
  switch (vecs) {                                                                                                    \
  case 1: MACRO(R, 1); break;                                                                                        \
  case 2: MACRO(R, 2); break;                                                                                        \
  case 3: MACRO(R, 3); break;                                                                                        \
  default: MACRO(R, 4); break;                                                                                       \
  }
#else
#define TILE_CASE_VECS(MACRO, R, vecs)                                                                                \
  switch (vecs) {                                                                                                    \
  case 1: MACRO(R, 1); break;                                                                                        \
  default: MACRO(R, 2); break;                                                                                       \
  }
#endif
#define TILE_DISPATCH(MACRO, rows, vecs)                                                                              \
  switch (rows) {                                                                                                    \
  case 1: TILE_CASE_VECS(MACRO, 1, vecs) break;                                                                      \
  case 2: TILE_CASE_VECS(MACRO, 2, vecs) break;                                                                      \
  case 3: TILE_CASE_VECS(MACRO, 3, vecs) break;                                                                      \
  case 4: TILE_CASE_VECS(MACRO, 4, vecs) break;                                                                      \
  case 5: TILE_CASE_VECS(MACRO, 5, vecs) break;                                                                      \
  default: TILE_CASE_VECS(MACRO, 6, vecs) break;                                                                     \
  }

// Returns the rows of a group when m rows are cut into as few, and as equal, groups as tiles of at most `most` rows allow.
INLINE long equal_groups(long m, long most) {
  const long groups = (m + most - 1) / most;
  return groups == 0 ? 1 : (m + groups - 1) / groups;
}

INLINE long group_rows(long m) { return equal_groups(m, TILE_ROWS); }

// ---- Tiles of whole gates
// A recurrent product whose tile holds all gates of VL units side by side, so that gates, cell and hidden state are finished
// in registers right after the product.

#define MOST_GATES 4
#if TILE_VECS == 4
#define GATE_ROWS 6
#else
#define GATE_ROWS 3
#endif

INLINE void clear_gates(const int rows, const int gates, vec acc[GATE_ROWS][MOST_GATES]) {
  for (int r = 0; r < rows; r++) {
    for (int g = 0; g < gates; g++) acc[r][g] = (vec){0};
  }
}

// Asks for the lines of `rows` rows of gates, rows `row` apart and gates `part`, while a tile's product is computed: they are too far apart
// for the processor to foresee them, and in a long window they are in no cache.
INLINE void prefetch_gates(long rows, int gates, const float *at, long row, long part) {
  for (long r = 0; r < rows; r++) {
    for (int g = 0; g < gates; g++) __builtin_prefetch(at + r * row + g * part, 1);
  }
}

// acc[r][g] += Σ_k a[r·row + g·part + k] · b[(k·gates + g)·VL …]: each gate has a left operand of its own, or all have
// the same where part is 0; b is a panel of `pack_gates`.
INLINE void gate_product(const int rows, const int gates, long depth, const float *a, long row, const long part,
                         const float *b, vec acc[GATE_ROWS][MOST_GATES]) {
  for (long k = 0; k < depth; k++, a++, b += gates * VL) {
    vec bv[MOST_GATES];
    for (int g = 0; g < gates; g++) bv[g] = load(b + g * VL);
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < gates; g++) acc[r][g] += splat(a[r * row + g * part]) * bv[g];
    }
  }
}

// gate_product for bf16 pairs.
INLINE void gate_product_pairs(const int rows, const int gates, long pairs, const uint32_t *a, long row,
                               const long part, const uint32_t *b, vec acc[GATE_ROWS][MOST_GATES]) {
  for (long k = 0; k < pairs; k++, a++, b += gates * VL) {
    vecu bv[MOST_GATES];
    for (int g = 0; g < gates; g++) bv[g] = load_pairs(b + g * VL);
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < gates; g++) acc[r][g] = dot_pairs(acc[r][g], (vecu){0} + a[r * row + g * part], bv[g]);
    }
  }
}

// Calls MACRO(rows) with the rows of a tile of gates as a constant.
#if GATE_ROWS == 6
#define GATE_DISPATCH(MACRO, rows)                                                                                    \
  switch (rows) {                                                                                                    \
  case 1: MACRO(1); break;                                                                                           \
  case 2: MACRO(2); break;                                                                                           \
  case 3: MACRO(3); break;                                                                                           \
  case 4: MACRO(4); break;                                                                                           \
  case 5: MACRO(5); break;                                                                                           \
  default: MACRO(6); break;                                                                                          \
  }
#else
#define GATE_DISPATCH(MACRO, rows)                                                                                    \
  switch (rows) {                                                                                                    \
  case 1: MACRO(1); break;                                                                                           \
  case 2: MACRO(2); break;                                                                                           \
  default: MACRO(3); break;                                                                                          \
  }
#endif

// acc = R rows of an operand from row i on, `depth` columns, times a panel of `gates` gates.
#define GATE_PRODUCT(R, gates, precision, left, i, part, depth, panel, acc)                                            \
  if ((precision) == MIXED)                                                                                          \
    gate_product_pairs(R, gates, pairs_for(depth), (left).pairs + (i) * (left).row, (left).row, part,                 \
                       (const uint32_t *)(panel), acc);                                                               \
  else                                                                                                               \
    gate_product(R, gates, depth, (left).floats + (i) * (left).row, (left).row, part, panel, acc)

#endif
