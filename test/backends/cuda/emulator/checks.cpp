#include "checks.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <unordered_map>
#include <vector>

#include "sources.h"

namespace emulator {

namespace {

// ---- The memory of kernels

constexpr size_t DEVICE_BYTES = size_t(16) << 30, SHARED_BYTES = size_t(1) << 30, ALL_BYTES = DEVICE_BYTES + SHARED_BYTES;
constexpr size_t WORD = 4, REDZONE = 512;

// Accesses of a word that others must wait for: those that no later access stands for. Each is packed into 64 bits; 0 is none.
// Of many that read the same word, some are forgotten.
struct Record {
  uint64_t accesses[4];
};

enum WordState : unsigned char { UNUSED = 0, USABLE = 1, FREED = 2 };

char *memory = nullptr;
Record *records = nullptr;
unsigned char *states = nullptr;

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
  if (memory != nullptr) return;
  memory = reserve<char>(ALL_BYTES);
  records = reserve<Record>(ALL_BYTES / WORD);
  states = reserve<unsigned char>(ALL_BYTES / WORD);
}

size_t offset_of(const void *address) { return size_t(static_cast<const char *>(address) - memory); }

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

// ---- Clocks

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

std::vector<ThreadClock> clocks;
std::vector<Clock *> spare_clocks;
// What can be learned from a flag: by its address.
std::unordered_map<uintptr_t, std::vector<uint32_t>> flags;

unsigned threads_per_block = 0, resident_threads = 0;
uint64_t block_number = 0;         // of the first of the resident blocks; they are numbered through all launches
uint64_t first_of_launch = 0;
unsigned resident_blocks = 0;

unsigned current = 0;              // the resident number of the running thread
uint64_t current_block = 0;

Clock *make_clock() {
  Clock *clock;
  if (spare_clocks.empty()) {
    clock = new Clock();
  } else {
    clock = spare_clocks.back();
    spare_clocks.pop_back();
  }
  clock->holders = 0;
  clock->seen.resize(resident_threads);
  return clock;
}

void hold(Clock *&place, Clock *clock) {
  if (clock != nullptr) clock->holders++;
  if (place != nullptr && --place->holders == 0) spare_clocks.push_back(place);
  place = clock;
}

void learn(std::vector<uint32_t> &known, const std::vector<uint32_t> &news) {
  if (known.size() < news.size()) known.resize(news.size());
  for (size_t i = 0; i < news.size(); i++) known[i] = std::max(known[i], news[i]);
}

// Replaces what a thread knows by that and `news`.
void learn_alone(ThreadClock &clock, const std::vector<uint32_t> &news) {
  Clock *own = make_clock();
  own->seen = clock.seen->seen;
  learn(own->seen, news);
  hold(clock.seen, own);
}

// ---- Accesses

struct Access {
  uint64_t block;
  unsigned thread;
  uint32_t step;
  unsigned bytes;  // of the word, as bits
  bool writes, atomic;
};

constexpr unsigned BLOCK_BITS = 22, THREAD_BITS = 16, STEP_BITS = 20;
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

bool is_shared(size_t offset) { return offset >= DEVICE_BYTES; }

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

std::string place_of(size_t offset);

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
  Record &record = records[offset / WORD];
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
    if (states[at / WORD] != USABLE) {
      const char *more = states[at / WORD] == FREED ? ", which has been freed" : "";
      report(ILLEGAL_ADDRESS, access.writes ? "writes" : "reads", std::max(at, offset), more);
    }
    constexpr unsigned ALL = (1u << WORD) - 1;
    access.bytes = ALL;
    if (at < offset) access.bytes &= ALL << (offset - at);
    if (at + WORD > end) access.bytes &= ALL >> (at + WORD - end);
    check_word(at, access);
  }
}

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

}  // namespace

// ---- Memory

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
  return uint64_t(memory + offset);
}

void release_checked(uint64_t address, size_t bytes) {
  const size_t offset = size_t(address - uint64_t(memory)), size = round_up(bytes, 256) + REDZONE;
  set_state(offset, bytes, FREED);
  allocations[offset].freed = true;
  forget(memory + offset, size);
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

char *make_checked_shared(size_t bytes) {
  reserve_all();
  next_shared += bytes + REDZONE;
  if (next_shared > ALL_BYTES) std::abort();
  return memory + next_shared - REDZONE;
}

void grant_shared(const char *from, size_t bytes, size_t of_bytes) {
  const size_t offset = offset_of(from), end = offset + round_up(bytes, 16);
  SharedPart &part = shared_parts[end];
  if (part.from == offset && part.bytes == bytes) return;
  set_state(end - of_bytes, of_bytes, UNUSED);
  set_state(offset, bytes, USABLE);
  part = {offset, bytes};
}

// ---- Launches

void begin_launch(unsigned threads) {
  threads_per_block = threads;
  block_number += resident_blocks;
  resident_blocks = 0;
  if (block_number >> (BLOCK_BITS - 1)) {  // numbers have run out: begin again, with no records
    madvise(records, ALL_BYTES / WORD * sizeof(Record), MADV_DONTNEED);
    block_number = 0;
  }
  if (block_number == 0) block_number = 1;
  first_of_launch = block_number;
}

void begin_blocks(unsigned count) {
  for (ThreadClock &clock : clocks) {
    hold(clock.seen, nullptr);
    hold(clock.fenced, nullptr);
    clock.unfenced.clear();
  }
  block_number += resident_blocks;
  resident_blocks = count;
  resident_threads = count * threads_per_block;
  if (clocks.size() < resident_threads) clocks.resize(resident_threads);
  Clock *start = make_clock();
  std::fill(start->seen.begin(), start->seen.end(), 0);
  for (unsigned i = 0; i < resident_threads; i++) {
    hold(clocks[i].seen, start);
    clocks[i].step = 1;
  }
  flags.clear();
}

void enter_thread(unsigned resident_block, unsigned thread) {
  current = resident_block * threads_per_block + thread;
  current_block = block_number + resident_block;
}

void threads_met(unsigned resident_block, const unsigned *threads, unsigned count) {
  const unsigned base = resident_block * threads_per_block;
  Clock *first = clocks[base + threads[0]].seen, *known = first;
  const auto shares_first = [&](unsigned thread) { return clocks[base + thread].seen == first; };
  if (first->holders != count || !std::all_of(threads, threads + count, shares_first)) {
    known = make_clock();
    known->seen = first->seen;
    const Clock *last = first;
    for (unsigned i = 0; i < count; i++) {
      const Clock *other = clocks[base + threads[i]].seen;
      if (other != last) learn(known->seen, other->seen);
      last = other;
    }
  }
  for (unsigned i = 0; i < count; i++) {
    ThreadClock &clock = clocks[base + threads[i]];
    uint32_t &step = known->seen[base + threads[i]];
    step = std::max(step, clock.step);
    hold(clock.seen, known);
    if (++clock.step >> STEP_BITS) fail("its threads meet more often than the checks can count");
  }
}

// ---- Fences and flags

void note_fence() {
  ThreadClock &clock = clocks[current];
  if (!clock.unfenced.empty()) {
    learn_alone(clock, clock.unfenced);
    clock.unfenced.clear();
  }
  hold(clock.fenced, clock.seen);
  clock.fenced_step = clock.step++;
}

void note_acquire(const void *address, const void *by) {
  check(address, WORD, Kind::atomic_read, by);
  const auto flag = flags.find(uintptr_t(address));
  if (flag != flags.end()) learn_alone(clocks[current], flag->second);
}

void note_atomic(const void *address, const void *by) {
  check(address, WORD, Kind::atomic_write, by);
  ThreadClock &clock = clocks[current];
  std::vector<uint32_t> &flag = flags[uintptr_t(address)];
  learn(clock.unfenced, flag);
  if (clock.fenced == nullptr) return;
  learn(flag, clock.fenced->seen);
  flag[current] = std::max(flag[current], clock.fenced_step);
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
