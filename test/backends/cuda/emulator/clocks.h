// What each thread knows of the others: how far it has waited for them.
#ifndef ZLM_EMULATOR_CLOCKS_H
#define ZLM_EMULATOR_CLOCKS_H

#include <cstdint>
#include <vector>

namespace emulator {

// How far each thread is known to be: the number of its last step that has been waited for.
struct Clock {
  unsigned holders;
  std::vector<uint32_t> seen;
};

struct ThreadClock {
  Clock *seen;            // of others; shared by threads that have met
  uint32_t step;          // its own
  Clock *fenced;          // what it and others knew at its last fence; null before
  uint32_t fenced_step;
  std::vector<uint32_t> unfenced;  // what atomics have told it, to be known after its next fence
};

// By the number of the thread in the blocks that are resident together.
extern std::vector<ThreadClock> clocks;
extern unsigned threads_per_block, resident_threads;
// Blocks are numbered through all launches: the first of the resident ones, and the first of the launch.
extern uint64_t block_number, first_of_launch;
// The running thread, and its block.
extern unsigned current;
extern uint64_t current_block;

// An access must fit 64 bits together with its step.
constexpr unsigned BLOCK_BITS = 22, THREAD_BITS = 16, STEP_BITS = 20;

// The running thread reads a flag with acquire; what was known when it was set counts at once.
void learn_from_flag(const void *address);
// The running thread changes a flag with an atomic: sets what can be learned from it, and learns at its next fence.
void exchange_with_flag(const void *address);

}  // namespace emulator

#endif
