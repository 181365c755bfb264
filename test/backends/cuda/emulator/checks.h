// Checks of each access of memory by kernels, in a driver that was built with ZLM_EMULATOR_CHECKS: it must be within an
// allocation, and of two threads that access the same word, one of them writing, one must have waited for the other.
//
// The compiler calls __tsan_read4 and the like before each access (-fsanitize=thread), and they are here instead of in its own
// library. Each thread has a clock of all others: how far it knows them to be. Barriers, meetings of warps, and fences with
// atomics bring clocks together; so a missing barrier is found whatever the schedule, and a missing fence, too.
#ifndef ZLM_EMULATOR_CHECKS_H
#define ZLM_EMULATOR_CHECKS_H

#include <cstddef>
#include <cstdint>
#include <string>

#include "launches.h"

namespace emulator {

#ifdef ZLM_EMULATOR_CHECKS
constexpr bool CHECKS = true;
#else
constexpr bool CHECKS = false;
#endif

// ---- Memory. With checks, all memory of kernels is in one range of addresses, with records of each word beside it.

// Returns 0 when there is no such space left.
uint64_t allocate_checked(size_t bytes);
void release_checked(uint64_t address, size_t bytes);
// Returns memory for the shared memory of a block, whose end is at a multiple of 16.
char *make_checked_shared(size_t bytes);
// Says which part of such memory the running launch has.
void grant_shared(const char *from, size_t bytes, size_t of_bytes);

// ---- Launches

// Threads are numbered through the blocks that are resident together.
void begin_launch(unsigned threads_per_block);
void begin_blocks(unsigned resident_blocks);
// Says which thread runs now.
void enter_thread(unsigned resident_block, unsigned thread);
// Tells that these threads of a block have waited for each other.
void threads_met(unsigned resident_block, const unsigned *threads, unsigned count);

// ---- What the present thread does

// `by` is the instruction.
void note_fence();
void note_acquire(const void *address, const void *by);
void note_atomic(const void *address, const void *by);
void note_read(const void *address, size_t bytes, const void *by);
void note_write(const void *address, size_t bytes, const void *by);

}  // namespace emulator

#endif
