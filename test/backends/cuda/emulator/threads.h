// The threads of the running launch and what they wait for, as the files of the scheduler share them: scheduler.cpp chooses who
// runs, meetings.cpp has threads wait for each other, copies.cpp and words.cpp do what they ask of memory, failures.cpp ends a launch.
#ifndef ZLM_EMULATOR_THREADS_H
#define ZLM_EMULATOR_THREADS_H

#include <vector>

#include "emulator.h"
#include "fibers.h"
#include "launches.h"
#include "warp-products.h"

namespace emulator {

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

// ---- The state of the running launch (scheduler.cpp)

extern const Launch *running;
extern std::vector<Block *> blocks;  // those that are resident, and more that earlier launches needed
extern unsigned resident, warps_per_block;
extern unsigned unfinished;  // threads of resident blocks
extern Warp *warp;           // of the running thread
// Calls by which threads waited, since something last changed that others may wait for.
extern unsigned long spins_in_vain, polls_in_vain;

extern uint64_t random_state;
inline bool seeded() { return random_state != 0; }
inline bool one_in(unsigned n) { return seeded() && random_below(n) == 0; }

inline unsigned bit_of(unsigned lane) { return 1u << lane; }
inline unsigned here_bit() { return bit_of(here.lane); }
inline unsigned lowest(unsigned lanes) { return unsigned(__builtin_ctz(lanes)); }

// Shared memory of one block is at the end of a mapping that an inaccessible page follows.
constexpr size_t SHARED_SPACE = 4 * 65536, SHARED_GUARD = 65536;
inline size_t rounded_shared_bytes() { return (running->shared_bytes + 15) / 16 * 16; }

// ---- Which thread runs (scheduler.cpp)

// Has a warp take its turn, now that some of its threads can run.
void enqueue(Warp *w);
// Makes `here` describe a lane of `warp`.
void move_to(unsigned lane);
// Suspends the present thread, which must be known to a barrier, a meeting, or as spinning or ready.
void suspend();

// ---- Barriers and meetings (meetings.cpp)

// Lets those run on that waited only for a thread of this warp, which has ended.
void release_after_end(Warp &w);

// ---- Asynchronous copies (copies.cpp)

// Completes the copies of a thread that ends.
void finish_copies();
// Forgets the copies of a launch that was ended.
void forget_copies();

// ---- Failures (failures.cpp)

extern Outcome outcome;

// Ends the launch. Kernel, block and thread are added to the text.
[[noreturn]] void abandon(Failure failure, const char *format, ...);
// Ends the launch, in which no thread can run on: says what the threads of the first block that has any wait for.
[[noreturn]] void explain_deadlock();
// The name of what threads meet for, as messages say it.
const char *name_of(Meeting meeting);

// Has faults of memory end the launch instead of the process.
void catch_faults();
void leave_faults();

}  // namespace emulator

#endif
