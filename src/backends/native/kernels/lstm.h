// What the two passes of the LSTM kernel share: shapes, how work is dealt out, and the left operand of the recurrent
// product.
//
// Threads own either columns (units, with a barrier a step, since the next step needs the whole hidden state) or rows of
// the batch (no barrier at all: columns of the batch never meet), the latter when the recurrent weight is small
// enough for every core's cache.
#ifndef ZLM_LSTM_H
#define ZLM_LSTM_H

#include "gemm.h"
#include "memory.h"
#include "threads.h"
#include "tile.h"

// Up to this many bytes of recurrent weight each thread may stream all of it each step.
#define CACHED_WEIGHT_BYTES (1L << 20)

typedef struct {
  precision precision;
  long steps, batch, inputs, units;
} lstm_shape;

// Masks on h(t−1) → h(t): values null for none, else [steps,B,H] with one step that serves all or one for each.
typedef struct {
  const float *values;
  long steps;
} recurrent_masks;

static inline const float *mask_of_step(recurrent_masks m, long t, long state) {
  return m.values ? m.values + (m.steps == 1 ? 0 : t * state) : NULL;
}

static inline int deals_rows(lstm_shape s) {
  const long bytes = 4 * s.units * s.units * (s.precision == MIXED ? 2 : 4);
  return s.batch >= omp_get_num_threads() && bytes <= CACHED_WEIGHT_BYTES;
}

// Rows of the left operand as a thread's product reads them: `floats` or, when mixed, `pairs`; row 0 is the thread's first.
typedef struct {
  const float *floats;
  const uint32_t *pairs;
} operand;

// A thread's copy of its rows of `from` [rows × width], masked where there is a mask and in bf16 when mixed; the rows
// themselves where neither is. `room` holds rows·width floats and as many pairs behind them.
static inline operand prepare_operand(precision p, share rows, long width, const float *from, const float *mask,
                                      float *room) {
  const long count = rows.last - rows.first;
  const float *floats = from + rows.first * width;
  uint32_t *pairs = (uint32_t *)(room + count * width);
  if (mask) {
    const float *scale = mask + rows.first * width;
    for (long i = 0; i < count * width; i++) room[i] = floats[i] * scale[i];
    floats = room;
  }
  if (p == MIXED) {
    for (long r = 0; r < count; r++) pack_row_pairs(pairs + r * pairs_for(width), floats + r * width, 1, width);
  }
  return (operand){floats, pairs};
}

static inline float *operand_room(share rows, long width) {
  return scratch((rows.last - rows.first) * (width + pairs_for(width)));
}

// acc = rows [row, row + R) of an operand of `depth` columns, times a panel of V vectors.
#define RECURRENT_PRODUCT(R, V, s, left, row, depth, panel, acc)                                                      \
  if ((s).precision == MIXED)                                                                                        \
    tile_product_pairs(R, V, pairs_for(depth), (left).pairs + (row) * pairs_for(depth), pairs_for(depth),             \
                       (const uint32_t *)(panel), acc);                                                               \
  else                                                                                                               \
    tile_product(R, V, depth, (left).floats + (row) * (depth), depth, 1, panel, acc)

#endif
