// What the emulated device can run at once.
#ifndef ZLM_EMULATOR_LIMITS_H
#define ZLM_EMULATOR_LIMITS_H

#include <cstddef>

#include "launches.h"

namespace emulator {

constexpr size_t ORDINARY_SHARED_BYTES = 48 << 10, RESERVED_SHARED_BYTES = 1024;

// Shared memory that a block may ask for.
size_t most_shared_bytes();
// Grants a kernel as much shared memory as a launch may ask for.
void grant_shared_bytes(const Kernel *kernel, size_t bytes);
// Blocks that are resident on one multiprocessor.
int blocks_per_processor(size_t threads, size_t shared_bytes);
// Returns the driver's error for a launch that the device cannot run.
int check_launch(const Kernel *kernel, dim3 grid, dim3 block, size_t shared_bytes, bool cooperative);

}  // namespace emulator

#endif
