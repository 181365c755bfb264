// Recurrent layers, all steps in one launch: the weight stays in the registers of the blocks, which are all resident and
// exchange the left operand through global memory. In bfloat16 on tensor cores, where a weight of H ≤ RESIDENT_UNITS units fits.
//
// Forward, a block owns some units with all their gates, as in a launch a step, and all blocks meet once a step.
//
// Backward, dz is as wide as all gates together, too much for each block to read. So blocks own one gate of BACKWARD_GROUP units:
// they multiply its dz by its part of Uᵀ. The blocks of a group, one for each gate, then exchange these sums, and each finishes
// its share of the group's units.
#ifndef ZLM_RECURRENT_PERSISTENT_CUH
#define ZLM_RECURRENT_PERSISTENT_CUH

#include "recurrence.cuh"

namespace recurrent {

constexpr int RESIDENT_TILES = 3;
constexpr int RESIDENT_STEPS = RESIDENT_UNITS / K_STEP / WARPS; // K steps of a warp

// Waits until `blocks` blocks have arrived at their meeting number `meeting`, counted from 1, and sees what they wrote before it.
// `arrived` counts all arrivals, from 0.
__device__ __forceinline__ void meet(uint32_t *arrived, int blocks, int meeting) {
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence(); // what the block wrote is visible before its arrival
    atomicAdd(arrived, 1u);
    while (load_acquire(arrived) < static_cast<unsigned>(blocks * meeting)) wait_a_moment();
  }
  __syncthreads();
}

// A warp's part of the weight of a block.
struct resident_weight {
  uint4 of[RESIDENT_TILES][RESIDENT_STEPS];
};

// Loads it. Beyond the last K step it is 0.
__device__ __forceinline__ void load(resident_weight &weight, const operands &o) {
  const uint4 *from = reinterpret_cast<const uint4 *>(o.weight) + threadIdx.x % 32;
#pragma unroll
  for (int tile = 0; tile < RESIDENT_TILES; tile++)
#pragma unroll
    for (int i = 0; i < RESIDENT_STEPS; i++) {
      const int step = threadIdx.x / 32 + i * WARPS;
      weight.of[tile][i] = step < o.steps ? from[(tile * o.weight_steps + step) * 32] : make_uint4(0, 0, 0, 0);
    }
}

// As bfloat16_form::multiply, with a resident weight. Other blocks have written the left operand since the launch, so it is read
// from the level-2 cache, which all share.
template <int ROWS_OF_8>
__device__ __forceinline__ void multiply_resident(const resident_weight &weight, const operands &o,
                                                  warp_sums<RESIDENT_TILES> &sums) {
  constexpr int AHEAD = ROWS_OF_8 > 3 ? 2 : 4; // K steps whose loads are under way together
  static_assert(RESIDENT_STEPS % AHEAD == 0, "whole groups of K steps");
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, group = lane / 4, in_group = lane % 4;
  const uint2 *left = reinterpret_cast<const uint2 *>(o.left) + lane;
  float sum[RESIDENT_TILES][ROWS_OF_8][4] = {};
#pragma unroll
  for (int first = 0; first < RESIDENT_STEPS; first += AHEAD) {
    if (warp + first * WARPS >= o.steps) break;
    uint2 h[AHEAD][ROWS_OF_8];
#pragma unroll
    for (int i = 0; i < AHEAD; i++) {
      const int step = warp + (first + i) * WARPS;
#pragma unroll
      for (int rows = 0; rows < ROWS_OF_8; rows++)
        h[i][rows] = step < o.steps ? __ldcg(left + (step * (BATCH_TILE / 8) + rows) * 32) : make_uint2(0, 0);
    }
#pragma unroll
    for (int i = 0; i < AHEAD; i++)
#pragma unroll
      for (int tile = 0; tile < RESIDENT_TILES; tile++) {
        const uint4 &w = weight.of[tile][first + i];
        const unsigned a[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
        for (int rows = 0; rows < ROWS_OF_8; rows++) {
          const unsigned b[2] = {h[i][rows].x, h[i][rows].y};
          mma_bf16(sum[tile][rows], a, b);
        }
      }
  }
#pragma unroll
  for (int tile = 0; tile < RESIDENT_TILES; tile++)
#pragma unroll
    for (int rows = 0; rows < ROWS_OF_8; rows++)
#pragma unroll
      for (int i = 0; i < 4; i++)
        sums.of[warp][8 * rows + 2 * in_group + i % 2][tile * TILE_COLUMNS + group + i / 2 * 8] = sum[tile][rows][i];
}

__device__ __forceinline__ void multiply_resident(int rows, const resident_weight &weight, const operands &o,
                                                  warp_sums<RESIDENT_TILES> &sums) {
  switch ((rows + 7) / 8) {
    case 1: return multiply_resident<1>(weight, o, sums);
    case 2: return multiply_resident<2>(weight, o, sums);
    case 3: return multiply_resident<3>(weight, o, sums);
    default: return multiply_resident<4>(weight, o, sums);
  }
}

// All steps forward. Grid: the blocks of units.
template <class Cell>
__device__ __forceinline__ void persist_forward(const cuda_persistent_forward &p) {
  using Form = bfloat16_form;
  using Columns = typename Cell::Columns;
  static_assert(Columns::TILES == RESIDENT_TILES, "a block owns as many columns as stay in its registers");
  SHARED(warp_sums<RESIDENT_TILES>, sums);
  cuda_recurrent_forward l = p.layer;
  const int steps = k_steps(l.units), unit = blockIdx.x * Columns::UNITS;
  operands o = {nullptr, l.weight + static_cast<size_t>(blockIdx.x) * RESIDENT_TILES * steps * Form::WEIGHT_WORDS, steps, steps};
  resident_weight weight;
  load(weight, o);
  for (l.t = 0; l.t < l.steps; l.t++) {
    if (l.t > 0) meet(p.arrived, gridDim.x, l.t);
    for (int tile = 0; tile < batch_tiles(l.batch); tile++) {
      const block_part part = {unit, tile};
      forward_inputs<Cell> inputs;
      load_forward<Cell>(l, part, inputs);
      o.left = left_of<Form>(l.left, l.t, l.batch, tile, steps);
      multiply_resident(rows_of_tile(l.batch, tile), weight, o, sums);
      __syncthreads();
      finish_forward<Cell, Form>(l, part, inputs, sums);
      __syncthreads(); // the next tile's sums take the place of these
    }
  }
}

// Σ over warps of one tile of the batch, for the blocks of the group.
__device__ __forceinline__ void share_sums(float *to, int rows, const warp_sums<RESIDENT_TILES> &sums) {
  for (int i = threadIdx.x; i < rows * BACKWARD_GROUP; i += RECURRENT_THREADS) {
    float sum = 0.0f;
#pragma unroll
    for (int warp = 0; warp < WARPS; warp++) sum += sums.of[warp][i / BACKWARD_GROUP][i % BACKWARD_GROUP];
    to[i] = sum;
  }
}

// All steps backward. Grid: the gates of each group of units, one after the other.
template <class Cell>
__device__ __forceinline__ void persist_backward(const cuda_persistent_backward &p) {
  using Form = bfloat16_form;
  constexpr int GATES = Cell::Columns::GATES, UNITS = BACKWARD_GROUP / GATES;
  static_assert(BACKWARD_GROUP == RESIDENT_TILES * TILE_COLUMNS, "a block owns as many columns as stay in its registers");
  SHARED(warp_sums<RESIDENT_TILES>, sums);
  cuda_recurrent_backward l = p.layer;
  const int group = blockIdx.x / GATES, gate = blockIdx.x % GATES, tiles = batch_tiles(l.batch);
  const int of_gate = k_steps(l.units), steps = GATES * of_gate;
  const uint32_t *of_group = l.weight + static_cast<size_t>(group) * RESIDENT_TILES * steps * Form::WEIGHT_WORDS;
  operands o = {nullptr, of_group + gate * of_gate * Form::WEIGHT_WORDS, of_gate, steps};
  resident_weight weight;
  load(weight, o);
  // Sums of the group: [gate, tile of the batch, row, unit].
  constexpr int TILE_SUMS = BATCH_TILE * BACKWARD_GROUP;
  float *shared_sums = p.sums + static_cast<size_t>(group) * GATES * tiles * TILE_SUMS;

  for (l.t = l.steps - 1; l.t >= -1; l.t--) {
    const int product = l.steps - 1 - l.t; // its number, from 1; the last step has none
    if (product > 0) meet(p.arrived, gridDim.x, product);
    for (int tile = 0; product > 0 && tile < tiles; tile++) {
      o.left = left_of<Form>(l.left, l.t + 1, l.batch, tile, steps) + gate * of_gate * Form::LEFT_WORDS;
      const int rows = rows_of_tile(l.batch, tile);
      multiply_resident(rows, weight, o, sums);
      __syncthreads();
      share_sums(shared_sums + (gate * tiles + tile) * TILE_SUMS, rows, sums);
      __syncthreads(); // the next tile's sums take the place of these
    }
    for (int tile = 0; tile < tiles; tile++) {
      const block_part part = {group * BACKWARD_GROUP + gate * UNITS, tile};
      backward_inputs<Cell, UNITS> saved;
      float gradient[OWN<UNITS>] = {}; // of h(t)
      load_backward<Cell, UNITS>(l, part, saved, gradient);
      if (product > 0 && tile == 0) meet(p.arrived + 1 + group, GATES, product);
#pragma unroll
      for (int i = 0; i < OWN<UNITS>; i++) {
        const place at = own_place<UNITS>(l, part, i);
        if (product == 0 || at.row >= l.batch || at.unit >= l.units) continue;
        const float *from = shared_sums + (tile * BATCH_TILE + at.row_of_tile) * BACKWARD_GROUP + gate * UNITS + at.unit_of_part;
        float sum = 0.0f;
#pragma unroll
        for (int other = 0; other < GATES; other++) sum += __ldcg(from + other * tiles * TILE_SUMS);
        gradient[i] += sum * recurrent_factor(l.recurrent_dropout, 1, l.units, l.t + 1, at.row, at.unit, 0);
      }
      finish_backward<Cell, Form, UNITS>(l, part, saved, gradient);
    }
  }
}

}  // namespace recurrent

// The two kernels of a cell.
#define RECURRENT_PERSISTENT(name, Cell)                                                                            \
  extern "C" __global__ void __launch_bounds__(RECURRENT_THREADS, 1)                                                \
      zlm_##name##_persistent_forward(const cuda_persistent_forward layer) {                                        \
    recurrent::persist_forward<recurrent::Cell>(layer);                                                             \
  }                                                                                                                 \
  extern "C" __global__ void __launch_bounds__(RECURRENT_THREADS, 1)                                                \
      zlm_##name##_persistent_backward(const cuda_persistent_backward layer) {                                      \
    recurrent::persist_backward<recurrent::Cell>(layer);                                                            \
  }

#endif
