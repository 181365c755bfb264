#include "checked-memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "checks.h"

namespace emulator {

char *checked_memory = nullptr;
Record *records = nullptr;
unsigned char *states = nullptr;

namespace {

template <typename T>
T *reserve(size_t count) {
  void *mapped = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    std::fprintf(stderr, "the emulated driver cannot reserve addresses for its checks; set ZLM_EMULATOR_CHECKS=0\n");
    std::abort();
  }
  return static_cast<T *>(mapped);
}

void reserve_all() {
  if (checked_memory != nullptr) return;
  checked_memory = reserve<char>(ALL_BYTES);
  records = reserve<Record>(ALL_BYTES / WORD);
  states = reserve<unsigned char>(ALL_BYTES / WORD);
}

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

void set_state(size_t offset, size_t bytes, WordState state) {
  std::memset(states + offset / WORD, state, round_up(bytes, WORD) / WORD);
}

// Gives pages back to the system; they are zeros afterwards.
template <typename T>
void forget(T *from, size_t count) {
  constexpr size_t PAGE = 65536;
  const uintptr_t begin = round_up(uintptr_t(from), PAGE), end = uintptr_t(from + count) / PAGE * PAGE;
  if (begin < end) madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

// Free ranges of the device's part, by offset. Allocations take the first that fits behind the last one, so that freed memory is
// not used again soon.
std::map<size_t, size_t> free_ranges = {{0, DEVICE_BYTES}};
size_t next_offset = 0;

// Shared memory that blocks have, by its end: the part that the launch has granted.
struct SharedPart {
  size_t from, bytes;
};
std::map<size_t, SharedPart> shared_parts;
size_t next_shared = DEVICE_BYTES;

struct Allocation {
  size_t bytes;
  bool freed;
};
std::map<size_t, Allocation> allocations;  // by offset, freed ones until their memory is used again

}  // namespace

void forget_records() { madvise(records, ALL_BYTES / WORD * sizeof(Record), MADV_DONTNEED); }

std::string place_of(size_t offset) {
  char text[200];
  if (is_shared(offset)) {
    const auto part = shared_parts.upper_bound(offset);
    if (part == shared_parts.end()) return "shared memory";
    const long at = long(offset) - long(part->second.from);
    std::snprintf(text, sizeof text, "byte %ld of the %zu of shared memory", at, part->second.bytes);
    return text;
  }
  auto found = allocations.upper_bound(offset);
  if (found == allocations.begin()) return "memory before all allocations";
  --found;
  const size_t at = offset - found->first, size = found->second.bytes;
  if (at < size) std::snprintf(text, sizeof text, "byte %zu of an allocation of %zu bytes", at, size);
  else std::snprintf(text, sizeof text, "%zu bytes behind an allocation of %zu bytes", at - size, size);
  return text;
}

// ---- Memory of the device

uint64_t allocate_checked(size_t bytes) {
  reserve_all();
  const size_t wanted = round_up(bytes, 256) + REDZONE;
  auto fits = [&](const std::pair<const size_t, size_t> &range) { return range.second >= wanted; };
  auto range = std::find_if(free_ranges.lower_bound(next_offset), free_ranges.end(), fits);
  if (range == free_ranges.end()) range = std::find_if(free_ranges.begin(), free_ranges.end(), fits);
  if (range == free_ranges.end()) return 0;
  const size_t offset = range->first, size = range->second;
  free_ranges.erase(range);
  if (size > wanted) free_ranges[offset + wanted] = size - wanted;
  next_offset = offset + wanted;
  allocations.erase(allocations.lower_bound(offset), allocations.lower_bound(offset + wanted));
  allocations[offset] = {bytes, false};
  set_state(offset, wanted, UNUSED);
  set_state(offset, bytes, USABLE);
  return uint64_t(checked_memory + offset);
}

void release_checked(uint64_t address, size_t bytes) {
  const size_t offset = size_t(address - uint64_t(checked_memory)), size = round_up(bytes, 256) + REDZONE;
  set_state(offset, bytes, FREED);
  allocations[offset].freed = true;
  forget(checked_memory + offset, size);
  forget(records + offset / WORD, size / WORD);
  auto range = free_ranges.emplace(offset, size).first;
  const auto next = std::next(range);
  if (next != free_ranges.end() && range->first + range->second == next->first) {
    range->second += next->second;
    free_ranges.erase(next);
  }
  if (range == free_ranges.begin()) return;
  const auto previous = std::prev(range);
  if (previous->first + previous->second != range->first) return;
  previous->second += range->second;
  free_ranges.erase(range);
}

// ---- Shared memory

char *make_checked_shared(size_t bytes) {
  reserve_all();
  next_shared += bytes + REDZONE;
  if (next_shared > ALL_BYTES) std::abort();
  return checked_memory + next_shared - REDZONE;
}

void grant_shared(const char *from, size_t bytes, size_t of_bytes) {
  const size_t offset = offset_of(from), end = offset + round_up(bytes, 16);
  SharedPart &part = shared_parts[end];
  if (part.from == offset && part.bytes == bytes) return;
  set_state(end - of_bytes, of_bytes, UNUSED);
  set_state(offset, bytes, USABLE);
  part = {offset, bytes};
}

}  // namespace emulator
