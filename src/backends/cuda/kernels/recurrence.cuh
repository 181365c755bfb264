// Recurrent layers: the frame that all cells share. A cell (lstm.cu, gru.cu, tanh-rnn.cu) says how many gates a unit has, and
// what one unit of one row does forward and backward. The frame does what is the same for all: who finishes which element of
// the state, zoneout of h, and the operands of the recurrent product with their masks.
//
// Forward, step t multiplies m(t) ⊙ h(t−1) by U, finishes h(t), and leaves m(t+1) ⊙ h(t) in the other one of two buffers.
// Backward, step t multiplies dz(t+1) by Uᵀ, adds what reaches h(t) past the product, and leaves dz(t). The step −1 gives the
// gradient of h0. A step is one launch (recurrent-steps.cuh), or all steps are (recurrent-persistent.cuh).
#ifndef ZLM_RECURRENCE_CUH
#define ZLM_RECURRENCE_CUH

#include "recurrent-product.cuh"

namespace recurrent {

// The columns of the weight that a block takes: those of UNITS units, the GATES gates of a unit side by side.
template <int GATES_OF_UNIT, int TILES_OF_BLOCK>
struct block_columns {
  static constexpr int GATES = GATES_OF_UNIT, TILES = TILES_OF_BLOCK, UNITS = TILES * TILE_COLUMNS / GATES;
};
using lstm_columns = block_columns<4, LSTM_TILES>;
using gru_columns = block_columns<3, GRU_TILES>;
using tanh_columns = block_columns<1, TANH_RNN_TILES>;
// Backward a unit has one column: of Uᵀ.
using backward_columns = block_columns<1, BACKWARD_TILES>;

// One value for each gate of a unit.
template <int GATES>
struct alignas(GATES == 4 ? 16 : 4) gate_values {
  float of[GATES];
};

// ---- Who finishes what

// The part of the state that a block finishes: units from `unit` on, in the rows of one tile of the batch.
struct block_part {
  int unit, tile;
};

__device__ __forceinline__ int batch_tiles(int batch) { return (batch + BATCH_TILE - 1) / BATCH_TILE; }
__device__ __forceinline__ int rows_of_tile(int batch, int tile) { return min(BATCH_TILE, batch - tile * BATCH_TILE); }

// Elements that a thread finishes in a part of UNITS units.
template <int UNITS>
constexpr int OWN = (UNITS * BATCH_TILE + RECURRENT_THREADS - 1) / RECURRENT_THREADS;

// An element of the state at one step: its row of the batch and its unit, counted from the first and from those of its part; and
// where it is in arrays.
struct place {
  int row, unit, row_of_tile, unit_of_part;
  int in_state;  // in [B,H]
  int in_window; // in [T,B,H]

  // Index in [T,B,width·H], column block `block`.
  __device__ __forceinline__ int in_wide(int units, int width, int block) const {
    return (in_window - unit) * width + block * units + unit;
  }
};

// The element `i` of those that a thread finishes. It may be beyond the last row or unit.
template <int UNITS, class Layer>
__device__ __forceinline__ place own_place(const Layer &l, block_part part, int i) {
  const int own = threadIdx.x + i * RECURRENT_THREADS, row_of_tile = own / UNITS, unit_of_part = own % UNITS;
  // A row that belongs to the next tile is none.
  const int row = row_of_tile < BATCH_TILE ? part.tile * BATCH_TILE + row_of_tile : l.batch;
  const int unit = part.unit + unit_of_part, in_state = row * l.units + unit;
  return {row, unit, row_of_tile, unit_of_part, in_state, l.t * l.batch * l.units + in_state};
}

// Σ over warps of the sums of a unit's columns.
template <int GATES, int TILES>
__device__ __forceinline__ gate_values<GATES> total(const warp_sums<TILES> &sums, const place &at) {
  gate_values<GATES> sum = {};
#pragma unroll
  for (int warp = 0; warp < WARPS; warp++) {
    const float *columns = &sums.of[warp][at.row_of_tile][at.unit_of_part * GATES];
    const auto values = *reinterpret_cast<const gate_values<GATES> *>(columns);
#pragma unroll
    for (int gate = 0; gate < GATES; gate++) sum.of[gate] += values.of[gate];
  }
  return sum;
}

// ---- Noise

// Zoneout: r · old + (1 − r) · candidate.
__device__ __forceinline__ float zone_out(const cuda_noise &zoneout, int t, int in_state, float old, float candidate) {
  if (zoneout.mask == MASK_NONE) return candidate;
  const float r = retention(zoneout, t, in_state);
  return r * old + (1.0f - r) * candidate;
}

// Splits the gradient of a state with zoneout: returns the part of the old state, and leaves that of the candidate.
__device__ __forceinline__ float take_retained(const cuda_noise &zoneout, int t, int in_state, float &gradient) {
  if (zoneout.mask == MASK_NONE) return 0.0f;
  const float r = retention(zoneout, t, in_state), retained = r * gradient;
  gradient *= 1.0f - r;
  return retained;
}

// Masks of the recurrent product: one for all gates, or one for each.
template <int GATES>
__device__ __forceinline__ int masks_of(const cuda_noise &dropout) {
  return GATES == 4 && dropout.per_gate ? GATES : 1;
}

// Dropout's factor on h(t−1) under mask `mask` of `masks`, as the product of step t reads it.
__device__ __forceinline__ float recurrent_factor(const cuda_noise &dropout, int masks, int units, int t, int row, int unit,
                                                  int mask) {
  return kept_factor(dropout, t, (row * masks + mask) * units + unit);
}

// ---- Forward

// The left operand of one tile of the batch, in one of the two buffers.
template <class Form>
__device__ __forceinline__ uint32_t *left_of(uint32_t *buffers, int buffer, int batch, int tile, int steps) {
  const int index = (buffer & 1) * batch_tiles(batch) + tile;
  return buffers + static_cast<size_t>(index) * steps * Form::LEFT_WORDS;
}

// Stores h as the product of step t reads it, under each mask. Beyond the last unit are the zeros that fill the last K step.
template <class Form>
__device__ __forceinline__ void put_hidden(uint32_t *left, const cuda_noise &dropout, int masks, int units, int t, int row,
                                           int unit, float h, int rounding) {
#pragma unroll 1
  for (int mask = 0; mask < masks; mask++) {
    const float factor = unit < units ? recurrent_factor(dropout, masks, units, t, row, unit, mask) : 0.0f;
    Form::put(left + mask * k_steps(units) * Form::LEFT_WORDS, unit, row % BATCH_TILE, h * factor, rounding);
  }
}

// h before step t.
template <class Layer>
__device__ __forceinline__ float hidden_before(const Layer &l, const place &at) {
  return l.t > 0 ? l.y[at.in_window - l.batch * l.units] : l.h0[at.in_state];
}

template <class Cell>
using forward_inputs = typename Cell::Inputs[OWN<Cell::Columns::UNITS>];

// Loads what the cell reads. Called before the product, which takes longer than the loads.
template <class Cell>
__device__ __forceinline__ void load_forward(const cuda_recurrent_forward &l, block_part part, forward_inputs<Cell> &inputs) {
  constexpr int UNITS = Cell::Columns::UNITS;
#pragma unroll
  for (int i = 0; i < OWN<UNITS>; i++) {
    const place at = own_place<UNITS>(l, part, i);
    if (at.row < l.batch && at.unit < l.units) inputs[i] = Cell::load(l, at);
  }
}

// Finishes h(t), given the product's sums, and stores it for the next one.
template <class Cell, class Form, int TILES>
__device__ __forceinline__ void finish_forward(const cuda_recurrent_forward &l, block_part part,
                                               const forward_inputs<Cell> &inputs, const warp_sums<TILES> &sums) {
  constexpr int UNITS = Cell::Columns::UNITS, GATES = Cell::Columns::GATES;
  const int steps = k_steps(l.units), masks = masks_of<GATES>(l.recurrent_dropout);
  uint32_t *next = left_of<Form>(l.left, l.t + 1, l.batch, part.tile, masks * steps);
#pragma unroll
  for (int i = 0; i < OWN<UNITS>; i++) {
    const place at = own_place<UNITS>(l, part, i);
    if (at.row >= l.batch || at.unit >= steps * K_STEP) continue;
    float h = 0.0f;
    if (at.unit < l.units) {
      const float candidate = Cell::forward(l, at, inputs[i], total<GATES>(sums, at));
      h = zone_out(l.hidden_zoneout, l.t, at.in_state, inputs[i].h, candidate);
      l.y[at.in_window] = h;
      if (l.t == l.steps - 1) l.last_h[at.in_state] = h;
    }
    if (l.t < l.steps - 1)
      put_hidden<Form>(next, l.recurrent_dropout, masks, l.units, l.t + 1, at.row, at.unit, h, l.rounding);
  }
}

// ---- Backward

template <class Cell, int UNITS>
using backward_inputs = typename Cell::Saved[OWN<UNITS>];

// Loads what the cell reads, and the gradient of h(t) that comes past the product.
template <class Cell, int UNITS>
__device__ __forceinline__ void load_backward(const cuda_recurrent_backward &l, block_part part,
                                              backward_inputs<Cell, UNITS> &saved, float (&gradient)[OWN<UNITS>]) {
#pragma unroll
  for (int i = 0; i < OWN<UNITS>; i++) {
    const place at = own_place<UNITS>(l, part, i);
    if (at.row >= l.batch || at.unit >= l.units) continue;
    gradient[i] = l.t == l.steps - 1 ? l.last_dh[at.in_state] : l.dh[at.in_state];
    if (l.t < 0) continue;
    gradient[i] += l.dy[at.in_window];
    saved[i] = Cell::load(l, at);
  }
}

// Computes dz(t) from the whole gradient of h(t), and stores it for the next product. `dh` takes what reaches h(t−1) past the
// product; after the step −1 it is the gradient of h0.
template <class Cell, class Form, int UNITS>
__device__ __forceinline__ void finish_backward(const cuda_recurrent_backward &l, block_part part,
                                                const backward_inputs<Cell, UNITS> &saved,
                                                const float (&gradient)[OWN<UNITS>]) {
  constexpr int GATES = Cell::Columns::GATES;
  const int of_gate = k_steps(l.units);
  uint32_t *next = left_of<Form>(l.left, l.t, l.batch, part.tile, GATES * of_gate);
#pragma unroll
  for (int i = 0; i < OWN<UNITS>; i++) {
    const place at = own_place<UNITS>(l, part, i);
    if (at.row >= l.batch || at.unit >= of_gate * K_STEP) continue;
    gate_values<GATES> dz = {};
    if (at.unit < l.units) {
      float dh = gradient[i];
      if (l.t >= 0) {
        const float retained = take_retained(l.hidden_zoneout, l.t, at.in_state, dh);
        dh = retained + Cell::backward(l, at, saved[i], dh, dz);
      }
      l.dh[at.in_state] = dh;
    }
    if (l.t < 0) continue;
#pragma unroll
    for (int gate = 0; gate < GATES; gate++)
      Form::put(next, gate * of_gate * K_STEP + at.unit, at.row_of_tile, dz.of[gate], l.rounding);
  }
}

}  // namespace recurrent

#endif
