// The memory of kernels in a driver that checks: one range of addresses, with the state and the accesses of each word beside it.
#ifndef ZLM_EMULATOR_CHECKED_MEMORY_H
#define ZLM_EMULATOR_CHECKED_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace emulator {

constexpr size_t DEVICE_BYTES = size_t(16) << 30, SHARED_BYTES = size_t(1) << 30, ALL_BYTES = DEVICE_BYTES + SHARED_BYTES;
constexpr size_t WORD = 4, REDZONE = 512;

// Accesses of a word that others must wait for: those that no later access stands for. Each is packed into 64 bits; 0 is none.
// Of many that read the same word, some are forgotten.
struct Record {
  uint64_t accesses[4];
};

enum WordState : unsigned char { UNUSED = 0, USABLE = 1, FREED = 2 };

extern char *checked_memory;
extern Record *records;
extern unsigned char *states;

// Places are counted in bytes from the beginning of the memory.
inline size_t offset_of(const void *address) { return size_t(static_cast<const char *>(address) - checked_memory); }
inline bool is_shared(size_t offset) { return offset >= DEVICE_BYTES; }
inline WordState state_of(size_t offset) { return WordState(states[offset / WORD]); }
inline Record &record_of(size_t offset) { return records[offset / WORD]; }

void forget_records();
// Says in words where a place is.
std::string place_of(size_t offset);

}  // namespace emulator

#endif
