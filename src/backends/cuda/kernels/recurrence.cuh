// Recurrent layers, one launch a step: the frame that all cells share. A cell (lstm.cu, gru.cu, tanh-rnn.cu) says how many
// gates a unit has, and what one unit of one row does forward and backward. The frame multiplies, and does what is the same
// for all: zoneout of h, and the masks of the recurrent product.
//
// Forward, a block owns some units with all their gates, and finishes them right after the product: step t reads m(t) ⊙ h(t−1)
// as the step before has left it, and leaves m(t+1) ⊙ h(t) in the other one of two buffers. Backward, a block owns some units
// of dh: step t multiplies dz(t+1) by Uᵀ, adds what reaches h(t) otherwise, and leaves dz(t). The step −1 gives the gradient of
// h0.
#ifndef ZLM_RECURRENCE_CUH
#define ZLM_RECURRENCE_CUH

#include "recurrent-product.cuh"

namespace recurrent {

// The columns of the weight that a block takes: those of UNITS units, the GATES gates of a unit side by side.
template <int GATES_OF_UNIT, int TILES_OF_BLOCK>
struct block_columns {
  static constexpr int GATES = GATES_OF_UNIT, TILES = TILES_OF_BLOCK, UNITS = TILES * TILE_COLUMNS / GATES;
  // Elements of the state that a thread owns.
  static constexpr int OWN = (UNITS * BATCH_TILE + RECURRENT_THREADS - 1) / RECURRENT_THREADS;
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

// An element of the state at one step: its row of the batch and its unit, counted from the first and from the block's first;
// and where it is in arrays.
struct place {
  int row, unit, row_of_tile, unit_of_block;
  int in_state;  // in [B,H]
  int in_window; // in [T,B,H]

  // Index in [T,B,width·H] of part `part`.
  __device__ __forceinline__ int in_parts(int units, int width, int part) const {
    return (in_window - unit) * width + part * units + unit;
  }
};

// The element `i` of those that a thread owns. It may be beyond the last row or unit.
template <class Columns, class Layer>
__device__ __forceinline__ place own_place(const Layer &l, int i) {
  const int own = threadIdx.x + i * RECURRENT_THREADS, row_of_tile = own / Columns::UNITS, unit_of_block = own % Columns::UNITS;
  // A row that belongs to the next tile is none.
  const int row = row_of_tile < BATCH_TILE ? blockIdx.y * BATCH_TILE + row_of_tile : l.batch;
  const int unit = blockIdx.x * Columns::UNITS + unit_of_block, in_state = row * l.units + unit;
  return {row, unit, row_of_tile, unit_of_block, in_state, l.t * l.batch * l.units + in_state};
}

// Rows of the batch that a block takes.
template <class Layer>
__device__ __forceinline__ int rows_of_block(const Layer &l) {
  return min(BATCH_TILE, l.batch - static_cast<int>(blockIdx.y) * BATCH_TILE);
}

// The left operand of one batch tile in one of the two buffers.
template <class Form>
__device__ __forceinline__ uint32_t *left_of(uint32_t *buffers, int buffer, int steps) {
  const int tile = (buffer & 1) * gridDim.y + blockIdx.y;
  return buffers + static_cast<size_t>(tile) * steps * Form::LEFT_WORDS;
}

// Σ over warps of the sums of a unit's columns.
template <int TILES, int GATES>
__device__ __forceinline__ gate_values<GATES> total(const warp_sums<TILES> &sums, const place &at) {
  gate_values<GATES> sum = {};
#pragma unroll
  for (int warp = 0; warp < WARPS; warp++) {
    const float *columns = &sums.of[warp][at.row_of_tile][at.unit_of_block * GATES];
    const auto part = *reinterpret_cast<const gate_values<GATES> *>(columns);
#pragma unroll
    for (int gate = 0; gate < GATES; gate++) sum.of[gate] += part.of[gate];
  }
  return sum;
}

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

// Dropout's factor on h(t−1) as part `part` of the product of step t reads it.
__device__ __forceinline__ float recurrent_factor(const cuda_noise &dropout, int parts, int units, int t, int row, int unit,
                                                  int part) {
  return kept_factor(dropout, t, (row * parts + part) * units + unit);
}

// Masks of the recurrent product: one for all gates, or one for each.
template <int GATES>
__device__ __forceinline__ int parts_of(const cuda_noise &dropout) {
  return GATES == 4 && dropout.per_gate ? GATES : 1;
}

// Stores h as the product of step t reads it, masked.
template <class Form>
__device__ __forceinline__ void put_hidden(uint32_t *left, const cuda_noise &dropout, int parts, int units, int t, int row,
                                           int unit, float h, bool mixed) {
#pragma unroll 1
  for (int part = 0; part < parts; part++) {
    // Beyond the last unit are the zeros that fill the last K step.
    const float factor = unit < units ? recurrent_factor(dropout, parts, units, t, row, unit, part) : 0.0f;
    Form::put(left + part * k_steps(units) * Form::LEFT_WORDS, unit, row % BATCH_TILE, h * factor, mixed);
  }
}

// h before step t.
template <class Layer>
__device__ __forceinline__ float hidden_before(const Layer &l, const place &at) {
  return l.t > 0 ? l.y[at.in_window - l.batch * l.units] : l.h0[at.in_state];
}

// One step forward.
template <class Cell, class Form>
__device__ __forceinline__ void step_forward(const cuda_recurrent_forward &l) {
  using Columns = typename Cell::Columns;
  constexpr int TILES = Columns::TILES, GATES = Columns::GATES;
  SHARED(warp_sums<TILES>, sums);
  const int steps = k_steps(l.units), parts = parts_of<GATES>(l.recurrent_dropout);

  // Loaded before the product, which takes longer than the loads.
  typename Cell::Inputs inputs[Columns::OWN];
#pragma unroll
  for (int i = 0; i < Columns::OWN; i++) {
    const place at = own_place<Columns>(l, i);
    if (at.row < l.batch && at.unit < l.units) inputs[i] = Cell::load(l, at);
  }

  const uint32_t *weight = l.weight + static_cast<size_t>(blockIdx.x) * TILES * steps * Form::WEIGHT_WORDS;
  const operands o = {left_of<Form>(l.left, l.t, parts * steps), weight, steps, steps};
  if (GATES == 4 && parts > 1) Form::template multiply<TILES, BATCH_TILE / 8, true>(o, sums);
  else multiply<Form>(rows_of_block(l), o, sums);
  __syncthreads();

  uint32_t *next = left_of<Form>(l.left, l.t + 1, parts * steps);
#pragma unroll
  for (int i = 0; i < Columns::OWN; i++) {
    const place at = own_place<Columns>(l, i);
    // The left operand has whole K steps: zeros beyond the last unit.
    if (at.row >= l.batch || at.unit >= steps * K_STEP) continue;
    float h = 0.0f;
    if (at.unit < l.units) {
      const float candidate = Cell::forward(l, at, inputs[i], total<TILES, GATES>(sums, at));
      h = zone_out(l.hidden_zoneout, l.t, at.in_state, inputs[i].h, candidate);
      l.y[at.in_window] = h;
      if (l.t == l.steps - 1) l.last_h[at.in_state] = h;
    }
    if (l.t < l.steps - 1)
      put_hidden<Form>(next, l.recurrent_dropout, parts, l.units, l.t + 1, at.row, at.unit, h, l.mixed);
  }
}

// One step backward. `dh` is the gradient that reaches h(t) past the product.
template <class Cell, class Form>
__device__ __forceinline__ void step_backward(const cuda_recurrent_backward &l) {
  using Columns = backward_columns;
  constexpr int TILES = Columns::TILES, GATES = Cell::Columns::GATES;
  SHARED(warp_sums<TILES>, sums);
  const int of_gate = k_steps(l.units), steps = GATES * of_gate, parts = parts_of<GATES>(l.recurrent_dropout);

  typename Cell::Saved saved[Columns::OWN];
  float gradient[Columns::OWN] = {}; // of h(t)
#pragma unroll
  for (int i = 0; i < Columns::OWN; i++) {
    const place at = own_place<Columns>(l, i);
    if (at.row >= l.batch || at.unit >= l.units) continue;
    gradient[i] = l.t == l.steps - 1 ? l.last_dh[at.in_state] : l.dh[at.in_state];
    if (l.t < 0) continue;
    gradient[i] += l.dy[at.in_window];
    saved[i] = Cell::load(l, at);
  }

  // Part by part: each has a mask of its own.
  const uint32_t *left = left_of<Form>(l.left, l.t + 1, steps);
  const uint32_t *weight = l.weight + static_cast<size_t>(blockIdx.x) * TILES * steps * Form::WEIGHT_WORDS;
#pragma unroll 1
  for (int part = 0; l.t < l.steps - 1 && part < parts; part++) {
    const int first = part * of_gate;
    const operands o = {left + first * Form::LEFT_WORDS, weight + first * Form::WEIGHT_WORDS, steps / parts, steps};
    multiply<Form>(rows_of_block(l), o, sums);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < Columns::OWN; i++) {
      const place at = own_place<Columns>(l, i);
      if (at.row >= l.batch || at.unit >= l.units) continue;
      const float factor = recurrent_factor(l.recurrent_dropout, parts, l.units, l.t + 1, at.row, at.unit, part);
      gradient[i] += factor * total<TILES, 1>(sums, at).of[0];
    }
    __syncthreads(); // the next part's sums take the place of these
  }

  uint32_t *next = left_of<Form>(l.left, l.t, steps);
#pragma unroll
  for (int i = 0; i < Columns::OWN; i++) {
    const place at = own_place<Columns>(l, i);
    if (at.row >= l.batch) continue;
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
      Form::put(next, gate * of_gate * K_STEP + at.unit, at.row_of_tile, dz.of[gate], l.mixed);
  }
}

}  // namespace recurrent

// The four kernels of a cell. A block may use all registers: it has a multiprocessor to itself where the layer is large.
#define RECURRENT_KERNELS(name, Cell)                                           \
  RECURRENT_KERNEL(zlm_##name##_forward_f32, forward, Cell, float32_form)       \
  RECURRENT_KERNEL(zlm_##name##_forward_bf16, forward, Cell, bfloat16_form)     \
  RECURRENT_KERNEL(zlm_##name##_backward_f32, backward, Cell, float32_form)     \
  RECURRENT_KERNEL(zlm_##name##_backward_bf16, backward, Cell, bfloat16_form)

#define RECURRENT_KERNEL(name, direction, Cell, Form)                                                                  \
  extern "C" __global__ void __launch_bounds__(RECURRENT_THREADS, 1) name(const cuda_recurrent_##direction layer) { \
    recurrent::step_##direction<recurrent::Cell, recurrent::Form>(layer);                                                                               \
  }

#endif
