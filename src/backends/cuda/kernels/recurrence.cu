// What recurrent layers need besides their steps: weights and the first state as the products of the steps read them, and
// masks on the inputs of the products that take a whole window.
#include "recurrence.cuh"

namespace recurrent {

// One K step of the columns of a block, and its pairs of neighboring rows in different banks.
template <class Columns>
struct staged_weight {
  float step[K_STEP][Columns::TILES * TILE_COLUMNS + 1];
};
static_assert(sizeof(staged_weight<lstm_columns>) == RECURRENT_PACK_SHARED_BYTES, "the most that launches pass on");

// Reads one K step of U. Columns of a unit become neighbors; what is beyond the last unit becomes 0.
template <class Columns>
__device__ __forceinline__ void stage(const cuda_recurrent_pack &p, int step, staged_weight<Columns> &staged) {
  constexpr int COLUMNS = Columns::TILES * TILE_COLUMNS, UNITS = Columns::UNITS, GATES = Columns::GATES;
  for (int i = threadIdx.x; i < K_STEP * COLUMNS; i += RECURRENT_THREADS) {
    // Neighboring threads read neighboring units. Where gates do not fill the tiles, the last columns are 0.
    const int k = step * K_STEP + i / COLUMNS, gate = i % COLUMNS / UNITS, of_block = i % COLUMNS % UNITS;
    const int unit = blockIdx.y * UNITS + of_block, column = gate < GATES ? of_block * GATES + gate : i % COLUMNS;
    const bool valid = gate < GATES && k < p.units && unit < p.units;
    staged.step[i / COLUMNS][column] = valid ? p.u[(k * GATES + gate) * p.units + unit] : 0.0f;
  }
}

// Reads one K step of Uᵀ: terms are the gates of all units, gate after gate.
__device__ __forceinline__ void stage_transposed(const cuda_recurrent_pack &p, int step, staged_weight<backward_columns> &staged) {
  const int of_gate = k_steps(p.units), gate = step / of_gate;
  for (int i = threadIdx.x; i < K_STEP * TILE_COLUMNS; i += RECURRENT_THREADS) {
    const int k = step % of_gate * K_STEP + i % K_STEP, unit = blockIdx.y * TILE_COLUMNS + i / K_STEP;
    const bool valid = k < p.units && unit < p.units;
    staged.step[i % K_STEP][i / K_STEP] = valid ? p.u[(unit * p.gates + gate) * p.units + k] : 0.0f;
  }
}

// Packs the K steps of a block. `stage_step` reads one.
template <class Form, class Columns, class Stage>
__device__ __forceinline__ void pack(const cuda_recurrent_pack &p, int steps, staged_weight<Columns> &staged, Stage stage_step) {
  constexpr int WORDS = Form::WEIGHT_WORDS;
  const int last = min(steps, static_cast<int>(blockIdx.x + 1) * RECURRENT_PACKED_STEPS);
  uint32_t *block = p.weight + static_cast<size_t>(blockIdx.y) * Columns::TILES * steps * WORDS;
  for (int step = blockIdx.x * RECURRENT_PACKED_STEPS; step < last; step++) {
    stage_step(step);
    __syncthreads();
    for (int i = threadIdx.x; i < Columns::TILES * WORDS; i += RECURRENT_THREADS) {
      const int tile = i / WORDS, word = i % WORDS;
      block[(tile * steps + step) * WORDS + word] = Form::weight_word(staged.step, tile, word, p.rounding);
    }
    __syncthreads(); // the next step takes the place of this one
  }
}

// Stores h0 as the first product reads it: the terms of the block's K steps, for all rows.
template <class Form, int GATES>
__device__ __forceinline__ void put_first(const cuda_recurrent_pack &p) {
  const int steps = k_steps(p.units), masks = masks_of<GATES>(p.recurrent_dropout);
  const int first = blockIdx.x * RECURRENT_PACKED_STEPS * K_STEP;
  const int terms = min(RECURRENT_PACKED_STEPS * K_STEP, steps * K_STEP - first);
  for (int i = threadIdx.x; i < p.batch * terms; i += RECURRENT_THREADS) {
    const int row = i / terms, unit = first + i % terms;
    uint32_t *left = left_of<Form>(p.left, 0, p.batch, row / BATCH_TILE, masks * steps);
    const float h = unit < p.units ? p.h0[row * p.units + unit] : 0.0f;
    put_hidden<Form>(left, p.recurrent_dropout, masks, p.units, 0, row, unit, h, p.rounding);
  }
}

template <class Form, class Columns>
__device__ __forceinline__ void pack_forward(const cuda_recurrent_pack &p) {
  SHARED(staged_weight<Columns>, staged);
  pack<Form>(p, k_steps(p.units), staged, [&](int step) { stage(p, step, staged); });
  if (blockIdx.y == 0) put_first<Form, Columns::GATES>(p);
}

template <class Form>
__device__ __forceinline__ void pack_weight(const cuda_recurrent_pack &p) {
  if (p.left == nullptr) {
    SHARED(staged_weight<backward_columns>, staged);
    pack<Form>(p, p.gates * k_steps(p.units), staged, [&](int step) { stage_transposed(p, step, staged); });
  } else if (p.gates == 4) {
    pack_forward<Form, lstm_columns>(p);
  } else if (p.gates == 3) {
    pack_forward<Form, gru_columns>(p);
  } else {
    pack_forward<Form, tanh_columns>(p);
  }
}

}  // namespace recurrent

extern "C" __global__ void __launch_bounds__(RECURRENT_THREADS) zlm_recurrent_pack_f32(const cuda_recurrent_pack p) {
  recurrent::pack_weight<recurrent::float32_form>(p);
}

extern "C" __global__ void __launch_bounds__(RECURRENT_THREADS) zlm_recurrent_pack_bf16(const cuda_recurrent_pack p) {
  recurrent::pack_weight<recurrent::bfloat16_form>(p);
}

extern "C" __global__ void __launch_bounds__(THREADS) zlm_masked_window(const cuda_masked_window w) {
  const int in_step = blockIdx.x * THREADS + threadIdx.x, t = blockIdx.y;
  if (in_step >= w.batch * w.width) return;
  const int row = in_step / w.width, unit = in_step % w.width, parts = w.dropout.per_gate ? w.parts : 1;
  const float value = t == 0 ? w.first[in_step] : w.rest[(t - 1) * w.batch * w.width + in_step];
  float *out = w.out + (t * w.batch + row) * parts * w.width + unit;
#pragma unroll 1
  for (int part = 0; part < parts; part++)
    out[part * w.width] = value * kept_factor(w.dropout, t, (row * parts + part) * w.width + unit);
}

extern "C" __global__ void __launch_bounds__(THREADS) zlm_masked_sum(const cuda_masked_sum s) {
  const int in_step = blockIdx.x * THREADS + threadIdx.x, t = blockIdx.y;
  if (in_step >= s.batch * s.width) return;
  const int row = in_step / s.width, unit = in_step % s.width;
  const float *from = s.from + (t * s.batch + row) * s.parts * s.width + unit;
  float sum = 0.0f;
#pragma unroll 1
  for (int part = 0; part < s.parts; part++)
    sum += from[part * s.width] * kept_factor(s.dropout, t, (row * s.parts + part) * s.width + unit);
  s.out[t * s.batch * s.width + in_step] = sum;
}
