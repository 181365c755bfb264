// One LSTM layer over a whole window: i, f, g, o = σ, σ, tanh, σ of x·W + (m ⊙ h)·U + b; c = f ⊙ c + i ⊙ g; h = o ⊙ tanh c.
//
// The input product is one large product. The recurrent one goes step by step inside one parallel region: columns of
// U are packed so that a tile holds the four gates of VL hidden units side by side, and gates, cell and hidden state
// are finished in registers right after the product.
#include "elementary.h"
#include "lstm.h"

// U [H,4H] → for each block of VL units a panel [H][4 gates][VL] (or pairs of rows, when mixed), zeros beyond the last
// unit.
static void pack_gates(precision p, float *panels, const float *u, long units) {
  const long blocks = (units + VL - 1) / VL;
  const long step = p == MIXED ? 2 : 1;
#pragma omp parallel for schedule(static)
  for (long block = 0; block < blocks; block++) {
    const long there = min_of(VL, units - block * VL);
    float *panel = panels + block * units * TILE_COLUMNS;
    for (long k = 0; k < units; k += step, panel += TILE_COLUMNS) {
      for (int gate = 0; gate < 4; gate++) {
        const float *from = u + (k * 4 + gate) * units + block * VL;
        const vec row = load_part(from, there);
        if (p == MIXED) {
          const vec next = k + 1 < units ? load_part(from + 4 * units, there) : splat(0);
          store_pairs((uint32_t *)panel + gate * VL, make_pairs(row, next));
        } else {
          store(panel + gate * VL, row);
        }
      }
    }
  }
}

// Finishes R rows of VL units: acc holds the recurrent product, `gates` the input's part and then the activations.
INLINE void finish_cells(const int rows, vec acc[TILE_ROWS][TILE_VECS], long units, long there, float *gates,
                         const float *c_before, float *c, float *h) {
  for (int r = 0; r < rows; r++) {
    float *z = gates + r * 4 * units;
    const vec i = vec_sigmoid(acc[r][0] + load_part(z, there));
    const vec f = vec_sigmoid(acc[r][1] + load_part(z + units, there));
    const vec g = vec_tanh(acc[r][2] + load_part(z + 2 * units, there));
    const vec o = vec_sigmoid(acc[r][3] + load_part(z + 3 * units, there));
    const vec cell = f * load_part(c_before + r * units, there) + i * g;
    store_part(z, i, there);
    store_part(z + units, f, there);
    store_part(z + 2 * units, g, there);
    store_part(z + 3 * units, o, there);
    store_part(c + r * units, cell, there);
    store_part(h + r * units, o * vec_tanh(cell), there);
  }
}

// One step of a thread's blocks of units and rows.
static void forward_step(lstm_shape s, share blocks, share rows, const float *panels, operand left,
                         const float *c_before, float *gates, float *c, float *h) {
  const long group = group_rows(rows.last - rows.first);
  for (long block = blocks.first; block < blocks.last; block++) {
    const float *panel = panels + block * s.units * TILE_COLUMNS;
    const long unit = block * VL, there = min_of(VL, s.units - unit);
    for (long row = rows.first; row < rows.last; row += group) {
      const long at = row * s.units;
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS] = {{{0}}};                                                                          \
    RECURRENT_PRODUCT(R, V, s, left, row - rows.first, s.units, panel, acc);                                          \
    finish_cells(R, acc, s.units, there, gates + 4 * at + unit, c_before + at + unit, c + at + unit, h + at + unit);  \
  }
      TILE_DISPATCH_ROWS(STEP, min_of(group, rows.last - row))
#undef STEP
    }
  }
}

// x [T,B,I], h0 and c0 [B,H], w [I,4H], u [H,4H], bias [4H]; masks null, or [mask_steps,B,H] with mask_steps T or 1.
// Out: y and cells [T,B,H], gates [T,B,4H] (activations i, f, g, o). Returns 0, or 1 when memory ran out.
int zlm_lstm_forward(int mixed, long steps, long batch, long inputs, long units, const float *x, const float *h0,
                     const float *c0, const float *w, const float *u, const float *bias, const float *masks,
                     long mask_steps, float *y, float *cells, float *gates) {
  const lstm_shape s = {mixed ? MIXED : FLOAT32, steps, batch, inputs, units};
  const recurrent_masks m = {masks, mask_steps};
  const long state = batch * units, blocks = (units + VL - 1) / VL;
  float *panels = scratch(blocks * units * TILE_COLUMNS);
  if (!panels) return 1;
  int failed = gemm(s.precision, steps * batch, 4 * units, inputs, (matrix){x, inputs, 1}, (matrix){w, 4 * units, 1},
                    gates, 4 * units, bias, 0);
  pack_gates(s.precision, panels, u, units);
#pragma omp parallel reduction(| : failed)
  {
    const int by_rows = deals_rows(s);
    const share rows = by_rows ? share_of(batch) : (share){0, batch};
    const share own = by_rows ? (share){0, blocks} : share_of(blocks);
    float *room = operand_room(rows, units);
    failed |= room == NULL;
    for (long t = 0; t < steps; t++) {
      if (!by_rows) {
#pragma omp barrier
      }
      if (!room) continue;
      const float *h = t ? y + (t - 1) * state : h0;
      const float *c = t ? cells + (t - 1) * state : c0;
      const operand left = prepare_operand(s.precision, rows, units, h, mask_of_step(m, t, state), room);
      forward_step(s, own, rows, panels, left, c, gates + 4 * t * state, cells + t * state, y + t * state);
    }
    free(room);
  }
  free(panels);
  return failed;
}
