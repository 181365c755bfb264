#include "recurrence.h"

#include "parallel.h"

// out [T,B,parts·width] = a window, masked if there are masks. Its first step [B,width] is at `first`, the others are from
// `rest` on.
static void masked_window(recurrence s, long width, const float *first, const float *rest, mask_series m, float *out) {
  const long step = s.batch * width;
#pragma omp parallel for schedule(static)
  for (long t = 0; t < s.steps; t++) {
    const float *from = t ? rest + (t - 1) * step : first, *mask = mask_of_step(m, t, m.parts * step);
    float *to = out + t * m.parts * step;
    if (mask) mask_rows(s.batch, m.parts, width, from, mask, to);
    else memcpy(to, from, (size_t)step * sizeof(float));
  }
}

// Returns the columns [part·width, …) of a.
static matrix part_of(matrix a, long part, long width) {
  return (matrix){a.at + part * width * a.column, a.row, a.column};
}

int input_product(recurrence s, mask_series dropped, const float *x, const float *w, const float *bias, float *out,
                  long ldc) {
  const long n = s.steps * s.batch, parts = dropped.parts, row = parts * s.inputs;
  const long wide = s.gates * s.units, width = wide / parts;
  float *masked = dropped.values ? scratch(n * row) : NULL;
  if (dropped.values && !masked) return 1;
  if (masked) masked_window(s, s.inputs, x, x + s.batch * s.inputs, dropped, masked);
  const matrix left = {masked ? masked : x, row, 1}, weight = {w, wide, 1};
  int failed = 0;
  for (long part = 0; part < parts; part++) {
    failed |= gemm(s.precision, n, width, s.inputs, part_of(left, part, s.inputs), part_of(weight, part, width),
                   out + part * width, ldc, bias + part * width, 0);
  }
  free(masked);
  return failed;
}

// out [width,G·H] = leftᵀ · d; left [T·B,parts·width], d [T·B,G·H].
static int weight_gradient(recurrence s, long parts, const float *left, long width, const float *d, float *out) {
  const long n = s.steps * s.batch, wide = s.gates * s.units, columns = wide / parts;
  int failed = 0;
  for (long part = 0; part < parts; part++) {
    const matrix a = part_of((matrix){left, parts * width, 1}, part, width);
    const matrix b = part_of((matrix){d, wide, 1}, part, columns);
    failed |= gemm(s.precision, width, columns, n, transposed(a), b, out + part * columns, wide, NULL, 0);
  }
  return failed;
}

// out [T·B,parts·I] = d · Wᵀ; d [T·B,G·H].
static int input_gradient(recurrence s, long parts, const float *d, const float *w, float *out) {
  const long n = s.steps * s.batch, wide = s.gates * s.units, width = wide / parts;
  int failed = 0;
  for (long part = 0; part < parts; part++) {
    const matrix a = part_of((matrix){d, wide, 1}, part, width), b = part_of((matrix){w, wide, 1}, part, width);
    failed |= gemm(s.precision, n, s.inputs, width, a, transposed(b), out + part * s.inputs, parts * s.inputs, NULL, 0);
  }
  return failed;
}

// dx [T,B,I] = Σ over parts of d [T,B,parts·I] ⊙ masks.
static void sum_of_masked(recurrence s, const float *d, mask_series m, float *dx) {
  const long rows = s.steps * s.batch, width = s.inputs;
#pragma omp parallel for schedule(static)
  for (long row = 0; row < rows; row++) {
    const long step = row / s.batch, in_step = row % s.batch * m.parts * width;
    const float *mask = mask_of_step(m, step, s.batch * m.parts * width) + in_step, *from = d + row * m.parts * width;
    float *to = dx + row * width;
    for (long i = 0; i < width; i++) to[i] = from[i] * mask[i];
    for (long part = 1; part < m.parts; part++) {
      for (long i = 0; i < width; i++) to[i] += from[part * width + i] * mask[part * width + i];
    }
  }
}

// Computes the gradients of x and W of a masked x.
static int masked_input_gradients(recurrence s, const zlm_layer *l, mask_series m, const float *d_input) {
  float *buffer = scratch(s.steps * s.batch * m.parts * s.inputs);
  if (!buffer) return 1;
  int failed = input_gradient(s, m.parts, d_input, l->w, buffer);
  sum_of_masked(s, buffer, m, l->dx);
  masked_window(s, s.inputs, l->x, l->x + s.batch * s.inputs, m, buffer);
  failed |= weight_gradient(s, m.parts, buffer, s.inputs, d_input, l->dw);
  free(buffer);
  return failed;
}

int recurrent_weight_gradient(recurrence s, const zlm_layer *l, mask_series dropped, const float *d_recurrent, float *out) {
  float *previous = scratch(s.steps * s.batch * dropped.parts * s.units);
  if (!previous) return 1;
  masked_window(s, s.units, l->h0, l->y, dropped, previous);
  const int failed = weight_gradient(s, dropped.parts, previous, s.units, d_recurrent, out);
  free(previous);
  return failed;
}

int layer_gradients(recurrence s, const zlm_layer *l, const layer_masks *masks, const float *d_input,
                    const float *d_recurrent) {
  const long n = s.steps * s.batch, wide = s.gates * s.units;
  column_sums(n, wide, d_input, wide, l->dbias, 0);
  if (l->d_gates) {
    few_rows_dots(n, s.inputs, wide, d_input, l->w, l->dx);
    return 0;
  }
  int failed = 0;
  if (masks->inputs.values) {
    failed |= masked_input_gradients(s, l, masks->inputs, d_input);
  } else {
    failed |= input_gradient(s, 1, d_input, l->w, l->dx);
    failed |= weight_gradient(s, 1, l->x, s.inputs, d_input, l->dw);
  }
  return failed | recurrent_weight_gradient(s, l, masks->recurrent, d_recurrent, l->du);
}
