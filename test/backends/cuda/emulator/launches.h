// Launches of kernels, as the driver asks the scheduler for them.
#ifndef ZLM_EMULATOR_LAUNCHES_H
#define ZLM_EMULATOR_LAUNCHES_H

#include <cstddef>
#include <string>

#include "emulator.h"

namespace emulator {

// A kernel, which takes one struct by value.
struct Kernel {
  const char *name;
  void (*call)(const void *argument);
  size_t argument_bytes;
};

// Returns null for a name that the table (kernels.cpp) does not have.
const Kernel *find_kernel(const char *name);

struct Launch {
  const Kernel *kernel;
  const void *argument;
  dim3 grid, block;
  size_t shared_bytes;
  bool cooperative;  // all blocks are resident at once, and take turns
};

// The driver's error codes that a running kernel may cause.
enum Failure {
  SUCCESS = 0,
  ILLEGAL_ADDRESS = 700,
  ILLEGAL_INSTRUCTION = 715,
  MISALIGNED_ADDRESS = 716,
  LAUNCH_FAILED = 719,
};

struct Outcome {
  Failure failure = SUCCESS;
  std::string text;  // of a failure: kernel, block, thread, what happened
};

// Ends the running launch.
[[noreturn]] void fail(Failure failure, const char *text);

// Runs a kernel to its end.
Outcome run(const Launch &launch);

// Returns a random number, below the bound, that depends on the seed.
unsigned random_below(unsigned bound);
void seed_random(uint64_t seed);

}  // namespace emulator

#endif
