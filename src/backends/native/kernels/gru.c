// One GRU layer over a whole window: r, z = σ of x·W + (m ⊙ h)·U + b; q = (m ⊙ h)·Uₙ + bias of the candidate;
// n = tanh(x·Wₙ + bₙ + r ⊙ q); h = (1 − z) ⊙ n + z ⊙ h, and with zoneout some units of h keep (a share of) their old value.
//
// As in lstm.c, a tile of the recurrent product holds the three gates of VL units, which are finished in
// registers.
#include "elementary.h"
#include "parallel.h"
#include "recurrence.h"

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *panels; // of U, or null
  const float *product; // h·U of the step with an unpacked U, or null
  const float *h0, *candidate_bias;
  float *y, *gates;
} gru_forward;

// The arrays of one step; zoneout is null for none.
typedef struct {
  const float *before, *zoneout, *candidate_bias;
  float *gates, *h;
} gru_step;

// Finishes R rows of VL units from the first row and unit on: acc holds the recurrent product, the first three of the
// four `gates` the input product. On return all four hold r, z, n, q.
INLINE void finish_units(const int rows, vec acc[GATE_ROWS][MOST_GATES], long units, long row, long unit, gru_step s) {
  const long valid = min_of(VL, units - unit);
  const vec bias = load_part(s.candidate_bias + unit, valid);
  for (int i = 0; i < rows; i++) {
    const long at = (row + i) * units + unit;
    float *gates = s.gates + (row + i) * 4 * units + unit;
    const vec r = vec_sigmoid(acc[i][0] + load_part(gates, valid));
    const vec z = vec_sigmoid(acc[i][1] + load_part(gates + units, valid));
    const vec q = acc[i][2] + bias;
    const vec n = vec_tanh(load_part(gates + 2 * units, valid) + r * q);
    const vec before = load_part(s.before + at, valid);
    vec hidden = (splat(1.0f) - z) * n + z * before;
    if (s.zoneout) hidden = zone_out(s.zoneout + at, valid, before, hidden);
    store_part(gates, r, valid);
    store_part(gates + units, z, valid);
    store_part(gates + 2 * units, n, valid);
    store_part(gates + 3 * units, q, valid);
    store_part(s.h + at, hidden, valid);
  }
}

// Runs one step for a thread's blocks of units and rows.
static void step_forward(const void *layer, long t, share blocks, share rows, operand left) {
  const gru_forward *l = layer;
  const recurrence s = l->shape;
  const long state = s.batch * s.units, group = equal_groups(rows.last - rows.first, GATE_ROWS);
  const gru_step step = {t ? l->y + (t - 1) * state : l->h0, mask_of_step(l->zoneout, t, state), l->candidate_bias,
                         l->gates + 4 * t * state, l->y + t * state};
  for (long block = blocks.first; block < blocks.last; block++) {
    const float *panel = l->product ? NULL : l->panels + block * s.units * 3 * VL;
    const long valid = min_of(VL, s.units - block * VL);
    for (long row = rows.first; row < rows.last; row += group) {
      const long count = min_of(group, rows.last - row);
      prefetch_gates(count, 4, step.gates + row * 4 * s.units + block * VL, 4 * s.units, s.units);
#define STEP(R)                                                                                                       \
  {                                                                                                                  \
    vec acc[GATE_ROWS][MOST_GATES];                                                                                   \
    clear_gates(R, 3, acc);                                                                                           \
    if (l->product) {                                                                                                \
      load_product(R, 3, l->product + row * 3 * s.units + block * VL, s.units, valid, acc);                           \
    } else {                                                                                                         \
      GATE_PRODUCT(R, 3, s.precision, left, row - rows.first, 0, s.units, panel, acc);                                \
    }                                                                                                                \
    finish_units(R, acc, s.units, row, block * VL, step);                                                            \
  }
      GATE_DISPATCH(STEP, count)
#undef STEP
    }
  }
}

int zlm_gru_forward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 3);
  layer_masks masks;
  int failed = draw_masks(l, s.gates, &masks);
  const int unpacked = leaves_unpacked(s, masks.recurrent);
  float *buffer = scratch(unpacked ? s.batch * 3 * s.units : gate_panels_size(s));
  failed |= !buffer;
  if (!failed) {
    failed |= input_product(s, masks.inputs, l->x, l->w, l->bias, l->gates, 4 * s.units);
    if (!unpacked) pack_gates(s, buffer, l->u);
    const gru_forward layer = {
        .shape = s,
        .zoneout = masks.hidden_zoneout,
        .panels = unpacked ? NULL : buffer,
        .product = unpacked ? buffer : NULL,
        .h0 = l->h0,
        .candidate_bias = l->candidate_bias,
        .y = l->y,
        .gates = l->gates,
    };
    const long blocks = blocks_for(s.units);
    if (unpacked) failed |= walk_forward_unpacked(s, blocks, l->u, buffer, l->h0, l->y, step_forward, &layer);
    else failed |= walk_forward(s, blocks, masks.recurrent, l->h0, l->y, step_forward, &layer);
  }
  free(buffer);
  free_masks(&masks);
  return failed;
}

// ---- Backward
//
// The gradients of x·W + b and of h·U differ only in the candidate, whose recurrent part passes the reset gate.

typedef struct {
  recurrence shape;
  mask_series zoneout;
  const float *h0, *y, *gates, *dy;
  float *dh, *d_input, *d_recurrent;
} gru_backward;

// Computes the gradients of the gates of one row and VL units from dh, the gradient of the new h. Returns the gradient that
// reaches the old h directly.
INLINE vec gate_gradients(long units, long valid, const float *gates, vec before, vec dh, float *d_input,
                          float *d_recurrent) {
  const vec one = splat(1.0f);
  const vec r = load_part(gates, valid), z = load_part(gates + units, valid);
  const vec n = load_part(gates + 2 * units, valid), q = load_part(gates + 3 * units, valid);
  const vec dn = dh * (one - z) * (one - n * n);
  const vec dr = dn * q * r * (one - r), dz = dh * (before - n) * z * (one - z);
  store_part(d_input, dr, valid);
  store_part(d_input + units, dz, valid);
  store_part(d_input + 2 * units, dn, valid);
  store_part(d_recurrent, dr, valid);
  store_part(d_recurrent + units, dz, valid);
  store_part(d_recurrent + 2 * units, dn * r, valid);
  return dh * z;
}

// Runs one step backward for a thread's rows and units. The gradient that reaches h(t−1) through the update gate and
// zoneout stays in dh.
static void step_backward(const void *layer, long t, share units, share rows) {
  const gru_backward *l = layer;
  const long width = l->shape.units, state = l->shape.batch * width;
  const float *before = t ? l->y + (t - 1) * state : l->h0, *zoneout = mask_of_step(l->zoneout, t, state);
  for (long row = rows.first; row < rows.last; row++) {
    for (long unit = units.first; unit < units.last; unit += VL) {
      const long valid = min_of(VL, units.last - unit), at = row * width + unit;
      const long gate = (t * l->shape.batch + row) * 3 * width + unit;
      const float *gates = l->gates + (t * l->shape.batch + row) * 4 * width + unit;
      vec dh = load_part(l->dh + at, valid) + load_part(l->dy + t * state + at, valid), retained = {0};
      if (zoneout) retained = take_retained(zoneout + at, valid, &dh);
      const vec direct = gate_gradients(width, valid, gates, load_part(before + at, valid), dh, l->d_input + gate,
                                        l->d_recurrent + gate);
      store_part(l->dh + at, retained + direct, valid);
    }
  }
}

int zlm_gru_backward(const zlm_layer *l) {
  const recurrence s = recurrence_of(l, 3);
  const long gate_gradients = s.steps * s.batch * 3 * s.units;
  layer_masks masks;
  float *d_input = scratch(gate_gradients), *d_recurrent = scratch(gate_gradients);
  int failed = draw_masks(l, s.gates, &masks) | !d_input | !d_recurrent;
  if (!failed) {
    const gru_backward layer = {
        .shape = s,
        .zoneout = masks.hidden_zoneout,
        .h0 = l->h0,
        .y = l->y,
        .gates = l->gates,
        .dy = l->dy,
        .dh = l->dh,
        .d_input = d_input,
        .d_recurrent = d_recurrent,
    };
    failed |= walk_backward(s, (backward_walk){l->u, d_recurrent, l->dh, 1}, masks.recurrent, step_backward, &layer);
    failed |= layer_gradients(s, l, &masks, d_input, d_recurrent);
    column_sums(s.steps * s.batch, s.units, d_recurrent + 2 * s.units, 3 * s.units, l->d_candidate_bias, 0);
  }
  free(d_input);
  free(d_recurrent);
  free_masks(&masks);
  return failed;
}
