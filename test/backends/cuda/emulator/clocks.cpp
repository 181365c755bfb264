#include "clocks.h"

#include <algorithm>
#include <unordered_map>

#include "checked-memory.h"
#include "checks.h"

namespace emulator {

std::vector<ThreadClock> clocks;
unsigned threads_per_block = 0, resident_threads = 0;
uint64_t block_number = 0, first_of_launch = 0;
unsigned current = 0;
uint64_t current_block = 0;

namespace {

unsigned resident_blocks = 0;
std::vector<Clock *> spare_clocks;
// What can be learned from a flag: by its address.
std::unordered_map<uintptr_t, std::vector<uint32_t>> flags;

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

}  // namespace

// ---- Launches

void begin_launch(unsigned threads) {
  threads_per_block = threads;
  block_number += resident_blocks;
  resident_blocks = 0;
  if (block_number >> (BLOCK_BITS - 1)) {  // numbers have run out: begin again, with no records
    forget_records();
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

void learn_from_flag(const void *address) {
  const auto flag = flags.find(uintptr_t(address));
  if (flag != flags.end()) learn_alone(clocks[current], flag->second);
}

void exchange_with_flag(const void *address) {
  ThreadClock &clock = clocks[current];
  std::vector<uint32_t> &flag = flags[uintptr_t(address)];
  learn(clock.unfenced, flag);
  if (clock.fenced == nullptr) return;
  learn(flag, clock.fenced->seen);
  flag[current] = std::max(flag[current], clock.fenced_step);
}

}  // namespace emulator
