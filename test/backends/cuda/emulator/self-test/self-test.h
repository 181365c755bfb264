// Kernels that show what the emulator does (../../emulator.test.ts). Each takes addresses and then integers, so that the test
// lays out every argument in the same manner.
#ifndef ZLM_SELF_TEST_H
#define ZLM_SELF_TEST_H

#include "integers.h"

typedef struct {
  float *at;
  int32_t first;
} test_access;

// Threads give out[] the values of others through shared memory.
typedef struct {
  float *out;
  int32_t with_barrier;
} test_barrier;
KERNEL(reverse_block, test_barrier)

// Sums tiles of x, which all go through the same shared memory.
typedef struct {
  const float *x;
  float *out;
  int32_t tiles, with_second_barrier;
} test_tiles;
KERNEL(sum_tiles, test_tiles)

typedef struct {
  uint32_t *out; // a row of 32 for each kind of shuffle and vote
} test_warp;
KERNEL(shuffle_and_vote, test_warp)

// The same values after a barrier, by __syncwarp with masks of 16 lanes, one half after the other.
typedef struct {
  float *out;
  int32_t with_barrier;
} test_half_warps;
KERNEL(reverse_half_warps, test_half_warps)

// d = a · b for one tile, from and to matrices row by row.
typedef struct {
  const float *a, *b;
  float *d;
} test_product;
KERNEL(multiply_bf16, test_product)
KERNEL(multiply_tf32, test_product)

// Copies x to shared memory in two groups, waits for all but `pending` of them, and gives out what is in shared memory.
typedef struct {
  const float *x;
  float *out;
  int32_t pending, valid;
} test_copies;
KERNEL(copy_through_shared, test_copies)

// Blocks take turns: in each step, each writes a number and then adds those of all.
typedef struct {
  uint32_t *arrived;
  float *written, *sums;
  int32_t steps, with_barrier, with_fence, with_acquire;
} test_grid;
KERNEL(sum_of_blocks, test_grid)

// A value through shared memory, with a shuffle between writing and reading, which is no barrier of memory.
KERNEL(reverse_behind_shuffle, test_barrier)

// Threads of several blocks write the same value to the same place.
KERNEL(write_same, test_access)

KERNEL(write_from, test_access)
KERNEL(give_out_shared, test_access)
KERNEL(write_beyond_shared, test_access)
KERNEL(declare_more_shared, test_access)

typedef struct {
  uint32_t *next, *order;
} test_order;
KERNEL(note_order, test_order)

typedef struct {
  uint32_t *at;
} test_waiting;
KERNEL(wait_for_nobody, test_waiting)
KERNEL(shuffle_with_half, test_waiting)
KERNEL(skip_barrier, test_waiting)
KERNEL(disagree_on_mask, test_waiting)
KERNEL(divide_by_zero, test_waiting)

#endif
