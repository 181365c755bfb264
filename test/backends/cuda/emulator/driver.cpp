// The functions of libcuda.so.1 that zlm calls, over kernels that were compiled for this processor: the device, its memory and
// its errors. Those of streams are in streams.cpp.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "launches.h"
#include "limits.h"
#include "memory.h"
#include "settings.h"
#include "streams.h"

using namespace emulator;

namespace {

bool initialized = false;

int enqueue_copy(void *to, const void *from, size_t bytes, void *stream) {
  if (settings.nothing) return OK;
  return enqueue(stream_of(stream), [=] { std::memcpy(to, from, bytes); });
}

void *pointer(uint64_t address) { return reinterpret_cast<void *>(address); }

}  // namespace

// ---- The driver and its device

// Begins again with what the environment sets, on a device that has not failed.
API int cuInit(unsigned) {
  read_settings();
  seed_random(settings.seed);
  initialized = true;
  begin_again();
  return settings.devices == 0 ? NO_DEVICE : OK;
}

API int cuDriverGetVersion(int *version) {
  *version = settings.driver_version;
  return OK;
}

API int cuDeviceGetCount(int *count) {
  *count = settings.devices;
  return initialized ? OK : NOT_INITIALIZED;
}

API int cuDeviceGet(int *device, int ordinal) {
  if (!initialized) return NOT_INITIALIZED;
  *device = ordinal;
  return ordinal < settings.devices ? OK : INVALID_DEVICE;
}

API int cuDeviceGetName(char *name, int length, int) {
  std::snprintf(name, size_t(length), "emulated GPU");
  return OK;
}

API int cuDeviceGetAttribute(int *value, int attribute, int) {
  switch (attribute) {
    case 1: *value = 1024; return OK;                       // threads of a block
    case 8: *value = int(ORDINARY_SHARED_BYTES); return OK;  // shared memory of a block without asking
    case 10: *value = 32; return OK;                        // threads of a warp
    case 12: case 82: *value = 65536; return OK;            // registers of a block, of a multiprocessor
    case 16: *value = settings.processors; return OK;
    case 38: *value = 50 << 20; return OK;                  // bytes of the L2 cache
    case 39: *value = 2048; return OK;                      // threads of a multiprocessor
    case 75: *value = settings.capability / 10; return OK;
    case 76: *value = settings.capability % 10; return OK;
    case 81: *value = int(most_shared_bytes() + RESERVED_SHARED_BYTES); return OK;  // of a multiprocessor
    case 95: *value = 1; return OK;                         // cooperative launches
    case 97: *value = int(most_shared_bytes()); return OK;   // of a block that asks
    default: return INVALID_VALUE;
  }
}

API int cuDevicePrimaryCtxRetain(void **context, int) {
  *context = &initialized;
  return OK;
}

API int cuCtxSetCurrent(void *) { return lost; }

API int cuCtxSynchronize() {
  RETURN_IF_FAILED(capture_forbids());
  advance_all();
  return lost;
}

// ---- Modules

API int cuModuleLoadData(void **module, const void *image) {
  RETURN_IF_FAILED(lost);
  if (image == nullptr || *static_cast<const char *>(image) == '\0') return INVALID_IMAGE;
  *module = &initialized;
  return OK;
}

API int cuModuleGetFunction(void **function, void *, const char *name) {
  *function = const_cast<Kernel *>(find_kernel(name));
  return *function == nullptr ? NOT_FOUND : OK;
}

API int cuFuncSetAttribute(void *function, int attribute, int value) {
  constexpr int MOST_DYNAMIC_SHARED_BYTES = 8, SHARED_CARVEOUT = 9;
  if (attribute == SHARED_CARVEOUT) return OK;
  if (attribute != MOST_DYNAMIC_SHARED_BYTES || value < 0 || size_t(value) > most_shared_bytes()) return INVALID_VALUE;
  grant_shared_bytes(static_cast<const Kernel *>(function), size_t(value));
  return OK;
}

API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *, int threads, size_t shared_bytes) {
  if (threads < 1 || threads > 1024) return INVALID_VALUE;
  *blocks = blocks_per_processor(size_t(threads), shared_bytes);
  return OK;
}

// ---- Memory

API int cuMemGetInfo_v2(size_t *free, size_t *total) {
  *free = free_bytes();
  *total = settings.memory;
  return lost;
}

API int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  RETURN_IF_FAILED(lost);
  RETURN_IF_FAILED(capture_forbids());
  if (bytes == 0) return INVALID_VALUE;
  *address = allocate(bytes);
  return *address == 0 ? OUT_OF_MEMORY : OK;
}

API int cuMemFree_v2(uint64_t address) {
  RETURN_IF_FAILED(capture_forbids());
  if (address == 0) return OK;
  advance_all();
  RETURN_IF_FAILED(lost);
  return release(address) ? OK : INVALID_VALUE;
}

API int cuMemHostAlloc(void **memory, size_t bytes, unsigned) {
  RETURN_IF_FAILED(lost);
  *memory = allocate_pinned(bytes);
  return *memory == nullptr ? OUT_OF_MEMORY : OK;
}

API int cuMemFreeHost(void *memory) {
  advance_all();
  return release_pinned(memory) ? lost : INVALID_VALUE;
}

API int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
  RETURN_IF_FAILED(lost);
  if (!is_allocated(to, bytes)) return INVALID_VALUE;
  if (is_pinned(from, bytes) || stream_of(stream).capture != nullptr) return enqueue_copy(pointer(to), from, bytes, stream);
  if (settings.nothing) return OK;
  // Ordinary memory is read before the call returns.
  const char *content = static_cast<const char *>(from);
  return enqueue(stream_of(stream), [=, copy = std::vector<char>(content, content + bytes)] {
    std::memcpy(pointer(to), copy.data(), bytes);
  });
}

API int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
  RETURN_IF_FAILED(lost);
  if (!is_allocated(from, bytes)) return INVALID_VALUE;
  RETURN_IF_FAILED(enqueue_copy(to, pointer(from), bytes, stream));
  // A copy to ordinary memory is complete when the call returns.
  if (!is_pinned(to, bytes) && stream_of(stream).capture == nullptr) advance(stream_of(stream), ALL);
  return lost;
}

API int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream) {
  RETURN_IF_FAILED(lost);
  if (!is_allocated(to, bytes) || !is_allocated(from, bytes)) return INVALID_VALUE;
  return enqueue_copy(pointer(to), pointer(from), bytes, stream);
}

API int cuMemsetD32Async(uint64_t to, unsigned value, size_t words, void *stream) {
  RETURN_IF_FAILED(lost);
  if (!is_allocated(to, 4 * words) || to % 4 != 0) return INVALID_VALUE;
  if (settings.nothing) return OK;
  return enqueue(stream_of(stream), [=] { std::fill_n(static_cast<unsigned *>(pointer(to)), words, value); });
}

// ---- Errors

static const ErrorWords *words_of(int code) {
  for (const ErrorWords &words : ERROR_WORDS) {
    if (words.code == code) return &words;
  }
  return nullptr;
}

API int cuGetErrorName(int code, const char **name) {
  const ErrorWords *words = words_of(code);
  *name = words == nullptr ? nullptr : words->name;
  return words == nullptr ? INVALID_VALUE : OK;
}

// For the failure of a kernel, the text says which kernel, which thread and what it did.
API int cuGetErrorString(int code, const char **text) {
  static std::string extended;
  const ErrorWords *words = words_of(code);
  *text = words == nullptr ? nullptr : words->text;
  if (words == nullptr) return INVALID_VALUE;
  if (code == lost && !lost_text.empty()) {
    extended = std::string(words->text) + ": " + lost_text;
    *text = extended.c_str();
  }
  return OK;
}
