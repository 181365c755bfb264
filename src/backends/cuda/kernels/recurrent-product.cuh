// The product of one recurrent step, left · weight, in two forms: in float32, and on tensor cores with operands in bfloat16.
// Forward it is (m ⊙ h) · U, backward dz · Uᵀ: left [batch, K] comes from the step before, weight [K, columns] is packed once
// a window.
//
// A block multiplies up to BATCH_TILE rows of the batch by some tiles of TILE_COLUMNS columns. Its warps share K: warp w takes
// the K steps w, w + WARPS, … of K_STEP terms each. It leaves its sums in shared memory, and whoever finishes an element adds
// them in the order of warps. So every run gives the same bits.
//
// Both operands lie in memory as lanes read them, in whole K steps: K is padded, with zeros on both sides.
#ifndef ZLM_RECURRENT_PRODUCT_CUH
#define ZLM_RECURRENT_PRODUCT_CUH

#include "device.cuh"

namespace recurrent {

constexpr int WARPS = RECURRENT_THREADS / 32;
constexpr int BATCH_TILE = RECURRENT_ROWS, K_STEP = RECURRENT_TERMS, TILE_COLUMNS = 16;
static_assert(BATCH_TILE == 32 && K_STEP == 16, "the layouts below are written for these");

// K steps that cover `terms` terms.
__device__ __forceinline__ int k_steps(int terms) { return (terms + K_STEP - 1) / K_STEP; }

// The sums of every warp. Four more columns spread the rows over the banks of shared memory, both when lanes store their
// sums and when they read those of neighboring columns.
template <int TILES>
struct alignas(16) warp_sums {
  float of[WARPS][BATCH_TILE][TILES * TILE_COLUMNS + 4];
};

// What a block multiplies. A tile of the weight has `weight_steps` K steps, the first of which `weight` points to.
struct operands {
  const uint32_t *left, *weight;
  int steps, weight_steps;
};

// Element `i` of a vector.
__device__ __forceinline__ float element(const float4 &v, int i) { return i == 0 ? v.x : i == 1 ? v.y : i == 2 ? v.z : v.w; }

// float32. Lane l has column l % 16 of each tile, and of every 8 rows the four from 4 · (l / 16) on.
struct float32_form {
  static constexpr int WEIGHT_WORDS = K_STEP * TILE_COLUMNS; // of one tile and K step
  static constexpr int LEFT_WORDS = K_STEP * BATCH_TILE;     // of one K step

  // Stores left[row, k]; rounded where the product of a smaller type runs without tensor cores.
  static __device__ __forceinline__ void put(uint32_t *left, int k, int row, float value, int rounding) {
    left[k * BATCH_TILE + row] = __float_as_uint(round_operand(value, rounding));
  }

  // Returns one word of a tile, given its K step: four neighboring terms of one column, then the next column.
  template <int WIDTH>
  static __device__ __forceinline__ uint32_t weight_word(const float (&step)[K_STEP][WIDTH], int tile, int word, int rounding) {
    const int k = word / 64 * 4 + word % 4, column = word % 64 / 4;
    const float value = step[k][tile * TILE_COLUMNS + column];
    return __float_as_uint(round_operand(value, rounding));
  }

  // With BY_GATE, each gate has its own left operand, one after the other; columns are those of gate 0, 1, 2, 3, 0, …
  template <int TILES, int ROWS_OF_8, bool BY_GATE>
  static __device__ __forceinline__ void multiply(const operands &o, warp_sums<TILES> &sums) {
    const int warp = threadIdx.x / 32, column = threadIdx.x % TILE_COLUMNS, half = threadIdx.x % 32 / TILE_COLUMNS;
    const float4 *weight = reinterpret_cast<const float4 *>(o.weight) + column;
    const float4 *left = reinterpret_cast<const float4 *>(o.left) + half;
    if (BY_GATE) left += column % 4 * o.steps * (LEFT_WORDS / 4);
    float sum[TILES][ROWS_OF_8][4] = {};
    for (int step = warp; step < o.steps; step += WARPS) {
#pragma unroll
      for (int quarter = 0; quarter < K_STEP / 4; quarter++) {
        float4 w[TILES];
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
          w[tile] = weight[(tile * o.weight_steps + step) * (WEIGHT_WORDS / 4) + quarter * TILE_COLUMNS];
#pragma unroll
        for (int i = 0; i < 4; i++)
#pragma unroll
          for (int rows = 0; rows < ROWS_OF_8; rows++) {
            const float4 h = left[(step * K_STEP + quarter * 4 + i) * (BATCH_TILE / 4) + 2 * rows];
#pragma unroll
            for (int tile = 0; tile < TILES; tile++) {
              sum[tile][rows][0] += h.x * element(w[tile], i);
              sum[tile][rows][1] += h.y * element(w[tile], i);
              sum[tile][rows][2] += h.z * element(w[tile], i);
              sum[tile][rows][3] += h.w * element(w[tile], i);
            }
          }
      }
    }
#pragma unroll
    for (int tile = 0; tile < TILES; tile++)
#pragma unroll
      for (int rows = 0; rows < ROWS_OF_8; rows++)
#pragma unroll
        for (int i = 0; i < 4; i++)
          sums.of[warp][8 * rows + 4 * half + i][tile * TILE_COLUMNS + column] = sum[tile][rows][i];
  }
};

// bfloat16 on tensor cores: tiles of the weight are the 16 × 16 operand of mma_bf16, and 8 rows of the batch the 16 × 8 one.
// The registers of a lane are neighbors in memory.
struct bfloat16_form {
  static constexpr int WEIGHT_WORDS = K_STEP * TILE_COLUMNS / 2;
  static constexpr int LEFT_WORDS = K_STEP * BATCH_TILE / 2;

  // Stores left[row, k] rounded.
  static __device__ __forceinline__ void put(uint32_t *left, int k, int row, float value, int) {
    const int step = k / K_STEP, lane = row % 8 * 4 + k % 8 / 2, in_register = k % K_STEP / 8;
    const int word = ((step * (BATCH_TILE / 8) + row / 8) * 32 + lane) * 2 + in_register;
    reinterpret_cast<uint16_t *>(left)[2 * word + k % 2] = static_cast<uint16_t>(bfloat16_bits(value));
  }

  // Returns one word of a tile, given its K step.
  template <int WIDTH>
  static __device__ __forceinline__ uint32_t weight_word(const float (&step)[K_STEP][WIDTH], int tile, int word, int) {
    const int lane = word / 4, in_register = word % 4;
    const int column = tile * TILE_COLUMNS + lane / 4 + in_register % 2 * 8, k = lane % 4 * 2 + in_register / 2 * 8;
    return bfloat16_pair(step[k][column], step[k + 1][column]);
  }

  // With BY_GATE, each gate has its own left operand. Its product takes the columns of that gate alone: zeros in place of the
  // others leave their sums as they are.
  template <int TILES, int ROWS_OF_8, bool BY_GATE>
  static __device__ __forceinline__ void multiply(const operands &o, warp_sums<TILES> &sums) {
    const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, group = lane / 4, in_group = lane % 4;
    const uint4 *weight = reinterpret_cast<const uint4 *>(o.weight) + lane;
    const uint2 *left = reinterpret_cast<const uint2 *>(o.left) + lane;
    constexpr int PARTS = BY_GATE ? 4 : 1;
    constexpr int AHEAD = BY_GATE ? 2 : TILES > 1 ? 4 : 8; // K steps whose loads are under way together
    float sum[TILES][ROWS_OF_8][4] = {};
    for (int first = warp; first < o.steps; first += AHEAD * WARPS) {
      uint4 w[AHEAD][TILES];
      uint2 h[AHEAD][PARTS][ROWS_OF_8];
#pragma unroll
      for (int i = 0; i < AHEAD; i++) {
        const int step = first + i * WARPS;
        const bool valid = step < o.steps;
#pragma unroll
        for (int tile = 0; tile < TILES; tile++)
          w[i][tile] = valid ? weight[(tile * o.weight_steps + step) * 32] : make_uint4(0, 0, 0, 0);
#pragma unroll
        for (int part = 0; part < PARTS; part++)
#pragma unroll
          for (int rows = 0; rows < ROWS_OF_8; rows++)
            h[i][part][rows] =
                valid ? left[((part * o.steps + step) * (BATCH_TILE / 8) + rows) * 32] : make_uint2(0, 0);
      }
#pragma unroll
      for (int i = 0; i < AHEAD; i++)
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
          const unsigned all = !BY_GATE || group % 4 == part ? ~0u : 0u; // columns 8 apart belong to the same gate
#pragma unroll
          for (int tile = 0; tile < TILES; tile++) {
            const unsigned a[4] = {w[i][tile].x & all, w[i][tile].y & all, w[i][tile].z & all, w[i][tile].w & all};
#pragma unroll
            for (int rows = 0; rows < ROWS_OF_8; rows++) {
              const unsigned b[2] = {h[i][part][rows].x, h[i][part][rows].y};
              mma_bf16(sum[tile][rows], a, b);
            }
          }
        }
    }
#pragma unroll
    for (int tile = 0; tile < TILES; tile++)
#pragma unroll
      for (int rows = 0; rows < ROWS_OF_8; rows++)
#pragma unroll
        for (int i = 0; i < 4; i++)
          sums.of[warp][8 * rows + 2 * in_group + i % 2][tile * TILE_COLUMNS + group + i / 2 * 8] = sum[tile][rows][i];
  }
};

// Multiplies, for as many rows as there are.
template <class Form, int TILES>
__device__ __forceinline__ void multiply(int rows, const operands &o, warp_sums<TILES> &sums) {
  switch ((rows + 7) / 8) {
    case 1: return Form::template multiply<TILES, 1, false>(o, sums);
    case 2: return Form::template multiply<TILES, 2, false>(o, sums);
    case 3: return Form::template multiply<TILES, 3, false>(o, sums);
    default: return Form::template multiply<TILES, 4, false>(o, sums);
  }
}

}  // namespace recurrent

#endif
