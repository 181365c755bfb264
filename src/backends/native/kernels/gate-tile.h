// The inner kernel of a recurrent product whose tile holds all gates of VL units, for cells with other than TILE_VECS
// gates and for masks that differ from gate to gate.
#ifndef ZLM_GATE_TILE_H
#define ZLM_GATE_TILE_H

#include "tile.h"

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

// The same for bf16 pairs.
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
