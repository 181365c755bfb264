// Ends a launch: with what a kernel did wrong, where nothing can run on, and for faults of memory, which the system reports as
// signals.
#include <signal.h>
#include <ucontext.h>

#include <cstdarg>
#include <cstdio>

#include "memory.h"
#include "sources.h"
#include "threads.h"

namespace emulator {

Outcome outcome;

void abandon(Failure failure, const char *format, ...) {
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

void fail(const char *text) { fail(LAUNCH_FAILED, text); }

void fail(Failure failure, const char *text) { abandon(failure, "%s", text); }

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

// ---- Deadlocks

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

// ---- Faults of memory

namespace {

struct sigaction previous_segv, previous_bus, previous_fpe;

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

}  // namespace

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

}  // namespace emulator
