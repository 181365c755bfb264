// Runs the threads of a launch on fibers. A thread begins on the fiber of one that has ended, and keeps it only when it has to
// wait; so a kernel in which nobody waits is a loop. With a seed, threads, warps and blocks run in an order that depends on it,
// and some run far ahead of others, as they may on a GPU: a kernel that lacks a barrier then gives wrong results.
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <vector>

#include "checks.h"
#include "fibers.h"
#include "launches.h"
#include "memory.h"
#include "settings.h"
#include "sources.h"
#include "warp-products.h"

namespace emulator {

Here here;

namespace {

constexpr unsigned WARP = 32;
constexpr unsigned MOST_THREADS = 1024;

// A copy to shared memory that has been started and not yet waited for.
struct Copy {
  char *to;
  const char *from;
  unsigned bytes, valid;
  const void *by;  // the instruction
};
// The copies of one thread. Groups end where commit_copies was called.
struct Copies {
  std::vector<Copy> list;
  std::vector<size_t> ends;
};

struct Block;

// What a lane brings to a meeting of its warp, and takes from it.
struct Visit {
  Meeting meeting;
  unsigned mask, from;
  uint64_t value;
  Fragments fragments;
};

// Sets of lanes are bits.
struct Warp {
  Block *block;
  unsigned first_thread;
  unsigned unstarted, ready, spinning, at_barrier, in_meeting, alive;
  bool queued;
  Fiber *fibers[WARP];
  Copies *copies[WARP];
  Visit visits[WARP];
};

struct Block {
  uint3 index;
  unsigned place;  // among the resident ones
  char *shared;
  unsigned alive, at_barrier;  // numbers of threads
  unsigned true_predicates, counted;
  Warp warps[MOST_THREADS / WARP];
};

// ---- The state of the running launch

const Launch *running = nullptr;
Outcome outcome;
std::vector<Block *> blocks;  // those that are resident, and more that earlier launches needed
unsigned resident = 0, warps_per_block = 0;
unsigned unfinished = 0;  // threads of resident blocks
Warp *warp = nullptr;     // of the running thread
Block *favorite = nullptr;  // with a seed: the block that is ahead
// Calls by which threads waited, since something last changed that others may wait for.
unsigned long spins_in_vain = 0, polls_in_vain = 0;

// A ring of the warps that can run; as many places as resident warps.
std::vector<Warp *> ring;
unsigned ring_start = 0, ring_count = 0;

uint64_t random_state = 0;
bool seeded() { return random_state != 0; }
bool one_in(unsigned n) { return seeded() && random_below(n) == 0; }

unsigned bit_of(unsigned lane) { return 1u << lane; }
unsigned here_bit() { return bit_of(here.lane); }
unsigned lowest(unsigned lanes) { return unsigned(__builtin_ctz(lanes)); }

// ---- Which thread is next

void enqueue(Warp *w) {
  if (w->queued || w == warp) return;
  w->queued = true;
  ring[(ring_start + ring_count++) % ring.size()] = w;
}

Warp *&in_ring(unsigned place) { return ring[(ring_start + place) % ring.size()]; }

// Takes the warp that has waited longest; with a seed any, more often one of the block that is ahead.
Warp *dequeue() {
  if (seeded()) {
    unsigned place = random_below(ring_count);
    if (one_in(16)) favorite = nullptr;
    for (unsigned i = 0; favorite != nullptr && i < ring_count; i++) {
      const unsigned candidate = (place + i) % ring_count;
      if (in_ring(candidate)->block != favorite) continue;
      place = candidate;
      break;
    }
    std::swap(in_ring(0), in_ring(place));
    favorite = in_ring(0)->block;
  }
  Warp *w = in_ring(0);
  ring_start = (ring_start + 1) % ring.size();
  ring_count--;
  w->queued = false;
  w->ready |= w->spinning;
  w->spinning = 0;
  return w;
}

unsigned runnable(const Warp &w) { return w.ready | w.unstarted; }

// Makes `here` describe a lane of `warp`.
void move_to(unsigned lane) {
  const dim3 &size = running->block;
  const unsigned thread = warp->first_thread + lane;
  if (CHECKS) enter_thread(warp->block->place, thread);
  here.lane = lane;
  here.block = warp->block->index;
  if (size.y == 1 && size.z == 1) here.thread = {thread, 0, 0};
  else here.thread = {thread % size.x, thread / size.x % size.y, thread / (size.x * size.y)};
}

enum class Choice { starts, resumes, none };

// Chooses the thread that runs next and makes it the present one.
Choice choose() {
  const bool leave = one_in(4);
  if (warp == nullptr || runnable(*warp) == 0 || leave) {
    Warp *left = warp;
    warp = nullptr;
    if (left != nullptr && (runnable(*left) | left->spinning) != 0) enqueue(left);
    if (ring_count == 0) return Choice::none;
    warp = dequeue();
  }
  unsigned lanes = runnable(*warp);
  if (seeded()) {
    const unsigned from = random_below(WARP);
    if (lanes >> from != 0) lanes = lanes >> from << from;
  }
  const unsigned lane = lowest(lanes);
  move_to(lane);
  if (warp->ready & bit_of(lane)) {
    warp->ready &= ~bit_of(lane);
    return Choice::resumes;
  }
  warp->unstarted &= ~bit_of(lane);
  return Choice::starts;
}

void run_threads();
void explain_deadlock();

// Leaves the running fiber, whose thread waits (or has ended), for the thread that `choose` has chosen.
void go_on(Choice choice) {
  if (choice == Choice::resumes) switch_to(warp->fibers[here.lane]);
  else if (choice == Choice::starts) switch_to(take_fiber(run_threads));
  else if (unfinished == 0) switch_to_caller();
  else explain_deadlock();
}

// Suspends the present thread, which must be known to a barrier, a meeting, or as spinning or ready.
void suspend() {
  Fiber *own = running_fiber();
  polls_in_vain = 0;
  warp->fibers[here.lane] = own;
  const Choice choice = choose();
  if (choice == Choice::resumes && warp->fibers[here.lane] == own) return;
  go_on(choice);
}

// ---- Failures

// Ends the launch.
[[noreturn]] void abandon(Failure failure, const char *format, ...) {
  char what[400], where[300];
  va_list values;
  va_start(values, format);
  std::vsnprintf(what, sizeof what, format, values);
  va_end(values);
  const uint3 b = here.block, t = here.thread;
  std::snprintf(where, sizeof where, "kernel %s, block (%u, %u, %u), thread (%u, %u, %u): ", running->kernel->name, b.x,
                b.y, b.z, t.x, t.y, t.z);
  outcome = {failure, std::string(where) + what};
  switch_to_caller();
  std::abort();
}

const char *name_of(Meeting meeting) {
  switch (meeting) {
    case Meeting::sync: return "__syncwarp";
    case Meeting::shuffle: return "a shuffle";
    case Meeting::vote: return "a vote";
    case Meeting::product_bf16: return "mma_bf16";
    case Meeting::product_tf32: return "mma_tf32";
    default: return "nothing";
  }
}

// Says what the threads of the first block that has any wait for.
void explain_deadlock() {
  for (unsigned i = 0; i < resident; i++) {
    Block &b = *blocks[i];
    if (b.alive == 0) continue;
    unsigned in_meetings = 0;
    Visit *visit = nullptr;
    for (unsigned j = 0; j < warps_per_block; j++) {
      Warp &w = b.warps[j];
      in_meetings += unsigned(__builtin_popcount(w.in_meeting));
      if (w.in_meeting == 0 || visit != nullptr) continue;
      warp = &w;
      move_to(lowest(w.in_meeting));
      visit = &w.visits[here.lane];
    }
    here.block = b.index;
    if (visit == nullptr) {
      abandon(LAUNCH_FAILED, "nothing can run on: %u threads of the block wait in __syncthreads and %u do not come",
              b.at_barrier, b.alive - b.at_barrier);
    }
    abandon(LAUNCH_FAILED,
            "nothing can run on: it waits in %s with mask %08x, and others of the mask do not come; in the block, %u threads "
            "wait in such meetings of warps and %u in __syncthreads",
            name_of(visit->meeting), visit->mask, in_meetings, b.at_barrier);
  }
  abandon(LAUNCH_FAILED, "nothing can run on");
}

// ---- Barriers of blocks

// Tells the checks which lanes of a block have met; one set of lanes for each warp from the first on.
void tell_met(const Block &b, unsigned first_warp, const unsigned *lanes, unsigned warps) {
  unsigned threads[MOST_THREADS], count = 0;
  for (unsigned i = 0; i < warps; i++) {
    for (unsigned left = lanes[i]; left != 0; left &= left - 1) threads[count++] = (first_warp + i) * WARP + lowest(left);
  }
  threads_met(b.place, threads, count);
}

void release_block(Block &b) {
  spins_in_vain = 0;
  if (CHECKS) {
    unsigned lanes[MOST_THREADS / WARP];
    for (unsigned i = 0; i < warps_per_block; i++) lanes[i] = b.warps[i].at_barrier;
    tell_met(b, 0, lanes, warps_per_block);
  }
  b.counted = b.true_predicates;
  b.true_predicates = 0;
  b.at_barrier = 0;
  for (unsigned i = 0; i < warps_per_block; i++) {
    Warp &w = b.warps[i];
    if (w.at_barrier == 0) continue;
    w.ready |= w.at_barrier;
    w.at_barrier = 0;
    enqueue(&w);
  }
}

// ---- Meetings of warps

// Does what the lanes have met for.
void perform(Warp &w, Meeting meeting, unsigned lanes) {
  Visit *visits = w.visits;
  if (meeting == Meeting::shuffle) {
    uint64_t values[WARP];
    for (unsigned lane = 0; lane < WARP; lane++) values[lane] = lanes & bit_of(lane) ? visits[lane].value : ~uint64_t(0);
    for (unsigned left = lanes; left != 0; left &= left - 1) visits[lowest(left)].value = values[visits[lowest(left)].from];
  } else if (meeting == Meeting::vote) {
    uint64_t votes = 0;
    for (unsigned left = lanes; left != 0; left &= left - 1) votes |= visits[lowest(left)].value << lowest(left);
    for (unsigned left = lanes; left != 0; left &= left - 1) visits[lowest(left)].value = votes;
  } else if (meeting == Meeting::product_bf16 || meeting == Meeting::product_tf32) {
    Fragments *fragments[WARP];
    for (unsigned lane = 0; lane < WARP; lane++) fragments[lane] = &visits[lane].fragments;
    if (meeting == Meeting::product_bf16) multiply_bf16_tiles(fragments);
    else multiply_tf32_tiles(fragments);
  }
}

// Ends the meeting that a lane is in if all its lanes that are alive have come. Returns whether they have.
bool end_meeting(Warp &w, unsigned lane) {
  const Visit &visit = w.visits[lane];
  const unsigned wanted = visit.mask & w.alive;
  if ((w.in_meeting & wanted) != wanted) return false;
  for (unsigned left = wanted; left != 0; left &= left - 1) {
    const Visit &other = w.visits[lowest(left)];
    if (other.mask != visit.mask) {
      abandon(LAUNCH_FAILED, "lanes %u and %u meet in %s with different masks, %08x and %08x", lane, lowest(left),
              name_of(visit.meeting), visit.mask, other.mask);
    }
    if (other.meeting != visit.meeting) {
      abandon(LAUNCH_FAILED, "lane %u is in %s, but lane %u of its mask is in %s", lane, name_of(visit.meeting),
              lowest(left), name_of(other.meeting));
    }
  }
  perform(w, visit.meeting, wanted);
  // Shuffles, votes and products of a warp order no accesses of memory.
  if (CHECKS && visit.meeting == Meeting::sync) tell_met(*w.block, w.first_thread / WARP, &wanted, 1);
  spins_in_vain = 0;
  w.in_meeting &= ~wanted;
  w.ready |= wanted;
  return true;
}

// Meets the other lanes of a mask. Returns the lane's own visit, with what it takes away.
Visit &meet(Meeting meeting, unsigned mask) {
  Warp &w = *warp;
  const unsigned lane = here.lane;
  if (!(mask & bit_of(lane))) {
    abandon(LAUNCH_FAILED, "lane %u is in %s with mask %08x, in which it is not itself", lane, name_of(meeting), mask);
  }
  Visit &visit = w.visits[lane];
  visit.meeting = meeting;
  visit.mask = mask;
  w.in_meeting |= bit_of(lane);
  if (end_meeting(w, lane) && !one_in(2)) w.ready &= ~bit_of(lane);
  else suspend();
  return visit;
}

// ---- Asynchronous copies

Copies &copies_here() {
  Copies *&copies = warp->copies[here.lane];
  if (copies == nullptr) copies = new Copies();
  return *copies;
}

// The copy may read and write at any time from its start to its completion, so both are noted.
void note_copy(const Copy &copy) {
  if (copy.valid > 0) note_read(copy.from, copy.valid, copy.by);
  note_write(copy.to, copy.bytes, copy.by);
}

void complete(const Copy &copy) {
  if (CHECKS) note_copy(copy);
  std::memcpy(copy.to, copy.from, copy.valid);
  std::memset(copy.to + copy.valid, 0, copy.bytes - copy.valid);
}

// Completes the first `count` copies.
void complete_first(Copies &copies, size_t count) {
  for (size_t i = 0; i < count; i++) complete(copies.list[i]);
  copies.list.erase(copies.list.begin(), copies.list.begin() + ptrdiff_t(count));
}

// ---- A thread's life

void finish_thread() {
  Warp &w = *warp;
  Block &b = *w.block;
  if (w.copies[here.lane] != nullptr) {
    wait_for_all_copies();
    delete w.copies[here.lane];
    w.copies[here.lane] = nullptr;
  }
  w.alive &= ~here_bit();
  b.alive--;
  unfinished--;
  spins_in_vain = polls_in_vain = 0;
  // Barriers and meetings need those that are alive, and this thread may have been the last that they waited for.
  if (b.at_barrier != 0 && b.at_barrier == b.alive) release_block(b);
  for (unsigned waiting = w.in_meeting; waiting != 0; waiting &= waiting - 1) {
    const unsigned lane = lowest(waiting);
    if ((w.in_meeting & bit_of(lane)) && end_meeting(w, lane)) continue;
  }
}

// The body of every fiber: runs the present thread, then others.
void run_threads() {
  for (;;) {
    running->kernel->call(running->argument);
    finish_thread();
    const Choice choice = choose();
    if (choice == Choice::starts) continue;
    keep_fiber(running_fiber());
    go_on(choice);
    // Whoever takes this fiber again has chosen a thread that starts.
  }
}

// ---- Blocks

// Shared memory of one block, at the end of a mapping that an inaccessible page follows.
constexpr size_t SHARED_SPACE = 4 * 65536, SHARED_GUARD = 65536;

Block *make_block() {
  Block *b = new Block();
  if (CHECKS) {
    b->shared = make_checked_shared(SHARED_SPACE);
    return b;
  }
  void *memory = mmap(nullptr, SHARED_SPACE + SHARED_GUARD, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  b->shared = static_cast<char *>(memory) + SHARED_SPACE;
  mprotect(b->shared, SHARED_GUARD, PROT_NONE);
  return b;
}

size_t rounded_shared_bytes() { return (running->shared_bytes + 15) / 16 * 16; }

void prepare_block(Block &b, unsigned place, unsigned index) {
  const dim3 &grid = running->grid;
  const unsigned threads = running->block.x * running->block.y * running->block.z;
  b.index = {index % grid.x, index / grid.x % grid.y, index / (grid.x * grid.y)};
  b.place = place;
  b.alive = threads;
  b.at_barrier = b.true_predicates = 0;
  // NaN, so that it shows if a thread reads what nobody has written.
  std::memset(b.shared - rounded_shared_bytes(), 0xff, rounded_shared_bytes());
  if (CHECKS) grant_shared(b.shared - rounded_shared_bytes(), running->shared_bytes, SHARED_SPACE);
  for (unsigned i = 0; i < warps_per_block; i++) {
    Warp &w = b.warps[i];
    const unsigned lanes = std::min(WARP, threads - i * WARP);
    w.block = &b;
    w.first_thread = i * WARP;
    w.unstarted = w.alive = lanes == WARP ? ~0u : bit_of(lanes) - 1;
    w.ready = w.spinning = w.at_barrier = w.in_meeting = 0;
    w.queued = false;
    enqueue(&w);
  }
}

// Runs blocks that are resident together: `count` of them, whose numbers are number(0), number(1), …
template <typename F>
void run_together(unsigned count, F number) {
  while (blocks.size() < count) blocks.push_back(make_block());
  if (CHECKS) begin_blocks(count);
  resident = count;
  ring.resize(size_t(count) * warps_per_block);
  ring_start = ring_count = 0;
  warp = nullptr;
  favorite = nullptr;
  spins_in_vain = 0;
  const dim3 &size = running->block;
  unfinished = count * size.x * size.y * size.z;
  for (unsigned i = 0; i < count; i++) prepare_block(*blocks[i], i, number(i));
  go_on(choose());
}

void forget_copies() {
  for (Block *b : blocks) {
    for (Warp &w : b->warps) {
      for (Copies *&copies : w.copies) {
        delete copies;
        copies = nullptr;
      }
    }
  }
}

unsigned greatest_common_divisor(unsigned a, unsigned b) { return b == 0 ? a : greatest_common_divisor(b, a % b); }

void run_one_by_one(unsigned count) {
  unsigned stride = 1, start = 0;
  if (seeded()) {
    start = random_below(count);
    do stride = 1 + random_below(count);
    while (greatest_common_divisor(stride, count) != 1);
  }
  for (unsigned i = 0; i < count && outcome.failure == SUCCESS; i++) {
    run_together(1, [&](unsigned) { return unsigned((start + uint64_t(i) * stride) % count); });
  }
}

// ---- Faults of memory

struct sigaction previous_segv, previous_bus, previous_fpe;

void leave_faults();

// Returns the instruction behind the one that was interrupted.
const char *instruction_of(void *context) {
  const auto &registers = static_cast<ucontext_t *>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<const char *>(registers.gregs[REG_RIP]) + 1;
#elif defined(__aarch64__)
  return reinterpret_cast<const char *>(registers.pc) + 1;
#else
  (void)registers;
  return nullptr;
#endif
}

// Runs on a stack of its own, while a kernel runs. Leaves for the caller's stack, so it never returns.
void on_fault(int signal, siginfo_t *information, void *context) {
  if (running_fiber() == nullptr) return leave_faults();  // a fault of the emulator itself, which now ends the process
  const std::string source = source_of(instruction_of(context));
  if (signal == SIGFPE) abandon(LAUNCH_FAILED, "it divides an integer by zero%s", source.c_str());
  const char *address = static_cast<const char *>(information->si_addr);
  if (information->si_code == SI_KERNEL) {
    abandon(MISALIGNED_ADDRESS, "it accesses an address that is not a multiple of the size, or that cannot be one%s",
            source.c_str());
  }
  if (overflows_stack(address)) abandon(LAUNCH_FAILED, "its local variables need more stack than the emulator has");
  for (unsigned i = 0; i < resident; i++) {
    const char *end = blocks[i]->shared;
    if (address < end || address >= end + SHARED_GUARD) continue;
    abandon(ILLEGAL_ADDRESS, "it accesses shared memory %zu bytes behind the %zu of the launch%s", size_t(address - end),
            running->shared_bytes, source.c_str());
  }
  abandon(ILLEGAL_ADDRESS, "it accesses %s%s", describe_address(address).c_str(), source.c_str());
}

void catch_faults() {
  stack_t present;
  if (sigaltstack(nullptr, &present) == 0 && (present.ss_flags & SS_DISABLE)) {
    constexpr size_t BYTES = 1 << 17;
    static char *memory = new char[BYTES];
    stack_t alternative = {};
    alternative.ss_sp = memory;
    alternative.ss_size = BYTES;
    sigaltstack(&alternative, nullptr);
  }
  struct sigaction action = {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigaction(SIGSEGV, &action, &previous_segv);
  sigaction(SIGBUS, &action, &previous_bus);
  sigaction(SIGFPE, &action, &previous_fpe);
}

void leave_faults() {
  sigaction(SIGSEGV, &previous_segv, nullptr);
  sigaction(SIGBUS, &previous_bus, nullptr);
  sigaction(SIGFPE, &previous_fpe, nullptr);
}

}  // namespace

// ---- What kernels and the driver call

void sync_block() { sync_block_counting(false); }

unsigned sync_block_counting(bool predicate) {
  Block &b = *warp->block;
  b.true_predicates += predicate;
  warp->at_barrier |= here_bit();
  if (++b.at_barrier == b.alive) {
    Warp *own = warp;
    release_block(b);
    if (!one_in(2)) {
      own->ready &= ~here_bit();
      return b.counted;
    }
  }
  suspend();
  return b.counted;
}

void sync_warp(unsigned mask) { meet(Meeting::sync, mask); }

uint64_t exchange(unsigned mask, uint64_t value, unsigned from) {
  Visit &visit = warp->visits[here.lane];
  visit.value = value;
  visit.from = from;
  return meet(Meeting::shuffle, mask).value;
}

unsigned vote(unsigned mask, bool predicate) {
  warp->visits[here.lane].value = predicate;
  return unsigned(meet(Meeting::vote, mask).value);
}

void multiply(Meeting shape, float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  if (settings.capability < 80) abandon(ILLEGAL_INSTRUCTION, "it uses %s, which needs compute capability 8.0", name_of(shape));
  if (warp->alive != ~0u) abandon(LAUNCH_FAILED, "it uses %s in a warp of which threads are missing", name_of(shape));
  Fragments &fragments = warp->visits[here.lane].fragments;
  std::memcpy(fragments.d, d, sizeof d);
  std::memcpy(fragments.a, a, sizeof a);
  std::memcpy(fragments.b, b, sizeof b);
  std::memcpy(d, meet(shape, ~0u).fragments.d, sizeof d);
}

void copy_async(void *to, const void *from, unsigned bytes, unsigned valid) {
  if (uintptr_t(to) % bytes != 0 || uintptr_t(from) % bytes != 0) {
    abandon(ILLEGAL_ADDRESS, "it starts a copy of %u bytes whose addresses are not multiples of that", bytes);
  }
  const char *end = warp->block->shared;
  if (to < end - rounded_shared_bytes() || static_cast<char *>(to) + bytes > end) {
    abandon(ILLEGAL_ADDRESS, "it starts a copy to an address outside of the shared memory of its block");
  }
  if (valid > bytes) abandon(LAUNCH_FAILED, "it starts a copy of %u bytes of which %u are valid", bytes, valid);
  const Copy copy = {static_cast<char *>(to), static_cast<const char *>(from), bytes, valid, __builtin_return_address(0)};
  if (CHECKS) note_copy(copy);
  if (one_in(2)) complete(copy);
  else copies_here().list.push_back(copy);
}

void commit_copies() {
  Copies &copies = copies_here();
  copies.ends.push_back(copies.list.size());
}

void wait_for_copies(unsigned groups) {
  Copies &copies = copies_here();
  if (copies.ends.size() <= groups) return;
  const size_t ended = copies.ends.size() - groups, count = copies.ends[ended - 1];
  complete_first(copies, count);
  copies.ends.erase(copies.ends.begin(), copies.ends.begin() + ptrdiff_t(ended));
  for (size_t &end : copies.ends) end -= count;
}

void wait_for_all_copies() {
  Copies &copies = copies_here();
  complete_first(copies, copies.list.size());
  copies.ends.clear();
}

void spin() {
  constexpr unsigned long MOST_ROUNDS = 10000;
  if (++spins_in_vain > MOST_ROUNDS * (unfinished + 16)) {
    abandon(LAUNCH_FAILED, "it waits for a change of memory that does not come, and nothing else can run on");
  }
  warp->spinning |= here_bit();
  suspend();
}

void consider_others() {
  constexpr unsigned long MOST_POLLS = 1 << 24;
  if (++polls_in_vain > MOST_POLLS) abandon(LAUNCH_FAILED, "it polls memory without wait_a_moment(), so nothing can change");
  if (!one_in(4)) return;
  warp->ready |= here_bit();
  suspend();
}

uint32_t change(Change change, uint32_t *at, uint32_t by) {
  consider_others();
  if (CHECKS) note_atomic(at, __builtin_return_address(0));
  const uint32_t old = *at;
  switch (change) {
    case Change::add: *at = old + by; break;
    case Change::exchange: *at = by; break;
    case Change::max_signed: *at = uint32_t(std::max(int32_t(old), int32_t(by))); break;
    case Change::max_unsigned: *at = std::max(old, by); break;
  }
  return old;
}

uint32_t compare_and_exchange(uint32_t *at, uint32_t wanted, uint32_t value) {
  consider_others();
  if (CHECKS) note_atomic(at, __builtin_return_address(0));
  const uint32_t old = *at;
  if (old == wanted) *at = value;
  return old;
}

uint32_t load_acquire(const uint32_t *from) {
  consider_others();
  if (CHECKS) note_acquire(from, __builtin_return_address(0));
  return *from;
}

// Memory is sequentially consistent here; only the checks need fences.
void fence() {
  if (CHECKS) note_fence();
}

void fail(const char *text) { fail(LAUNCH_FAILED, text); }

void fail(Failure failure, const char *text) { abandon(failure, "%s", text); }

void *shared_memory(size_t bytes, size_t alignment) {
  if (alignment > 16) abandon(LAUNCH_FAILED, "its shared memory wants an alignment of %zu, and at most 16 is certain", alignment);
  if (bytes > running->shared_bytes) {
    abandon(ILLEGAL_ADDRESS, "it declares %zu bytes of shared memory, and the launch gives it %zu", bytes,
            running->shared_bytes);
  }
  return warp->block->shared - rounded_shared_bytes();
}

Outcome run(const Launch &launch) {
  running = &launch;
  outcome = Outcome();
  here.block_size = launch.block;
  here.grid_size = launch.grid;
  const unsigned threads = launch.block.x * launch.block.y * launch.block.z;
  const unsigned count = launch.grid.x * launch.grid.y * launch.grid.z;
  warps_per_block = (threads + WARP - 1) / WARP;
  if (CHECKS) begin_launch(threads);
  catch_faults();
  if (launch.cooperative) run_together(count, [](unsigned i) { return i; });
  else run_one_by_one(count);
  leave_faults();
  if (outcome.failure != SUCCESS) {
    reset_fibers();
    forget_copies();
  }
  return outcome;
}

void seed_random(uint64_t seed) { random_state = seed == 0 ? 0 : seed * 0x9e3779b97f4a7c15u | 1; }

unsigned random_below(unsigned bound) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return unsigned((random_state >> 32) * bound >> 32);
}

}  // namespace emulator
