// Recurrent layers, one launch a step. Blocks cover the units (x) and the tiles of the batch (y). Forward, a block multiplies
// all gates of its units, and finishes them right after. Backward it owns some units of dh, whose columns of Uᵀ have as many
// terms as all gates of all units together.
#ifndef ZLM_RECURRENT_STEPS_CUH
#define ZLM_RECURRENT_STEPS_CUH

#include "recurrence.cuh"

namespace recurrent {

template <class Cell, class Form>
__device__ __forceinline__ void step_forward(const cuda_recurrent_forward &l) {
  using Columns = typename Cell::Columns;
  constexpr int TILES = Columns::TILES, GATES = Columns::GATES;
  SHARED(warp_sums<TILES>, sums);
  const block_part part = {static_cast<int>(blockIdx.x) * Columns::UNITS, static_cast<int>(blockIdx.y)};
  const int steps = k_steps(l.units), masks = masks_of<GATES>(l.recurrent_dropout);
  forward_inputs<Cell> inputs;
  load_forward<Cell>(l, part, inputs);

  const uint32_t *left = left_of<Form>(l.left, l.t, l.batch, part.tile, masks * steps);
  const uint32_t *weight = l.weight + static_cast<size_t>(blockIdx.x) * TILES * steps * Form::WEIGHT_WORDS;
  const operands o = {left, weight, steps, steps};
  if (GATES == 4 && masks > 1) Form::template multiply<TILES, BATCH_TILE / 8, true>(o, sums);
  else multiply<Form>(rows_of_tile(l.batch, part.tile), o, sums);
  __syncthreads();
  finish_forward<Cell, Form>(l, part, inputs, sums);
}

template <class Cell, class Form>
__device__ __forceinline__ void step_backward(const cuda_recurrent_backward &l) {
  using Columns = backward_columns;
  constexpr int TILES = Columns::TILES, UNITS = Columns::UNITS, GATES = Cell::Columns::GATES;
  SHARED(warp_sums<TILES>, sums);
  const block_part part = {static_cast<int>(blockIdx.x) * UNITS, static_cast<int>(blockIdx.y)};
  const int of_gate = k_steps(l.units), steps = GATES * of_gate, masks = masks_of<GATES>(l.recurrent_dropout);
  backward_inputs<Cell, UNITS> saved;
  float gradient[OWN<UNITS>] = {}; // of h(t)
  load_backward<Cell, UNITS>(l, part, saved, gradient);

  // The gates under one mask at a time: the last step has no product.
  const uint32_t *left = left_of<Form>(l.left, l.t + 1, l.batch, part.tile, steps);
  const uint32_t *weight = l.weight + static_cast<size_t>(blockIdx.x) * TILES * steps * Form::WEIGHT_WORDS;
#pragma unroll 1
  for (int mask = 0; l.t < l.steps - 1 && mask < masks; mask++) {
    const int first = mask * of_gate;
    const operands o = {left + first * Form::LEFT_WORDS, weight + first * Form::WEIGHT_WORDS, steps / masks, steps};
    multiply<Form>(rows_of_tile(l.batch, part.tile), o, sums);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < OWN<UNITS>; i++) {
      const place at = own_place<UNITS>(l, part, i);
      if (at.row >= l.batch || at.unit >= l.units) continue;
      const float factor = recurrent_factor(l.recurrent_dropout, masks, l.units, l.t + 1, at.row, at.unit, mask);
      gradient[i] += factor * total<1>(sums, at).of[0];
    }
    __syncthreads(); // the sums under the next mask take the place of these
  }
  finish_backward<Cell, Form, UNITS>(l, part, saved, gradient);
}

}  // namespace recurrent

// The four kernels of a cell. A block may use all registers: it has a multiprocessor to itself where the layer is large.
#define RECURRENT_STEPS(name, Cell)                                          \
  RECURRENT_STEP(zlm_##name##_forward_f32, forward, Cell, float32_form)     \
  RECURRENT_STEP(zlm_##name##_forward_bf16, forward, Cell, bfloat16_form)   \
  RECURRENT_STEP(zlm_##name##_backward_f32, backward, Cell, float32_form)   \
  RECURRENT_STEP(zlm_##name##_backward_bf16, backward, Cell, bfloat16_form)

#define RECURRENT_STEP(name, direction, Cell, Form)                                                                 \
  extern "C" __global__ void __launch_bounds__(RECURRENT_THREADS, 1) name(const cuda_recurrent_##direction layer) { \
    recurrent::step_##direction<recurrent::Cell, recurrent::Form>(layer);                                           \
  }

#endif
