// How threads wait for each other: barriers of blocks, and meetings of warps with what they exchange there.
#include "checks.h"
#include "settings.h"
#include "threads.h"

namespace emulator {

namespace {

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

}  // namespace

// Barriers and meetings need those that are alive, and the thread that ended may have been the last that they waited for.
void release_after_end(Warp &w) {
  Block &b = *w.block;
  if (b.at_barrier != 0 && b.at_barrier == b.alive) release_block(b);
  for (unsigned waiting = w.in_meeting; waiting != 0; waiting &= waiting - 1) {
    const unsigned lane = lowest(waiting);
    if (w.in_meeting & bit_of(lane)) end_meeting(w, lane);
  }
}

// ---- What kernels call

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

}  // namespace emulator
