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

// Copies to shared memory while the thread computes on; they are complete for the thread once it has waited for their group. An
// invalid copy reads nothing and writes zeros. Before compute 8.0 the copies are made at once.
static __device__ __forceinline__ void cp_async_4(float *shared, const float *global, bool valid) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(unsigned(__cvta_generic_to_shared(shared))),
               "l"(global), "r"(valid ? 4 : 0)
               : "memory");
#else
  *shared = valid ? *global : 0.0f;
#endif
}
// Four floats; both addresses are multiples of 16.
static __device__ __forceinline__ void cp_async_16(float *shared, const float *global, bool valid) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(unsigned(__cvta_generic_to_shared(shared))),
               "l"(global), "r"(valid ? 16 : 0)
               : "memory");
#else
  const float4 zeros = {0.0f, 0.0f, 0.0f, 0.0f};
  *reinterpret_cast<float4 *>(shared) = valid ? *reinterpret_cast<const float4 *>(global) : zeros;
#endif
}
// Makes a group of the thread's copies since the last group.
static __device__ __forceinline__ void cp_async_commit() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
// Waits for all of the thread's groups except the last `pending`.
template <int pending>
static __device__ __forceinline__ void cp_async_wait() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
#endif
}
#endif

#include "numbers.cuh"
#include "philox.cuh"

#endif
