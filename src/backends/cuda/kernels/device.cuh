// What every kernel file includes: the same source is compiled to PTX by NVRTC and, with EMULATED, to C++ for the emulated
// driver of the tests. There, emulator.h stands in for the language: threads are fibers, and each function below that is one
// instruction of PTX is written out in C++.
#ifndef ZLM_DEVICE_CUH
#define ZLM_DEVICE_CUH

#define KERNEL(name, arguments) extern "C" __global__ void name(const arguments);

#ifdef EMULATED
#include "emulator.h"
#include "zlm-cuda.h"
#else
#include "zlm-cuda.h"

// All shared memory of a kernel is one struct, whose size the launch passes on.
#define SHARED(type, name)                           \
  extern __shared__ __align__(16) char name##_bytes[]; \
  type &name = *reinterpret_cast<type *>(name##_bytes)

// Reads what another block has published, and what it wrote before.
static __device__ __forceinline__ unsigned load_acquire(const unsigned *from) {
  unsigned value;
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(value) : "l"(from) : "memory");
  return value;
}
// Passes time in a loop that waits for another block.
static __device__ __forceinline__ void wait_a_moment() {}

// d += a · b for tiles of 16 × 16 and 16 × 8 in bfloat16, spread over a warp as the PTX manual lays out mma.m16n8k16.
static __device__ __forceinline__ void mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// d += a · b for tiles of 16 × 8 and 8 × 8 in TF32 (mma.m16n8k8). The lower 13 bits of operands are ignored.
static __device__ __forceinline__ void mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// Starts a copy of 4, 8 or 16 aligned bytes from global to shared memory. Of these, `valid` are read (a multiple of 4) and the
// others become 0. The copy is there for this thread after wait_for_copies, and for others after a barrier behind that. Turing
// copies at once.
template <int bytes = 16>
static __device__ __forceinline__ void copy_async(void *to, const void *from, int valid = bytes) {
  static_assert(bytes == 4 || bytes == 8 || bytes == 16, "the sizes that cp.async has");
#if __CUDA_ARCH__ >= 800
  const unsigned shared = unsigned(__cvta_generic_to_shared(to));
  if (bytes == 16)
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared), "l"(from), "r"(valid) : "memory");
  else
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(shared), "l"(from), "n"(bytes), "r"(valid)
                 : "memory");
#else
  for (int i = 0; i < bytes / 4; i++)
    static_cast<unsigned *>(to)[i] = 4 * i < valid ? static_cast<const unsigned *>(from)[i] : 0u;
#endif
}
// Ends a group of copies of this thread.
static __device__ __forceinline__ void commit_copies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
// Waits until all groups of this thread's copies, except the last `groups`, are complete.
template <int groups>
static __device__ __forceinline__ void wait_for_copies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(groups) : "memory");
#endif
}
#endif

#include "numbers.cuh"
#include "philox.cuh"

#endif
