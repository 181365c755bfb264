// CUDA C++ for kernels on a CPU. device.cuh includes this file when EMULATED is defined; it stands in for what NVRTC knows by
// itself: types, built-in variables and functions. Threads of a kernel run on fibers (scheduler.cpp), which take turns only
// where one may have to wait for another, so everything that a thread does between two such points is one step.
#ifndef ZLM_EMULATOR_H
#define ZLM_EMULATOR_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __restrict__
#define __align__(bytes) alignas(bytes)
#define __grid_constant__

// ---- Vector types

struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x = 1, y = 1, z = 1; };
struct alignas(8) int2 { int x, y; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

// ---- What the scheduler offers to kernels

namespace emulator {

// The running thread. The scheduler changes it whenever another thread runs on.
struct Here {
  uint3 thread, block;
  dim3 block_size, grid_size;
  unsigned lane;  // of its warp
};
extern Here here;

// Reasons for the threads of a warp to meet. All that meet must come for the same.
enum class Meeting { none, sync, shuffle, vote, product_bf16, product_tf32 };

void sync_block();
// Waits as sync_block does, and returns the number of threads with a true predicate.
unsigned sync_block_counting(bool predicate);
void sync_warp(unsigned mask);
// Returns the value that another lane brought; all bits set if that lane takes no part.
uint64_t exchange(unsigned mask, uint64_t value, unsigned from);
// Returns a bit for each lane with a true predicate.
unsigned vote(unsigned mask, bool predicate);
// d += a · b by a whole warp, in the fragment layouts of the PTX manual.
void multiply(Meeting shape, float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]);

// Starts a copy that takes place when the thread waits for it; with a seed, sometimes at once.
void copy_async(void *to, const void *from, unsigned bytes, unsigned valid);
void commit_copies();
// Completes the committed groups of copies except the last `groups`.
void wait_for_copies(unsigned groups);
void wait_for_all_copies();

// Lets others run, in a loop that waits for memory to change.
void spin();
// Lets others run when a seed wants it so. Called where threads communicate through memory.
void consider_others();
// Ends the launch with an error. Thread and kernel are added to the text.
[[noreturn]] void fail(const char *text);

// Changes a word in one step, and returns what it was.
enum class Change { add, exchange, max_signed, max_unsigned };
uint32_t change(Change change, uint32_t *at, uint32_t by);
uint32_t compare_and_exchange(uint32_t *at, uint32_t wanted, uint32_t value);
uint32_t load_acquire(const uint32_t *from);
void fence();

// Returns the shared memory of the block.
void *shared_memory(size_t bytes, size_t alignment);

template <typename T>
inline T shuffle(unsigned mask, T value, unsigned from) {
  static_assert(sizeof(T) == 4 || sizeof(T) == 8, "shuffles take values of four or eight bytes");
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = exchange(mask, bits, from);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

inline float fast_exp(float x) { return std::exp(x); }
inline float fast_log(float x) { return std::log(x); }

}  // namespace emulator

// ---- Built-in variables, and shared memory

#define threadIdx (emulator::here.thread)
#define blockIdx (emulator::here.block)
#define blockDim (emulator::here.block_size)
#define gridDim (emulator::here.grid_size)
constexpr int warpSize = 32;

#define SHARED(type, name) \
  type &name = *static_cast<type *>(emulator::shared_memory(sizeof(type), alignof(type)))

// ---- Built-in functions

inline void __syncthreads() { emulator::sync_block(); }
inline int __syncthreads_count(int predicate) { return int(emulator::sync_block_counting(predicate != 0)); }
inline int __syncthreads_or(int predicate) { return emulator::sync_block_counting(predicate != 0) > 0; }
inline int __syncthreads_and(int predicate) { return emulator::sync_block_counting(predicate == 0) == 0; }
inline void __syncwarp(unsigned mask = 0xffffffffu) { emulator::sync_warp(mask); }

// Shuffles within groups of `width` lanes. Where the wanted lane is outside of the group, a thread gets its own value.
template <typename T>
inline T __shfl_sync(unsigned mask, T value, int lane, int width = warpSize) {
  const unsigned own = emulator::here.lane, start = own & ~unsigned(width - 1);
  return emulator::shuffle(mask, value, start + unsigned(lane) % unsigned(width));
}
template <typename T>
inline T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = warpSize) {
  const unsigned own = emulator::here.lane, end = (own & ~unsigned(width - 1)) + width, from = own ^ unsigned(lanes);
  return emulator::shuffle(mask, value, from < end ? from : own);
}
template <typename T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = warpSize) {
  const unsigned own = emulator::here.lane, end = (own & ~unsigned(width - 1)) + width;
  return emulator::shuffle(mask, value, own + by < end ? own + by : own);
}
template <typename T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = warpSize) {
  const unsigned own = emulator::here.lane, start = own & ~unsigned(width - 1);
  return emulator::shuffle(mask, value, own >= start + by ? own - by : own);
}
inline unsigned __ballot_sync(unsigned mask, int predicate) { return emulator::vote(mask, predicate != 0); }
inline int __any_sync(unsigned mask, int predicate) { return emulator::vote(mask, predicate != 0) != 0; }
inline int __all_sync(unsigned mask, int predicate) { return emulator::vote(mask, predicate == 0) == 0; }

// Integers only: sums of floats must not depend on the order of threads, since a run is repeatable bit for bit.
inline unsigned atomicAdd(unsigned *at, unsigned by) { return emulator::change(emulator::Change::add, at, by); }
inline unsigned atomicExch(unsigned *at, unsigned value) {
  return emulator::change(emulator::Change::exchange, at, value);
}
inline unsigned atomicMax(unsigned *at, unsigned value) {
  return emulator::change(emulator::Change::max_unsigned, at, value);
}
inline unsigned atomicCAS(unsigned *at, unsigned wanted, unsigned value) {
  return emulator::compare_and_exchange(at, wanted, value);
}
inline uint32_t *as_unsigned(int *at) { return reinterpret_cast<uint32_t *>(at); }
inline int atomicAdd(int *at, int by) { return int(atomicAdd(as_unsigned(at), unsigned(by))); }
inline int atomicExch(int *at, int value) { return int(atomicExch(as_unsigned(at), unsigned(value))); }
inline int atomicMax(int *at, int value) {
  return int(emulator::change(emulator::Change::max_signed, as_unsigned(at), uint32_t(value)));
}
inline int atomicCAS(int *at, int wanted, int value) {
  return int(atomicCAS(as_unsigned(at), unsigned(wanted), unsigned(value)));
}

inline void __threadfence() { emulator::fence(); }
inline void __threadfence_block() { emulator::fence(); }
inline void __nanosleep(unsigned) { emulator::spin(); }
inline void __trap() { emulator::fail("it executed __trap()"); }

template <typename T> inline T __ldg(const T *from) { return *from; }
template <typename T> inline T __ldca(const T *from) { return *from; }
template <typename T> inline T __ldcg(const T *from) { return *from; }
template <typename T> inline T __ldcs(const T *from) { return *from; }
template <typename T> inline void __stcg(T *to, T value) { *to = value; }
template <typename T> inline void __stcs(T *to, T value) { *to = value; }

inline unsigned __umulhi(unsigned a, unsigned b) { return unsigned(uint64_t(a) * b >> 32); }
inline int __mulhi(int a, int b) { return int(int64_t(a) * b >> 32); }
inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(unsigned(bits)); }
inline int __ffs(int bits) { return __builtin_ffs(bits); }
inline unsigned __float_as_uint(float value) {
  unsigned bits;
  std::memcpy(&bits, &value, 4);
  return bits;
}
inline float __uint_as_float(unsigned bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}
inline int __float_as_int(float value) { return int(__float_as_uint(value)); }
inline float __int_as_float(int bits) { return __uint_as_float(unsigned(bits)); }
inline int __float2int_rn(float value) { return int(std::nearbyint(value)); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __frcp_rn(float x) { return 1.0f / x; }
inline float __fsqrt_rn(float x) { return std::sqrt(x); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
// The C library has functions of these names, too.
#define __expf emulator::fast_exp
#define __logf emulator::fast_log

inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a < b ? b : a; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a < b ? b : a; }
inline float min(float a, float b) { return std::fmin(a, b); }
inline float max(float a, float b) { return std::fmax(a, b); }

// ---- What device.cuh writes in PTX

inline unsigned load_acquire(const unsigned *from) { return emulator::load_acquire(from); }
inline void wait_a_moment() { emulator::spin(); }
inline void mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  emulator::multiply(emulator::Meeting::product_bf16, d, a, b);
}
inline void mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  emulator::multiply(emulator::Meeting::product_tf32, d, a, b);
}
template <int bytes = 16>
inline void copy_async(void *to, const void *from, int valid = bytes) {
  static_assert(bytes == 4 || bytes == 8 || bytes == 16, "the sizes that cp.async has");
  emulator::copy_async(to, from, bytes, unsigned(valid));
}
inline void commit_copies() { emulator::commit_copies(); }
template <int groups> inline void wait_for_copies() { emulator::wait_for_copies(groups); }

#endif
