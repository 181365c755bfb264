// The gradients of one LSTM layer over a whole window. Back in time, dz of a step comes from dh and dc, and dh of the
// step before is dz · Uᵀ; the gradients of the weights are one product each at the end.
#include "column-sums.h"
#include "elementary.h"
#include "lstm.h"

// Panels of Uᵀ [4H,H].
static void pack_transposed(precision p, float *panels, const float *u, long units) {
  const long count = (units + TILE_COLUMNS - 1) / TILE_COLUMNS;
  const matrix transpose = {u, 1, 4 * units};
#pragma omp parallel for schedule(static)
  for (long panel = 0; panel < count; panel++) {
    float *to = panels + panel * 4 * units * TILE_COLUMNS;
    const long from = panel * TILE_COLUMNS, width = min_of(TILE_COLUMNS, units - from);
    if (p == MIXED) pack_panel_pairs((uint32_t *)to, transpose, 4 * units, from, width);
    else pack_panel(to, transpose, 4 * units, from, width);
  }
}

// dz of one row and VL units from dh and dc; dc becomes the gradient of the cell state one step earlier.
INLINE void gate_gradients(long units, long there, const float *gates, const float *cell, const float *cell_before,
                           vec dh, float *dc, float *dz) {
  const vec one = splat(1.0f);
  const vec i = load_part(gates, there), f = load_part(gates + units, there);
  const vec g = load_part(gates + 2 * units, there), o = load_part(gates + 3 * units, there);
  const vec tanh_cell = vec_tanh(load_part(cell, there));
  const vec d = load_part(dc, there) + dh * o * (one - tanh_cell * tanh_cell);
  store_part(dz, d * g * i * (one - i), there);
  store_part(dz + units, d * load_part(cell_before, there) * f * (one - f), there);
  store_part(dz + 2 * units, d * i * (one - g * g), there);
  store_part(dz + 3 * units, dh * tanh_cell * o * (one - o), there);
  store_part(dc, d * f, there);
}

// dz of one step for a thread's rows and units; dh comes from the step after, dy from the output.
static void gates_step(lstm_shape s, share units, share rows, const float *gates, const float *cells,
                       const float *cells_before, const float *dy, const float *dh, float *dc, float *dz) {
  for (long row = rows.first; row < rows.last; row++) {
    for (long unit = units.first; unit < units.last; unit += VL) {
      const long there = min_of(VL, units.last - unit), at = row * s.units + unit, gate = row * 4 * s.units + unit;
      const vec upstream = load_part(dh + at, there) + load_part(dy + at, there);
      gate_gradients(s.units, there, gates + gate, cells + at, cells_before + at, upstream, dc + at, dz + gate);
    }
  }
}

// dh = dz · Uᵀ for a thread's rows and panels, masked where there is a mask.
static void hidden_step(lstm_shape s, share own, share rows, const float *panels, operand left, const float *mask,
                        float *dh) {
  const long group = group_rows(rows.last - rows.first);
  for (long p = own.first; p < own.last; p++) {
    const float *panel = panels + p * 4 * s.units * TILE_COLUMNS;
    const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, s.units - from);
    for (long row = rows.first; row < rows.last; row += group) {
      const long at = row * s.units + from;
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS] = {{{0}}};                                                                          \
    RECURRENT_PRODUCT(R, V, s, left, row - rows.first, 4 * s.units, panel, acc);                                      \
    for (int v = 0; v < V; v++) {                                                                                    \
      const long there = min_of(VL, width - v * VL);                                                                  \
      for (int r = 0; r < R; r++) {                                                                                  \
        const long out = at + r * s.units + v * VL;                                                                   \
        store_part(dh + out, mask ? acc[r][v] * load_part(mask + out, there) : acc[r][v], there);                     \
      }                                                                                                              \
    }                                                                                                                \
  }
      TILE_DISPATCH(STEP, min_of(group, rows.last - row), (width + VL - 1) / VL)
#undef STEP
    }
  }
}

// previous [T,B,H] = what each step's recurrent product read: h0 and y but the last, masked where there are masks.
static void previous_hidden(lstm_shape s, const float *h0, const float *y, recurrent_masks m, float *previous) {
  const long state = s.batch * s.units;
#pragma omp parallel for schedule(static)
  for (long t = 0; t < s.steps; t++) {
    const float *h = t ? y + (t - 1) * state : h0, *mask = mask_of_step(m, t, state);
    for (long i = 0; i < state; i++) previous[t * state + i] = mask ? h[i] * mask[i] : h[i];
  }
}

// Back through all steps: fills dz [T,B,4H]; dh and dc [B,H] go from the last state's gradients to the first one's.
static int backward_steps(lstm_shape s, const float *panels, recurrent_masks m, const float *c0, const float *cells,
                          const float *gates, const float *dy, float *dh, float *dc, float *dz) {
  const long state = s.batch * s.units, count = (s.units + TILE_COLUMNS - 1) / TILE_COLUMNS;
  int failed = 0;
#pragma omp parallel reduction(| : failed)
  {
    const int by_rows = deals_rows(s);
    const share rows = by_rows ? share_of(s.batch) : (share){0, s.batch};
    const share own = by_rows ? (share){0, count} : share_of(count);
    const share units = {own.first * TILE_COLUMNS, min_of(s.units, own.last * TILE_COLUMNS)};
    float *room = operand_room(rows, 4 * s.units);
    failed |= room == NULL;
    for (long t = s.steps - 1; t >= 0; t--) {
      const float *before = t ? cells + (t - 1) * state : c0;
      float *dz_step = dz + 4 * t * state;
      gates_step(s, units, rows, gates + 4 * t * state, cells + t * state, before, dy + t * state, dh, dc, dz_step);
      if (!by_rows) {
#pragma omp barrier
      }
      if (!room) continue;
      const operand left = prepare_operand(s.precision, rows, 4 * s.units, dz_step, NULL, room);
      hidden_step(s, own, rows, panels, left, mask_of_step(m, t, state), dh);
    }
    free(room);
  }
  return failed;
}

// The gradients of everything that went into zlm_lstm_forward. dy [T,B,H]; dh and dc [B,H] hold the gradients of the
// last state on entry and of the first one on return. Returns 0, or 1 when memory ran out.
int zlm_lstm_backward(int mixed, long steps, long batch, long inputs, long units, const float *x, const float *h0,
                      const float *c0, const float *w, const float *u, const float *masks, long mask_steps,
                      const float *y, const float *cells, const float *gates, const float *dy, float *dh, float *dc,
                      float *dx, float *dw, float *du, float *dbias) {
  const lstm_shape s = {mixed ? MIXED : FLOAT32, steps, batch, inputs, units};
  const recurrent_masks m = {masks, mask_steps};
  const long n = steps * batch, wide = 4 * units, count = (units + TILE_COLUMNS - 1) / TILE_COLUMNS;
  float *panels = scratch(count * wide * TILE_COLUMNS), *dz = scratch(n * wide), *previous = scratch(n * units);
  int failed = !panels || !dz || !previous;
  if (!failed) {
    pack_transposed(s.precision, panels, u, units);
    failed = backward_steps(s, panels, m, c0, cells, gates, dy, dh, dc, dz);
    previous_hidden(s, h0, y, m, previous);
    const matrix d = {dz, wide, 1}, weight = {w, wide, 1};
    failed |= gemm(s.precision, n, inputs, wide, d, transposed(weight), dx, inputs, NULL, 0);
    failed |= gemm(s.precision, inputs, wide, n, transposed((matrix){x, inputs, 1}), d, dw, wide, NULL, 0);
    failed |= gemm(s.precision, units, wide, n, transposed((matrix){previous, units, 1}), d, du, wide, NULL, 0);
    column_sums(n, wide, dz, dbias, 0);
  }
  free(panels);
  free(dz);
  free(previous);
  return failed;
}
