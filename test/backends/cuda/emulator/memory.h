// Memory of the emulated device, and page-locked memory of the machine.
#ifndef ZLM_EMULATOR_MEMORY_H
#define ZLM_EMULATOR_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace emulator {

// Gets device memory, all of whose bits are set: as floats, NaN. Returns 0 when the device has too little.
uint64_t allocate(size_t bytes);
// Returns whether the address was the start of an allocation, which is freed then.
bool release(uint64_t address);
size_t free_bytes();
// Returns whether a range is within one allocation.
bool is_allocated(uint64_t address, size_t bytes);

void *allocate_pinned(size_t bytes);
bool release_pinned(void *memory);
bool is_pinned(const void *address, size_t bytes);

// Says which allocation, among those with a guard page, somebody has written behind since it was last asked; empty if nobody has.
// Allocations are rounded up to 16 bytes, within which the guard page cannot notice it.
std::string find_overrun();

// Says in words where an address is that a kernel may not access.
std::string describe_address(const void *address);

}  // namespace emulator

#endif
