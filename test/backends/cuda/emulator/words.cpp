// Words of memory by which threads communicate: atomics, flags, and the loops that wait for them.
#include <algorithm>

#include "checks.h"
#include "threads.h"

namespace emulator {

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

}  // namespace emulator
