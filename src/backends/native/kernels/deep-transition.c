// A layer whose step is a deep network (Pascanu et al. 2014) over a whole window: D tanh layers lead from h(t−1) to h(t), and a
// shortcut may lead from h(t−1) to the last of them. A step has D products, each of which reads what the one before it wrote: all
// of it. Threads that own columns meet at a barrier before each of them; those that own rows never do.
#include "elementary.h"
#include "parallel.h"
#include "recurrence.h"

// A layer, the same for both directions: its weights as panels, U and V_2 … V_D, and S behind them; transposed backward.
typedef struct {
  recurrence shape;
  long depth;
  const float *panels;
  int has_shortcut;
  float *y, *states; // y_D [T,B,H], and y_1 … y_{D−1}
} transition_layer;

// The rows and panels of a thread.
typedef struct {
  int by_rows;
  share rows, panels;
} own_part;

static long weights_of(const zlm_transitions *d) { return d->depth + (d->shortcut != NULL); }

static long packed_size(recurrence s) { return panels_size(s.units, s.units); }

// Packs all weights, transposed or not. `panels` has memory for them.
static void pack_weights(recurrence s, const zlm_layer *l, const zlm_transitions *d, int transpose, float *panels) {
  const long square = s.units * s.units;
  for (long k = 0; k < weights_of(d); k++) {
    const float *from = k == 0 ? l->u : k < d->depth ? d->weights + (k - 1) * square : d->shortcut;
    const matrix weight = transpose ? (matrix){from, 1, s.units} : (matrix){from, s.units, 1};
    pack_panels(s.precision, panels + k * packed_size(s), weight, s.units, s.units);
  }
}

// y_k of a step, k from 1.
static float *state_of(const transition_layer *l, long k, long t) {
  const long state = l->shape.batch * l->shape.units;
  return k == l->depth ? l->y + t * state : l->states + ((k - 1) * l->shape.steps + t) * state;
}

static int deals_rows(recurrence s, const zlm_transitions *d) {
  return fits_each_cache(s.precision, weights_of(d) * s.units * s.units);
}

static own_part part_of_thread(recurrence s, const zlm_transitions *d) {
  const int by_rows = deals_rows(s, d);
  const share all_rows = {0, s.batch}, all_panels = {0, panels_for(s.units)};
  return (own_part){by_rows, by_rows ? share_of(s.batch) : all_rows,
                    by_rows ? all_panels : share_of(panels_for(s.units))};
}

static int runs_alone(recurrence s, const zlm_transitions *d) { return s.batch == 1 && deals_rows(s, d); }

// acc = R rows, from row `at` of the thread's on, of left · panel number p of the weight of number k, plus also · S where there is
// `also`.
INLINE void layer_product(const int rows, const int vecs, const transition_layer *l, long k, long p, operand left,
                          const operand *also, long at, vec acc[TILE_ROWS][TILE_VECS]) {
  const recurrence s = l->shape;
  const float *panel = l->panels + k * packed_size(s) + p * s.units * TILE_COLUMNS;
  const float *shortcut = l->panels + l->depth * packed_size(s) + p * s.units * TILE_COLUMNS;
  clear_tile(rows, vecs, acc);
  RECURRENT_PRODUCT(rows, vecs, s.precision, left, at, 0, s.units, panel, acc);
  if (also) {
    RECURRENT_PRODUCT(rows, vecs, s.precision, *also, at, 0, s.units, shortcut, acc);
  }
}

// to = tanh(acc + base) for R rows of `width` units; the rows of `base` are `base_row` apart.
INLINE void finish_units(const int rows, const int vecs, vec acc[TILE_ROWS][TILE_VECS], long units, long width,
                         const float *base, long base_row, float *to) {
  for (int v = 0; v < vecs; v++) {
    const long valid = min_of(VL, width - v * VL);
    for (int r = 0; r < rows; r++) {
      const vec z = acc[r][v] + load_part(base + r * base_row + v * VL, valid);
      store_part(to + r * units + v * VL, vec_tanh(z), valid);
    }
  }
}

// Computes y_k of a step for a thread's part. y_1 finds x·W + b in its place.
static void layer_forward(const transition_layer *l, const float *biases, long k, long t, own_part part, operand left,
                          const operand *shortcut) {
  const long units = l->shape.units, first = part.rows.first, group = group_rows(part.rows.last - first);
  for (long p = part.panels.first; p < part.panels.last; p++) {
    const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, units - from);
    for (long row = first; row < part.rows.last; row += group) {
      float *to = state_of(l, k, t) + row * units + from;
      const float *base = k == 1 ? to : biases + (k - 2) * units + from;
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS];                                                                                    \
    layer_product(R, V, l, k - 1, p, left, shortcut, row - first, acc);                                               \
    finish_units(R, V, acc, units, width, base, k == 1 ? units : 0, to);                                              \
  }
      TILE_DISPATCH(STEP, min_of(group, part.rows.last - row), (width + VL - 1) / VL)
#undef STEP
    }
  }
}

static int run_forward(const transition_layer *l, const zlm_layer *layer, const zlm_transitions *d, mask_series dropped) {
  const recurrence s = l->shape;
  const long state = s.batch * s.units;
  int failed = 0;
#pragma omp parallel reduction(| : failed) if (!runs_alone(s, d))
  {
    const own_part part = part_of_thread(s, d);
    const long count = part.rows.last - part.rows.first;
    // The operand that reads h(t−1) lives until the last layer, beside that of the layer at work.
    float *read_buffer = operand_buffer(part.rows, 1, s.units), *buffer = operand_buffer(part.rows, 1, s.units);
    const int has_buffers = read_buffer && buffer;
    failed |= !has_buffers;
    for (long t = 0; t < s.steps; t++) {
      operand read = {0};
      for (long k = 1; k <= l->depth; k++) {
        if (!part.by_rows) {
#pragma omp barrier
        }
        if (!has_buffers) continue;
        operand left;
        if (k == 1) {
          const float *h = t ? l->y + (t - 1) * state : layer->h0;
          left = read = hidden_operand(s, part.rows, h, mask_of_step(dropped, t, state), 1, read_buffer);
        } else {
          const float *before = state_of(l, k - 1, t) + part.rows.first * s.units;
          left = as_operand(s.precision, count, 1, s.units, before, (uint32_t *)buffer);
        }
        layer_forward(l, d->biases, k, t, part, left, l->has_shortcut && k == l->depth ? &read : NULL);
      }
    }
    free(read_buffer);
    free(buffer);
  }
  return failed;
}

int zlm_deep_transition_forward(const zlm_layer *l, const zlm_transitions *d) {
  const recurrence s = recurrence_of(l, 1);
  layer_masks masks;
  int failed = draw_masks(l, s.gates, &masks);
  float *panels = scratch(weights_of(d) * packed_size(s));
  failed |= !panels;
  if (!failed) {
    failed |= input_product(s, NO_MASKS, l->x, l->w, l->bias, d->states, s.units);
    pack_weights(s, l, d, 0, panels);
    const transition_layer layer = {s, d->depth, panels, d->shortcut != NULL, l->y, d->states};
    failed |= run_forward(&layer, l, d, masks.recurrent);
  }
  free(panels);
  free_masks(&masks);
  return failed;
}

// ---- Backward

// d ⊙= 1 − y², the slope of tanh, for rows of `width` values, `row` apart. Not inlined in tiles of several sizes: a compiler may fuse
// the product and the sum in one and not in another, and the number of threads decides on them.
__attribute__((noinline)) static void through_tanh(long rows, long width, const float *y, float *d, long row) {
  for (long r = 0; r < rows; r++, y += row, d += row) {
    for (long j = 0; j < width; j++) d[j] *= 1 - y[j] * y[j];
  }
}

// dz_k [T,B,H] of all layers, one after the other, k from 1.
static float *gradient_of(const transition_layer *l, float *dz, long k, long t) {
  return dz + ((k - 1) * l->shape.steps + t) * l->shape.batch * l->shape.units;
}

// dz_D = (dh + dy) ⊙ (1 − y_D²) for a thread's part.
static void last_gradient(const transition_layer *l, const float *dh, const float *dy, float *dz, long t, own_part part) {
  const long units = l->shape.units, first = part.panels.first * TILE_COLUMNS;
  const long width = min_of(units, part.panels.last * TILE_COLUMNS) - first, at = part.rows.first * units + first;
  const float *from = dy + t * l->shape.batch * units;
  float *to = gradient_of(l, dz, l->depth, t);
  const long rows = part.rows.last - part.rows.first;
  if (width <= 0) return;
  for (long r = 0; r < rows; r++) {
    for (long j = 0; j < width; j++) to[at + r * units + j] = dh[at + r * units + j] + from[at + r * units + j];
  }
  through_tanh(rows, width, state_of(l, l->depth, t) + at, to + at, units);
}

// From dz_k to dz_{k−1}, or to dh where k is 1, for a thread's part.
static void layer_backward(const transition_layer *l, long k, long t, own_part part, operand left, const operand *shortcut,
                           const float *mask, float *dz, float *dh) {
  const long units = l->shape.units, first = part.rows.first, group = group_rows(part.rows.last - first);
  for (long p = part.panels.first; p < part.panels.last; p++) {
    const long from = p * TILE_COLUMNS, width = min_of(TILE_COLUMNS, units - from);
    for (long row = first; row < part.rows.last; row += group) {
      const long at = row * units + from, rows = min_of(group, part.rows.last - row);
      const float *factors = k == 1 && mask ? mask + at : NULL;
      float *to = k == 1 ? dh + at : gradient_of(l, dz, k - 1, t) + at;
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS];                                                                                    \
    layer_product(R, V, l, k - 1, p, left, shortcut, row - first, acc);                                               \
    store_tile(R, V, acc, width, factors, units, 0, to, units);                                                       \
  }
      TILE_DISPATCH(STEP, rows, (width + VL - 1) / VL)
#undef STEP
      if (k > 1) through_tanh(rows, width, state_of(l, k - 1, t) + at, to, units);
    }
  }
}

static int run_backward(const transition_layer *l, const zlm_layer *layer, const zlm_transitions *d, mask_series dropped,
                        float *dz) {
  const recurrence s = l->shape;
  int failed = 0;
#pragma omp parallel reduction(| : failed) if (!runs_alone(s, d))
  {
    const own_part part = part_of_thread(s, d);
    const long count = part.rows.last - part.rows.first, skipped = part.rows.first * s.units;
    uint32_t *buffer = (uint32_t *)scratch(count * pairs_for(s.units));
    uint32_t *last_buffer = (uint32_t *)scratch(count * pairs_for(s.units));
    const int has_buffers = buffer && last_buffer;
    failed |= !has_buffers;
    for (long t = s.steps - 1; t >= 0; t--) {
      operand last = {0};
      last_gradient(l, layer->dh, layer->dy, dz, t, part);
      for (long k = l->depth; k >= 1; k--) {
        if (!part.by_rows) {
#pragma omp barrier
        }
        if (!has_buffers) continue;
        const int is_last = k == l->depth;
        const float *floats = gradient_of(l, dz, k, t) + skipped;
        const operand left = as_operand(s.precision, count, 1, s.units, floats, is_last ? last_buffer : buffer);
        if (is_last) last = left;
        const float *mask = mask_of_step(dropped, t, s.batch * s.units);
        layer_backward(l, k, t, part, left, l->has_shortcut && k == 1 ? &last : NULL, mask, dz, layer->dh);
      }
    }
    free(buffer);
    free(last_buffer);
  }
  return failed;
}

// The gradients of V_k, b_k and S from those of the layers.
static int transition_gradients(const transition_layer *l, const zlm_layer *layer, const zlm_transitions *d, mask_series dropped,
                                float *dz) {
  const recurrence s = l->shape;
  const long n = s.steps * s.batch, units = s.units;
  int failed = 0;
  for (long k = 2; k <= l->depth; k++) {
    const float *of_layer = gradient_of(l, dz, k, 0);
    const matrix read = {state_of(l, k - 1, 0), units, 1}, right = {of_layer, units, 1};
    float *out = d->d_weights + (k - 2) * units * units;
    failed |= gemm(s.precision, units, units, n, transposed(read), right, out, units, NULL, 0);
    column_sums(n, units, of_layer, units, d->d_biases + (k - 2) * units, 0);
  }
  if (!l->has_shortcut) return failed;
  return failed | recurrent_weight_gradient(s, layer, dropped, gradient_of(l, dz, l->depth, 0), d->d_shortcut);
}

int zlm_deep_transition_backward(const zlm_layer *l, const zlm_transitions *d) {
  const recurrence s = recurrence_of(l, 1);
  layer_masks masks;
  int failed = draw_masks(l, s.gates, &masks);
  float *panels = scratch(weights_of(d) * packed_size(s)), *dz = scratch(d->depth * s.steps * s.batch * s.units);
  failed |= !panels | !dz;
  if (!failed) {
    pack_weights(s, l, d, 1, panels);
    const transition_layer layer = {s, d->depth, panels, d->shortcut != NULL, l->y, d->states};
    failed |= run_backward(&layer, l, d, masks.recurrent, dz);
    failed |= layer_gradients(s, l, &masks, dz, dz);
    failed |= transition_gradients(&layer, l, d, masks.recurrent, dz);
  }
  free(panels);
  free(dz);
  free_masks(&masks);
  return failed;
}
