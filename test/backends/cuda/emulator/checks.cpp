#include "checks.h"

#include <algorithm>
#include <cstdio>

#include "checked-memory.h"
#include "clocks.h"
#include "sources.h"

namespace emulator {

namespace {

// ---- Accesses

struct Access {
  uint64_t block;
  unsigned thread;
  uint32_t step;
  unsigned bytes;  // of the word, as bits
  bool writes, atomic;
};

static_assert(BLOCK_BITS + THREAD_BITS + STEP_BITS + WORD + 2 == 64, "an access fits a record");

uint64_t block_of(uint64_t packed) { return packed >> (64 - BLOCK_BITS); }

uint64_t pack(const Access &access) {
  uint64_t packed = access.block;
  packed = packed << THREAD_BITS | access.thread;
  packed = packed << STEP_BITS | access.step;
  packed = packed << WORD | access.bytes;
  return packed << 2 | uint64_t(access.writes) << 1 | uint64_t(access.atomic);
}

Access unpack(uint64_t packed) {
  const auto take = [&](unsigned bits) {
    const uint64_t value = packed & ((uint64_t(1) << bits) - 1);
    packed >>= bits;
    return value;
  };
  Access access;
  access.atomic = take(1) != 0;
  access.writes = take(1) != 0;
  access.bytes = unsigned(take(WORD));
  access.step = uint32_t(take(STEP_BITS));
  access.thread = unsigned(take(THREAD_BITS));
  access.block = packed;
  return access;
}

// Whether the running thread has waited for an access that was recorded in the running launch.
bool is_before(const Access &access, size_t offset) {
  if (is_shared(offset) && access.block != current_block) return true;  // of a block that had this shared memory before
  if (access.block < block_number) return false;                        // blocks of a launch do not wait for each other
  if (access.thread == current) return true;
  return clocks[current].seen->seen[access.thread] >= access.step;
}

std::string name_of(const Access &access) {
  char text[100];
  if (access.block == current_block) {
    std::snprintf(text, sizeof text, "thread %u of the block", access.thread % threads_per_block);
  } else if (access.block >= block_number) {
    std::snprintf(text, sizeof text, "thread %u of the resident block %u", access.thread % threads_per_block,
                  access.thread / threads_per_block);
  } else {
    std::snprintf(text, sizeof text, "another block");
  }
  return text;
}

// The instruction that is being checked.
const void *instruction = nullptr;

[[noreturn]] void report(Failure failure, const char *does, size_t offset, const std::string &more) {
  const std::string text = std::string("it ") + does + " " + place_of(offset) + more + source_of(instruction);
  fail(failure, text.c_str());
}

[[noreturn]] void report_race(const char *does, size_t offset, const Access &other, const char *did) {
  report(LAUNCH_FAILED, does, offset, ", which " + name_of(other) + " has " + did + ", and neither waits for the other");
}

// Checks the running thread's access of a word, and records it.
void check_word(size_t offset, const Access &own) {
  const uint64_t packed = pack(own);
  uint64_t *empty = nullptr, *read = nullptr;
  Record &record = record_of(offset);
  for (uint64_t &known : record.accesses) {
    if (known == packed) return;
    // None (0, which no launch has), or of an earlier launch, which this one has waited for.
    if (block_of(known) < first_of_launch) {
      empty = &known;
      continue;
    }
    const Access other = unpack(known);
    const bool before = is_before(other, offset);
    const bool conflicts = (own.bytes & other.bytes) != 0 && (own.writes || other.writes) && !(own.atomic && other.atomic);
    if (conflicts && !before) report_race(own.writes ? "writes" : "reads", offset, other, other.writes ? "written" : "read");
    // Whoever waits for this access has waited for the other.
    const bool stands_for = before && (other.bytes & ~own.bytes) == 0 && (own.writes || !other.writes);
    if (stands_for) {
      known = 0;
      empty = &known;
    } else if (!other.writes) {
      read = &known;
    }
  }
  static unsigned next = 0;
  uint64_t *place = empty != nullptr ? empty : read != nullptr && next % 2 == 0 ? read : &record.accesses[next / 2 % 4];
  next++;
  *place = packed;
}

enum class Kind { read, write, atomic_read, atomic_write };

void check(const void *address, size_t bytes, Kind kind, const void *by) {
  const size_t offset = offset_of(address), end = offset + bytes;
  if (offset >= ALL_BYTES || resident_threads == 0) return;  // a variable of the thread, or the emulator itself
  instruction = by;
  Access access = {current_block, current, clocks[current].step, 0, false, false};
  access.writes = kind == Kind::write || kind == Kind::atomic_write;
  access.atomic = kind == Kind::atomic_read || kind == Kind::atomic_write;
  for (size_t at = offset / WORD * WORD; at < end; at += WORD) {
    if (state_of(at) != USABLE) {
      const char *more = state_of(at) == FREED ? ", which has been freed" : "";
      report(ILLEGAL_ADDRESS, access.writes ? "writes" : "reads", std::max(at, offset), more);
    }
    constexpr unsigned ALL = (1u << WORD) - 1;
    access.bytes = ALL;
    if (at < offset) access.bytes &= ALL << (offset - at);
    if (at + WORD > end) access.bytes &= ALL >> (at + WORD - end);
    check_word(at, access);
  }
}

}  // namespace

// ---- What the scheduler and the compiler tell

void note_acquire(const void *address, const void *by) {
  check(address, WORD, Kind::atomic_read, by);
  learn_from_flag(address);
}

void note_atomic(const void *address, const void *by) {
  check(address, WORD, Kind::atomic_write, by);
  exchange_with_flag(address);
}

void note_read(const void *address, size_t bytes, const void *by) { check(address, bytes, Kind::read, by); }

void note_write(const void *address, size_t bytes, const void *by) { check(address, bytes, Kind::write, by); }

}  // namespace emulator

// ---- What the compiler calls before each access

#define HOOK(name) extern "C" __attribute__((visibility("hidden"))) void __tsan_##name
#define CHECK(bytes, kind) emulator::check(at, bytes, emulator::Kind::kind, __builtin_return_address(0))
#define ACCESS(bytes)                                             \
  HOOK(read##bytes)(void *at) { CHECK(bytes, read); }             \
  HOOK(write##bytes)(void *at) { CHECK(bytes, write); }           \
  HOOK(unaligned_read##bytes)(void *at) { CHECK(bytes, read); }   \
  HOOK(unaligned_write##bytes)(void *at) { CHECK(bytes, write); }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)
HOOK(read_range)(void *at, unsigned long bytes) { CHECK(bytes, read); }
HOOK(write_range)(void *at, unsigned long bytes) { CHECK(bytes, write); }
HOOK(init)() {}
