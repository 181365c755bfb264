#include "fibers.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

#if !(defined(__x86_64__) || defined(__aarch64__)) || defined(ZLM_EMULATOR_UCONTEXT)
#define WITH_UCONTEXT
#include <ucontext.h>
#endif

namespace emulator {

constexpr size_t PAGE = 65536;  // as large as any system's page, so that the guard is a whole one
constexpr size_t STACK_BYTES = 4 * PAGE;

#ifdef WITH_UCONTEXT

// For other processors: slower, since each switch is a call to the system.
using Context = ucontext_t;

static void switch_stack(Context *from, Context *to) { swapcontext(from, to); }

static void prepare(Context *context, char *stack, void (*body)()) {
  getcontext(context);
  context->uc_stack.ss_sp = stack;
  context->uc_stack.ss_size = STACK_BYTES;
  context->uc_link = nullptr;
  makecontext(context, body, 0);
}

#else

// The stack pointer; everything else that a call preserves is on the stack.
struct Context { void **stack_pointer; };

// void zlm_switch_stack(void ***save, void **to): pushes the registers that a call preserves, exchanges the stack pointer,
// pops them and returns on the other stack.
#if defined(__x86_64__)
constexpr int SAVED_REGISTERS = 6, RETURN_ADDRESS = 6, FRAME = 8;
asm(R"(
.text
.globl zlm_switch_stack
.hidden zlm_switch_stack
zlm_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
)");
#else
constexpr int SAVED_REGISTERS = 20, RETURN_ADDRESS = 11, FRAME = 20;
asm(R"(
.text
.globl zlm_switch_stack
.hidden zlm_switch_stack
zlm_switch_stack:
  sub sp, sp, #160
  stp x19, x20, [sp, #0]
  stp x21, x22, [sp, #16]
  stp x23, x24, [sp, #32]
  stp x25, x26, [sp, #48]
  stp x27, x28, [sp, #64]
  stp x29, x30, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  mov x9, sp
  str x9, [x0]
  mov sp, x1
  ldp x19, x20, [sp, #0]
  ldp x21, x22, [sp, #16]
  ldp x23, x24, [sp, #32]
  ldp x25, x26, [sp, #48]
  ldp x27, x28, [sp, #64]
  ldp x29, x30, [sp, #80]
  ldp d8, d9, [sp, #96]
  ldp d10, d11, [sp, #112]
  ldp d12, d13, [sp, #128]
  ldp d14, d15, [sp, #144]
  add sp, sp, #160
  ret
)");
#endif
extern "C" void zlm_switch_stack(void ***save, void **to);

static void switch_stack(Context *from, Context *to) { zlm_switch_stack(&from->stack_pointer, to->stack_pointer); }

// Lays out a stack as zlm_switch_stack leaves one, with `body` as the address to return to.
static void prepare(Context *context, char *stack, void (*body)()) {
  void **top = reinterpret_cast<void **>(stack + STACK_BYTES) - FRAME;
  for (int i = 0; i < SAVED_REGISTERS; i++) top[i] = nullptr;
  top[RETURN_ADDRESS] = reinterpret_cast<void *>(body);
  if (RETURN_ADDRESS == SAVED_REGISTERS) top[RETURN_ADDRESS + 1] = nullptr;  // where body would return to
  context->stack_pointer = top;
}

#endif

struct Fiber {
  Context context;
  char *stack;
};

static Context caller;
static Fiber *running = nullptr;
static std::vector<Fiber *> all, idle;
static std::vector<Fiber *> unused;  // of `all`, those whose stack has not been prepared

Fiber *take_fiber(void (*body)()) {
  if (!idle.empty()) {
    Fiber *fiber = idle.back();
    idle.pop_back();
    return fiber;
  }
  if (unused.empty()) {
    void *memory = mmap(nullptr, PAGE + STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    mprotect(memory, PAGE, PROT_NONE);
    Fiber *fiber = new Fiber();
    fiber->stack = static_cast<char *>(memory) + PAGE;
    all.push_back(fiber);
    unused.push_back(fiber);
  }
  Fiber *fiber = unused.back();
  unused.pop_back();
  prepare(&fiber->context, fiber->stack, body);
  return fiber;
}

void keep_fiber(Fiber *fiber) { idle.push_back(fiber); }

void reset_fibers() {
  running = nullptr;
  idle.clear();
  unused = all;
}

static Context *running_context() { return running != nullptr ? &running->context : &caller; }

void switch_to(Fiber *fiber) {
  Context *from = running_context();
  running = fiber;
  switch_stack(from, &fiber->context);
}

void switch_to_caller() {
  Context *from = running_context();
  running = nullptr;
  switch_stack(from, &caller);
}

Fiber *running_fiber() { return running; }

bool overflows_stack(const void *address) {
  if (running == nullptr) return false;
  const char *at = static_cast<const char *>(address);
  return at >= running->stack - PAGE && at < running->stack;
}

}  // namespace emulator
