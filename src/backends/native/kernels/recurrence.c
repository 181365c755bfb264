#include "recurrence.h"

#include "gemm.h"
#include "parallel.h"

// Up to this many bytes of recurrent weight each thread may stream all of it each step.
#define CACHED_WEIGHT_BYTES (1L << 20)
// With more rows in all steps, packing U takes no longer than it saves.
#define UNPACKED_ROWS 16

void pack_panels(precision p, float *panels, matrix b, long depth, long columns) {
#pragma omp parallel for schedule(static)
  for (long panel = 0; panel < panels_for(columns); panel++) {
    float *to = panels + panel * depth * TILE_COLUMNS;
    const long from = panel * TILE_COLUMNS, width = min_of(TILE_COLUMNS, columns - from);
    if (p == MIXED) pack_panel_pairs((uint32_t *)to, b, depth, from, width);
    else pack_panel(to, b, depth, from, width);
  }
}

// Packs the panel of `valid` units from `u` on. Inlined with constants, so that the loads of all gates overlap.
INLINE void pack_block(const precision p, const int gates, float *panel, const float *u, long units, long valid) {
  const long row = gates * units, step = p == MIXED ? 2 : 1;
  for (long k = 0; k < units; k += step, u += step * row, panel += gates * VL) {
    for (int gate = 0; gate < gates; gate++) {
      const float *from = u + gate * units;
      const vec first = load_part(from, valid);
      if (p == MIXED) {
        const vec second = k + 1 < units ? load_part(from + row, valid) : splat(0);
        store_pairs((uint32_t *)panel + gate * VL, make_pairs(first, second));
      } else {
        store(panel + gate * VL, first);
      }
    }
  }
}

void pack_gates(recurrence s, float *panels, const float *u) {
#pragma omp parallel for schedule(static)
  for (long block = 0; block < blocks_for(s.units); block++) {
    const long unit = block * VL, valid = min_of(VL, s.units - unit);
    float *panel = panels + block * s.units * s.gates * VL;
    if (s.gates == 4 && s.precision == MIXED) pack_block(MIXED, 4, panel, u + unit, s.units, valid);
    else if (s.gates == 4) pack_block(FLOAT32, 4, panel, u + unit, s.units, valid);
    else if (s.precision == MIXED) pack_block(MIXED, 3, panel, u + unit, s.units, valid);
    else pack_block(FLOAT32, 3, panel, u + unit, s.units, valid);
  }
}

// Packs Uᵀ into panels: those of [G·H,H] or, for each of several parts, those of its rows.
static void pack_transposed(recurrence s, long parts, float *panels, const float *u) {
  const long row = s.gates * s.units, depth = row / parts;
  for (long part = 0; part < parts; part++) {
    const matrix transpose = {u + part * depth, 1, row};
    pack_panels(s.precision, panels + part * panels_size(depth, s.units), transpose, depth, s.units);
  }
}

int leaves_unpacked(recurrence s, mask_series dropped) {
  if (s.precision != FLOAT32 || dropped.values) return 0;
  if (s.batch <= FEW_ROWS) return s.steps * s.batch <= UNPACKED_ROWS;
  // A product of more rows cuts longer sums into slices, which would give other bits.
  return s.steps == 1 && s.units <= PANEL_DEPTH;
}

// out [B,G·H] = h·U. Returns 0, or 1 when memory ran out.
static int unpacked_product(recurrence s, const float *h, const float *u, float *out) {
  const long wide = s.gates * s.units;
  const matrix left = {h, s.units, 1}, right = {u, wide, 1};
  if (s.batch > FEW_ROWS) return gemm(FLOAT32, s.batch, wide, s.units, left, right, out, wide, NULL, 0);
  few_rows_product(s.batch, wide, s.units, left, right, out, wide, NULL, 0, s.units > 0 ? s.units : 1);
  return 0;
}

int fits_each_cache(precision p, long elements) { return elements * (p == MIXED ? 2 : 4) <= CACHED_WEIGHT_BYTES; }

static int deals_rows(recurrence s) { return fits_each_cache(s.precision, s.gates * s.units * s.units); }

// Returns whether one thread walks alone, without waking the others.
static int walks_alone(recurrence s) { return s.batch == 1 && deals_rows(s); }

operand as_operand(precision p, long rows, long parts, long width, const float *floats, uint32_t *buffer) {
  if (p == FLOAT32) return (operand){floats, NULL, parts * width, width};
  const long pairs = pairs_for(width);
  for (long i = 0; i < rows * parts; i++) pack_row_pairs(buffer + i * pairs, floats + i * width, 1, width);
  return (operand){NULL, buffer, parts * pairs, pairs};
}

float *operand_buffer(share rows, long parts, long width) {
  return scratch((rows.last - rows.first) * parts * (width + pairs_for(width)));
}

operand hidden_operand(recurrence s, share rows, const float *h, const float *mask, long parts, float *buffer) {
  const long count = rows.last - rows.first;
  const float *floats = h + rows.first * s.units;
  if (mask) {
    mask_rows(count, parts, s.units, floats, mask + rows.first * parts * s.units, buffer);
    floats = buffer;
  }
  return as_operand(s.precision, count, parts, s.units, floats, (uint32_t *)(buffer + count * parts * s.units));
}

int walk_forward(recurrence s, long blocks, mask_series dropped, const float *h0, const float *y, forward_step step,
                 const void *layer) {
  const long state = s.batch * s.units, parts = dropped.parts;
  int failed = 0;
#pragma omp parallel reduction(| : failed) if (!walks_alone(s))
  {
    const int by_rows = deals_rows(s);
    const share rows = by_rows ? share_of(s.batch) : (share){0, s.batch};
    const share own = by_rows ? (share){0, blocks} : share_of(blocks);
    float *buffer = operand_buffer(rows, parts, s.units);
    failed |= buffer == NULL;
    for (long t = 0; t < s.steps; t++) {
      if (!by_rows) {
#pragma omp barrier
      }
      if (!buffer) continue;
      const float *h = t ? y + (t - 1) * state : h0, *mask = mask_of_step(dropped, t, parts * state);
      step(layer, t, own, rows, hidden_operand(s, rows, h, mask, parts, buffer));
    }
    free(buffer);
  }
  return failed;
}

int walk_forward_unpacked(recurrence s, long blocks, const float *u, float *product, const float *h0, const float *y,
                          forward_step step, const void *layer) {
  int failed = 0;
  for (long t = 0; t < s.steps; t++) {
    failed |= unpacked_product(s, t ? y + (t - 1) * s.batch * s.units : h0, u, product);
#pragma omp parallel if (!walks_alone(s))
    step(layer, t, share_of(blocks), (share){0, s.batch}, (operand){0});
  }
  return failed;
}

__attribute__((noinline)) void add_masked(long rows, long width, const float *product, const float *mask, long mask_row,
                                          float *to, long to_row) {
  for (long r = 0; r < rows; r++, product += TILE_COLUMNS, mask += mask_row, to += to_row) {
    for (long j = 0; j < width; j++) to[j] += product[j] * mask[j];
  }
}

// dh = dz · Uᵀ for a thread's rows and panels: part by part, each masked if there are masks, added to the old dh where the
// walk says so.
static void hidden_step(recurrence s, backward_walk walk, share own, share rows, operand left, const float *mask,
                        long parts, const float *panels) {
  const long group = group_rows(rows.last - rows.first), depth = s.gates * s.units / parts, mask_row = parts * s.units;
  for (long panel = own.first; panel < own.last; panel++) {
    const long from = panel * TILE_COLUMNS, width = min_of(TILE_COLUMNS, s.units - from);
    for (long part = 0; part < parts; part++) {
      const float *right = panels + part * panels_size(depth, s.units) + panel * depth * TILE_COLUMNS;
      const int added = walk.added || part > 0;
      for (long row = rows.first; row < rows.last; row += group) {
        float *to = walk.dh + row * s.units + from;
        const float *factors = mask ? mask + row * mask_row + part * s.units + from : NULL;
#define STEP(R, V)                                                                                                    \
  {                                                                                                                  \
    vec acc[TILE_ROWS][TILE_VECS];                                                                                    \
    clear_tile(R, V, acc);                                                                                            \
    RECURRENT_PRODUCT(R, V, s.precision, left, row - rows.first, part, depth, right, acc);                            \
    store_tile(R, V, acc, width, factors, mask_row, added, to, s.units);                                              \
  }
        TILE_DISPATCH(STEP, min_of(group, rows.last - row), (width + VL - 1) / VL)
#undef STEP
      }
    }
  }
}

// Runs the steps backward with few rows and an unpacked U, whose rows are the columns of Uᵀ.
static int walk_backward_unpacked(recurrence s, backward_walk walk, backward_step step, const void *layer) {
  const long state = s.batch * s.units, wide = s.gates * s.units;
  float *product = scratch(state);
  if (!product) return 1;
  for (long t = s.steps - 1; t >= 0; t--) {
#pragma omp parallel if (!walks_alone(s))
    {
      const share own = share_of(blocks_for(s.units));
      step(layer, t, (share){own.first * VL, min_of(s.units, own.last * VL)}, (share){0, s.batch});
    }
    few_rows_dots(s.batch, s.units, wide, walk.d_recurrent + t * s.gates * state, walk.u, product);
    for (long i = 0; i < state; i++) walk.dh[i] = walk.added ? walk.dh[i] + product[i] : product[i];
  }
  free(product);
  return 0;
}

static int walk_backward_packed(recurrence s, backward_walk walk, mask_series dropped, backward_step step,
                                const void *layer) {
  const long state = s.batch * s.units, wide = s.gates * s.units, parts = dropped.parts, panels = panels_for(s.units);
  float *packed = scratch(panels_size(wide, s.units));
  if (!packed) return 1;
  pack_transposed(s, parts, packed, walk.u);
  int failed = 0;
#pragma omp parallel reduction(| : failed) if (!walks_alone(s))
  {
    const int by_rows = deals_rows(s);
    const share rows = by_rows ? share_of(s.batch) : (share){0, s.batch};
    const share own = by_rows ? (share){0, panels} : share_of(panels);
    const share units = {own.first * TILE_COLUMNS, min_of(s.units, own.last * TILE_COLUMNS)};
    const long count = rows.last - rows.first;
    uint32_t *buffer = (uint32_t *)scratch(count * parts * pairs_for(wide / parts));
    failed |= buffer == NULL;
    for (long t = s.steps - 1; t >= 0; t--) {
      step(layer, t, units, rows);
      if (!by_rows) {
#pragma omp barrier
      }
      if (!buffer) continue;
      const float *dz = walk.d_recurrent + t * s.gates * state + rows.first * wide;
      const operand left = as_operand(s.precision, count, parts, wide / parts, dz, buffer);
      hidden_step(s, walk, own, rows, left, mask_of_step(dropped, t, parts * state), parts, packed);
    }
    free(buffer);
  }
  free(packed);
  return failed;
}

int walk_backward(recurrence s, backward_walk walk, mask_series dropped, backward_step step, const void *layer) {
  if (s.batch <= FEW_ROWS && leaves_unpacked(s, dropped)) return walk_backward_unpacked(s, walk, step, layer);
  return walk_backward_packed(s, walk, dropped, step, layer);
}
