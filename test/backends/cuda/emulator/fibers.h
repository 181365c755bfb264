// Fibers: stacks that one system thread switches between.
#ifndef ZLM_EMULATOR_FIBERS_H
#define ZLM_EMULATOR_FIBERS_H

#include <cstddef>

namespace emulator {

struct Fiber;

// Returns a fiber that will call `body`, which never returns, when it is switched to for the first time.
Fiber *take_fiber(void (*body)());
// Keeps a fiber for take_fiber, which then ignores its argument: the fiber continues where it switched away.
void keep_fiber(Fiber *fiber);
// Forgets what all fibers were doing. Call it on the stack of the caller of the first switch.
void reset_fibers();

// Leaves the running fiber, or the stack that runs no fiber, and continues a fiber.
void switch_to(Fiber *fiber);
// Leaves the running fiber and continues the stack from which the first switch was made.
void switch_to_caller();
// The running fiber; null on the caller's stack.
Fiber *running_fiber();

// Returns whether an address is in the guard page that ends the stack of the running fiber.
bool overflows_stack(const void *address);

}  // namespace emulator

#endif
