// Runs the threads of a launch on fibers. A thread begins on the fiber of one that has ended, and keeps it only when it has to
// wait; so a kernel in which nobody waits is a loop. With a seed, threads, warps and blocks run in an order that depends on it,
// and some run far ahead of others, as they may on a GPU: a kernel that lacks a barrier then gives wrong results.
#include <sys/mman.h>

#include <algorithm>

#include "checks.h"
#include "threads.h"

namespace emulator {

Here here;

const Launch *running = nullptr;
std::vector<Block *> blocks;
unsigned resident = 0, warps_per_block = 0, unfinished = 0;
Warp *warp = nullptr;
unsigned long spins_in_vain = 0, polls_in_vain = 0;
uint64_t random_state = 0;

namespace {

Block *favorite = nullptr;  // with a seed: the block that is ahead

// A ring of the warps that can run; as many places as resident warps.
std::vector<Warp *> ring;
unsigned ring_start = 0, ring_count = 0;

// ---- Which thread is next

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

}  // namespace

void enqueue(Warp *w) {
  if (w->queued || w == warp) return;
  w->queued = true;
  ring[(ring_start + ring_count++) % ring.size()] = w;
}

void move_to(unsigned lane) {
  const dim3 &size = running->block;
  const unsigned thread = warp->first_thread + lane;
  if (CHECKS) enter_thread(warp->block->place, thread);
  here.lane = lane;
  here.block = warp->block->index;
  if (size.y == 1 && size.z == 1) here.thread = {thread, 0, 0};
  else here.thread = {thread % size.x, thread / size.x % size.y, thread / (size.x * size.y)};
}

namespace {

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

// Leaves the running fiber, whose thread waits (or has ended), for the thread that `choose` has chosen.
void go_on(Choice choice) {
  if (choice == Choice::resumes) switch_to(warp->fibers[here.lane]);
  else if (choice == Choice::starts) switch_to(take_fiber(run_threads));
  else if (unfinished == 0) switch_to_caller();
  else explain_deadlock();
}

}  // namespace

void suspend() {
  Fiber *own = running_fiber();
  polls_in_vain = 0;
  warp->fibers[here.lane] = own;
  const Choice choice = choose();
  if (choice == Choice::resumes && warp->fibers[here.lane] == own) return;
  go_on(choice);
}

namespace {

// ---- A thread's life

void finish_thread() {
  Warp &w = *warp;
  finish_copies();
  w.alive &= ~here_bit();
  w.block->alive--;
  unfinished--;
  spins_in_vain = polls_in_vain = 0;
  release_after_end(w);
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

}  // namespace

// ---- What kernels and the driver call

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
