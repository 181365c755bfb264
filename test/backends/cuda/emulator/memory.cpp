#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>

#include "checks.h"
#include "settings.h"

namespace emulator {

namespace {

struct Allocation {
  size_t bytes;
  // With a guard page: what was mapped, guard included. Otherwise null.
  char *mapping;
  size_t mapped_bytes;
};

using Allocations = std::map<uint64_t, Allocation>;  // by address

Allocations live, freed;
// Addresses in `freed`, the first freed first. They are inaccessible until so many others have been freed.
std::deque<uint64_t> freed_order;
constexpr size_t MOST_FREED = 4096;
size_t used_bytes = 0;

std::map<uint64_t, size_t> pinned;

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Maps memory that ends where an inaccessible page begins.
uint64_t allocate_guarded(size_t bytes) {
  const size_t page = size_t(sysconf(_SC_PAGESIZE)), content = round_up(bytes, page);
  void *memory = mmap(nullptr, content + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 0;
  char *mapping = static_cast<char *>(memory);
  if (mprotect(mapping + content, page, PROT_NONE) != 0) return 0;
  // Vectors of 16 bytes must be aligned, so up to 15 bytes behind an allocation remain accessible.
  const uint64_t address = uint64_t(mapping + content - round_up(bytes, 16));
  live[address] = {bytes, mapping, content + page};
  return address;
}

uint64_t allocate_plain(size_t bytes) {
  const uint64_t address = uint64_t(std::aligned_alloc(256, round_up(bytes, 256)));
  if (address != 0) live[address] = {bytes, nullptr, 0};
  return address;
}

uint64_t allocate_for_checks(size_t bytes) {
  const uint64_t address = allocate_checked(bytes);
  if (address != 0) live[address] = {bytes, nullptr, 0};
  return address;
}

void make_inaccessible(uint64_t address, const Allocation &allocation) {
  mprotect(allocation.mapping, allocation.mapped_bytes, PROT_NONE);
  madvise(allocation.mapping, allocation.mapped_bytes, MADV_DONTNEED);
  freed[address] = allocation;
  freed_order.push_back(address);
  if (freed_order.size() <= MOST_FREED) return;
  const auto oldest = freed.find(freed_order.front());
  munmap(oldest->second.mapping, oldest->second.mapped_bytes);
  freed.erase(oldest);
  freed_order.pop_front();
}

// Returns the last allocation that begins at an address or before it; the end if there is none.
Allocations::const_iterator before(const Allocations &allocations, uint64_t address) {
  auto next = allocations.upper_bound(address);
  return next == allocations.begin() ? allocations.end() : --next;
}

}  // namespace

uint64_t allocate(size_t bytes) {
  if (bytes > free_bytes()) return 0;
  const uint64_t address = CHECKS           ? allocate_for_checks(bytes)
                           : settings.guard ? allocate_guarded(bytes)
                                            : allocate_plain(bytes);
  if (address == 0) return 0;
  used_bytes += bytes;
  std::memset(reinterpret_cast<void *>(address), 0xff, live[address].mapping == nullptr ? bytes : round_up(bytes, 16));
  return address;
}

bool release(uint64_t address) {
  const auto found = live.find(address);
  if (found == live.end()) return false;
  const Allocation allocation = found->second;
  live.erase(found);
  used_bytes -= allocation.bytes;
  if (CHECKS) release_checked(address, allocation.bytes);
  else if (allocation.mapping == nullptr) std::free(reinterpret_cast<void *>(address));
  else make_inaccessible(address, allocation);
  return true;
}

size_t free_bytes() { return settings.memory > used_bytes ? settings.memory - used_bytes : 0; }

bool is_allocated(uint64_t address, size_t bytes) {
  const auto found = before(live, address);
  return found != live.end() && address + bytes <= found->first + found->second.bytes;
}

void *allocate_pinned(size_t bytes) {
  void *memory = std::aligned_alloc(4096, round_up(bytes, 4096));
  if (memory != nullptr) pinned[uint64_t(memory)] = bytes;
  return memory;
}

bool release_pinned(void *memory) {
  if (pinned.erase(uint64_t(memory)) == 0) return false;
  std::free(memory);
  return true;
}

bool is_pinned(const void *address, size_t bytes) {
  auto next = pinned.upper_bound(uint64_t(address));
  if (next == pinned.begin()) return false;
  --next;
  return uint64_t(address) + bytes <= next->first + next->second;
}

std::string find_overrun() {
  constexpr unsigned char UNTOUCHED = 0xff;
  for (auto &[address, allocation] : live) {
    if (allocation.mapping == nullptr) continue;
    unsigned char *end = reinterpret_cast<unsigned char *>(address) + allocation.bytes;
    for (size_t i = 0; i < round_up(allocation.bytes, 16) - allocation.bytes; i++) {
      if (end[i] != UNTOUCHED) {
        std::memset(end, UNTOUCHED, round_up(allocation.bytes, 16) - allocation.bytes);
        return std::to_string(i) + " bytes behind an allocation of " + std::to_string(allocation.bytes) + " bytes";
      }
    }
  }
  return "";
}

std::string describe_address(const void *address) {
  constexpr uint64_t NEAR = 65536;
  const uint64_t at = uint64_t(address);
  if (at < NEAR) return "address " + std::to_string(at) + ": a null pointer, or an element of one";
  const auto old = before(freed, at);
  if (old != freed.end() && at < old->first + old->second.bytes) {
    return "memory that has been freed, at byte " + std::to_string(at - old->first) + " of " +
           std::to_string(old->second.bytes);
  }
  const auto found = before(live, at);
  if (found != live.end() && at - found->first < found->second.bytes + NEAR) {
    const uint64_t bytes = found->second.bytes;
    return at - found->first < bytes
               ? "byte " + std::to_string(at - found->first) + " of an allocation of " + std::to_string(bytes) + " bytes"
               : std::to_string(at - found->first - bytes) + " bytes behind an allocation of " + std::to_string(bytes) +
                     " bytes";
  }
  const auto next = live.upper_bound(at);
  if (next != live.end() && next->first - at < NEAR) {
    return std::to_string(next->first - at) + " bytes before an allocation of " + std::to_string(next->second.bytes) +
           " bytes";
  }
  return "an address that is in no allocation";
}

}  // namespace emulator
