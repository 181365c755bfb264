// The inner kernel of every product: a tile of up to TILE_ROWS rows and TILE_VECS vectors of the result, held in
// registers while k runs. Each element is summed over k in order, in one register, whatever the tile's shape: so the
// same bits come out however rows and columns are divided among threads.
#ifndef ZLM_TILE_H
#define ZLM_TILE_H

#include "bf16.h"
#include "vec.h"

#define TILE_VECS 4
#define TILE_COLUMNS (TILE_VECS * VL)
#if defined(__AVX512F__) || defined(__aarch64__)
#define TILE_ROWS 6 // 24 accumulators, 4 vectors of b and a broadcast in 32 registers
#else
#define TILE_ROWS 3 // 12 in 16
#endif

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
INLINE void tile_product_packing(const int rows, long depth, const float *a, long row, long step, const float *from,
                                 long from_row, float *panel, vec acc[TILE_ROWS][TILE_VECS]) {
  for (long k = 0; k < depth; k++, a += step, from += from_row, panel += TILE_COLUMNS) {
    vec bv[TILE_VECS];
    for (int v = 0; v < TILE_VECS; v++) {
      bv[v] = load(from + v * VL);
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
#define TILE_CASE_VECS(MACRO, R, vecs)                                                                                \
  switch (vecs) {                                                                                                    \
  case 1: MACRO(R, 1); break;                                                                                        \
  case 2: MACRO(R, 2); break;                                                                                        \
  case 3: MACRO(R, 3); break;                                                                                        \
  default: MACRO(R, 4); break;                                                                                       \
  }
#if TILE_ROWS == 6
#define TILE_DISPATCH(MACRO, rows, vecs)                                                                              \
  switch (rows) {                                                                                                    \
  case 1: TILE_CASE_VECS(MACRO, 1, vecs) break;                                                                      \
  case 2: TILE_CASE_VECS(MACRO, 2, vecs) break;                                                                      \
  case 3: TILE_CASE_VECS(MACRO, 3, vecs) break;                                                                      \
  case 4: TILE_CASE_VECS(MACRO, 4, vecs) break;                                                                      \
  case 5: TILE_CASE_VECS(MACRO, 5, vecs) break;                                                                      \
  default: TILE_CASE_VECS(MACRO, 6, vecs) break;                                                                     \
  }
#else
#define TILE_DISPATCH(MACRO, rows, vecs)                                                                              \
  switch (rows) {                                                                                                    \
  case 1: TILE_CASE_VECS(MACRO, 1, vecs) break;                                                                      \
  case 2: TILE_CASE_VECS(MACRO, 2, vecs) break;                                                                      \
  default: TILE_CASE_VECS(MACRO, 3, vecs) break;                                                                     \
  }
#endif

// TILE_DISPATCH with all TILE_VECS vectors.
#if TILE_ROWS == 6
#define TILE_DISPATCH_ROWS(MACRO, rows)                                                                               \
  switch (rows) {                                                                                                    \
  case 1: MACRO(1, 4); break;                                                                                        \
  case 2: MACRO(2, 4); break;                                                                                        \
  case 3: MACRO(3, 4); break;                                                                                        \
  case 4: MACRO(4, 4); break;                                                                                        \
  case 5: MACRO(5, 4); break;                                                                                        \
  default: MACRO(6, 4); break;                                                                                       \
  }
#else
#define TILE_DISPATCH_ROWS(MACRO, rows)                                                                               \
  switch (rows) {                                                                                                    \
  case 1: MACRO(1, 4); break;                                                                                        \
  case 2: MACRO(2, 4); break;                                                                                        \
  default: MACRO(3, 4); break;                                                                                       \
  }
#endif

// Returns the rows of a group when m rows are cut into as few, and as equal, groups as tiles allow.
INLINE long group_rows(long m) {
  const long groups = (m + TILE_ROWS - 1) / TILE_ROWS;
  return groups == 0 ? 1 : (m + groups - 1) / groups;
}

// ---- Tiles of whole gates
// A recurrent product whose tile holds all gates of VL units: for cells with other than TILE_VECS gates, and for masks
// that differ from gate to gate.

// acc[r][g] += Σ_k a[r·row + g·part + k] · b[(k·gates + g)·VL …]: each gate has a left operand of its own, or all have
// the same where part is 0; b is a panel of `pack_gates`.
INLINE void gate_product(const int rows, const int gates, long depth, const float *a, long row, const long part,
                         const float *b, vec acc[TILE_ROWS][TILE_VECS]) {
  for (long k = 0; k < depth; k++, a++, b += gates * VL) {
    vec bv[TILE_VECS];
    for (int g = 0; g < gates; g++) bv[g] = load(b + g * VL);
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < gates; g++) acc[r][g] += splat(a[r * row + g * part]) * bv[g];
    }
  }
}

// gate_product for bf16 pairs.
INLINE void gate_product_pairs(const int rows, const int gates, long pairs, const uint32_t *a, long row,
                               const long part, const uint32_t *b, vec acc[TILE_ROWS][TILE_VECS]) {
  for (long k = 0; k < pairs; k++, a++, b += gates * VL) {
    vecu bv[TILE_VECS];
    for (int g = 0; g < gates; g++) bv[g] = load_pairs(b + g * VL);
    for (int r = 0; r < rows; r++) {
      for (int g = 0; g < gates; g++) acc[r][g] = dot_pairs(acc[r][g], (vecu){0} + a[r * row + g * part], bv[g]);
    }
  }
}

// acc = R rows of an operand from row i on, `depth` columns, times a panel of `gates` gates.
#define GATE_PRODUCT(R, gates, precision, left, i, part, depth, panel, acc)                                            \
  if ((precision) == MIXED)                                                                                          \
    gate_product_pairs(R, gates, pairs_for(depth), (left).pairs + (i) * (left).row, (left).row, part,                 \
                       (const uint32_t *)(panel), acc);                                                               \
  else                                                                                                               \
    gate_product(R, gates, depth, (left).floats + (i) * (left).row, (left).row, part, panel, acc)

#endif
