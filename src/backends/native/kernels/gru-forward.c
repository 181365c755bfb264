// One GRU layer over a whole window: r, z = σ of x·W + (m ⊙ h)·U + b; q = (m ⊙ h)·Uₙ + bias of the candidate;
// n = tanh(x·Wₙ + bₙ + r ⊙ q); h = (1 − z) ⊙ n + z ⊙ h, and with zoneout units of h keep a share of their old value.
//
// As in lstm-forward.c, a tile of the recurrent product holds the three gates of VL units, which are finished in
// registers.
#include "elementary.h"
#include "gate-tile.h"
#include "layer-products.h"
#include "memory.h"

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *panels; // of U, or null
  const float *product; // h0·U, where that is all that is needed
  const float *h0, *candidate_bias;
  float *y, *gates;
} gru_layer;

// Where one step reads and writes; zoneout is null for none.
typedef struct {
  const float *before, *zoneout, *candidate_bias;
  float *gates, *h;
} gru_step;

// Finishes R rows of VL units from the first row and unit on: acc holds the recurrent product, the first three of the
// four `gates` the input's part, and then all four r, z, n, q.
INLINE void finish_units(const int rows, vec acc[TILE_ROWS][TILE_VECS], long units, long row, long unit, gru_step s) {
  const long there = min_of(VL, units - unit);
  const vec bias = load_part(s.candidate_bias + unit, there);
  for (int i = 0; i < rows; i++) {
    const long at = (row + i) * units + unit;
    float *gates = s.gates + (row + i) * 4 * units + unit;
    const vec r = vec_sigmoid(acc[i][0] + load_part(gates, there));
    const vec z = vec_sigmoid(acc[i][1] + load_part(gates + units, there));
    const vec q = acc[i][2] + bias;
    const vec n = vec_tanh(load_part(gates + 2 * units, there) + r * q);
    const vec before = load_part(s.before + at, there);
    vec hidden = (splat(1.0f) - z) * n + z * before;
    if (s.zoneout) hidden = zone_out(s.zoneout + at, there, before, hidden);
    store_part(gates, r, there);
    store_part(gates + units, z, there);
    store_part(gates + 2 * units, n, there);
    store_part(gates + 3 * units, q, there);
    store_part(s.h + at, hidden, there);
  }
}

// One step of a thread's blocks of units and rows.
static void step_forward(const void *layer, long t, share blocks, share rows, operand left) {
  const gru_layer *l = layer;
  const recurrence s = l->shape;
  const long state = s.batch * s.units, group = group_rows(rows.last - rows.first);
  const gru_step step = {t ? l->y + (t - 1) * state : l->h0, mask_of_step(l->zoneout, t, state), l->candidate_bias,
                         l->gates + 4 * t * state, l->y + t * state};
  for (long block = blocks.first; block < blocks.last; block++) {
    const float *panel = l->product ? NULL : l->panels + block * s.units * 3 * VL;
    const long there = min_of(VL, s.units - block * VL);
    for (long row = rows.first; row < rows.last; row += group) {
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS] = {{{0}}};                                                                          \
    if (l->product) {                                                                                                \
      load_product(R, 3, l->product + row * 3 * s.units + block * VL, s.units, there, acc);                           \
    } else {                                                                                                         \
      GATE_PRODUCT(R, 3, s.precision, left, row - rows.first, 0, s.units, panel, acc);                                \
    }                                                                                                                \
    finish_units(R, acc, s.units, row, block * VL, step);                                                            \
  }
      TILE_DISPATCH_ROWS(STEP, min_of(group, rows.last - row))
#undef STEP
    }
  }
}

int zlm_gru_forward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 3);
  layer_masks masks;
  int failed = draw_masks(l, s.gates, &masks);
  const int single = is_single_product(s, masks.recurrent);
  float *room = scratch(single ? s.batch * 3 * s.units : gate_panels_size(s));
  failed |= !room;
  if (!failed) {
    failed |= input_product(s, masks.inputs, l->x, l->w, l->bias, l->gates, 4 * s.units);
    if (single) single_product(s, l->h0, l->u, room);
    else pack_gates(s, room, l->u);
    const gru_layer layer = {
        .shape = s,
        .zoneout = masks.hidden_zoneout,
        .panels = single ? NULL : room,
        .product = single ? room : NULL,
        .h0 = l->h0,
        .candidate_bias = l->candidate_bias,
        .y = l->y,
        .gates = l->gates,
    };
    failed |= walk_forward(s, blocks_for(s.units), masks.recurrent, l->h0, l->y, step_forward, &layer);
  }
  free(room);
  free_masks(&masks);
  return failed;
}
