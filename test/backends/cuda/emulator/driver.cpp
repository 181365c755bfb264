// The functions of libcuda.so.1 that zlm calls, over kernels that were compiled for this processor.
//
// What is asked of a stream waits in its queue and is done when somebody waits for it: so a program that reuses memory of the
// machine too early, or reads a result before it has waited, fails here as it may on a GPU.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "errors.h"
#include "launches.h"
#include "memory.h"
#include "settings.h"

#define API extern "C" __attribute__((visibility("default")))

using namespace emulator;

namespace {

// ---- State

using Operation = std::function<void()>;

struct Graph {
  std::vector<Operation> operations;
};

struct Stream {
  std::deque<Operation> queue;
  Graph *capture = nullptr;
  bool relaxed = false;  // the mode of the capture: allows calls that are no work for a stream
};

struct Event {
  Stream *stream = nullptr;  // in which it was recorded
  unsigned waiting = 0;      // records of it that are in the queue
  bool timed = true;
  std::chrono::steady_clock::time_point time;
};

bool initialized = false;
long launches = 0;
// The failure of a kernel. All calls return it from then on, as those of a lost device do.
int lost = OK;
std::string lost_text;

Stream default_stream;
std::vector<Stream *> streams = {&default_stream};
// Dynamic shared memory that kernels were granted.
std::map<const Kernel *, size_t> granted;

constexpr size_t ORDINARY_SHARED_BYTES = 48 << 10, RESERVED_SHARED_BYTES = 1024;

Stream &stream_of(void *handle) { return handle == nullptr ? default_stream : *static_cast<Stream *>(handle); }

size_t most_shared_bytes() {
  switch (settings.capability) {
    case 75: return 64 << 10;
    case 80: case 87: return 163 << 10;
    case 86: case 89: case 120: return 99 << 10;
    case 90: case 100: return 227 << 10;
    default: return 96 << 10;
  }
}

// ---- Queues

void lose(int code, const std::string &text) {
  lost = code;
  lost_text = text;
  for (Stream *stream : streams) stream->queue.clear();
}

// Does the next `count` operations of a stream, or all that there are.
void advance(Stream &stream, size_t count) {
  while (count-- > 0 && !stream.queue.empty()) {
    const Operation operation = std::move(stream.queue.front());
    stream.queue.pop_front();
    operation();
  }
}

constexpr size_t ALL = ~size_t(0);

void advance_all() {
  for (Stream *stream : streams) advance(*stream, ALL);
}

// Puts an operation into a stream, or into the graph that it captures.
int enqueue(Stream &stream, Operation operation) {
  constexpr size_t MOST_WAITING = 1024;
  if (stream.capture != nullptr) {
    stream.capture->operations.push_back(std::move(operation));
    return OK;
  }
  stream.queue.push_back(std::move(operation));
  if (stream.queue.size() > MOST_WAITING) advance(stream, 1);
  return lost;
}

// The error of a call that is no work for a stream, if one that does not allow such calls is being captured.
int capture_forbids() {
  const auto forbids = [](const Stream *stream) { return stream->capture != nullptr && !stream->relaxed; };
  return std::any_of(streams.begin(), streams.end(), forbids) ? STREAM_CAPTURE_UNSUPPORTED : OK;
}

#define RETURN_IF_FAILED(call)                         \
  do {                                                 \
    if (const int code = (call); code != OK) return code; \
  } while (false)

// ---- Launches

size_t threads_of(dim3 size) { return size_t(size.x) * size.y * size.z; }

int blocks_per_processor(size_t threads, size_t shared_bytes) {
  // Registers limit it, too: 65536 of a multiprocessor, of which a fat kernel needs 128 a thread.
  constexpr size_t MOST_BLOCKS = 32, MOST_THREADS_OF_FAT_KERNEL = 512;
  const size_t by_threads = std::max(size_t(1), MOST_THREADS_OF_FAT_KERNEL / threads);
  const size_t by_memory = (most_shared_bytes() + RESERVED_SHARED_BYTES) / (shared_bytes + RESERVED_SHARED_BYTES);
  return int(std::min({MOST_BLOCKS, by_threads, by_memory}));
}

int check_launch(const Kernel *kernel, dim3 grid, dim3 block, size_t shared_bytes, bool cooperative) {
  constexpr unsigned MOST_BLOCKS_ACROSS = 65535;  // in y and z
  const size_t threads = threads_of(block), blocks = threads_of(grid);
  if (threads == 0 || threads > 1024 || blocks == 0 || blocks > 0x7fffffff) return INVALID_VALUE;
  if (grid.y > MOST_BLOCKS_ACROSS || grid.z > MOST_BLOCKS_ACROSS) return INVALID_VALUE;
  const auto grant = granted.find(kernel);
  if (shared_bytes > std::max(ORDINARY_SHARED_BYTES, grant == granted.end() ? 0 : grant->second)) return INVALID_VALUE;
  const size_t resident = size_t(settings.processors) * size_t(blocks_per_processor(threads, shared_bytes));
  if (cooperative && blocks > resident) return COOPERATIVE_LAUNCH_TOO_LARGE;
  return OK;
}

int launch(void *function, dim3 grid, dim3 block, unsigned shared_bytes, void *stream, void **arguments, bool cooperative) {
  RETURN_IF_FAILED(lost);
  if (settings.nothing) return OK;
  const Kernel *kernel = static_cast<const Kernel *>(function);
  if (kernel == nullptr) return INVALID_HANDLE;
  RETURN_IF_FAILED(check_launch(kernel, grid, block, shared_bytes, cooperative));
  if (settings.fail_after > 0 && ++launches >= settings.fail_after) {
    lose(LAUNCH_FAILED, "");
    return lost;
  }
  const char *argument = static_cast<const char *>(arguments[0]);
  return enqueue(stream_of(stream), [=, copy = std::vector<char>(argument, argument + kernel->argument_bytes)] {
    const Outcome outcome = run({kernel, copy.data(), grid, block, shared_bytes, cooperative});
    if (outcome.failure != SUCCESS) return lose(outcome.failure, outcome.text);
    const std::string overrun = find_overrun();
    if (!overrun.empty()) lose(ILLEGAL_ADDRESS, std::string("kernel ") + kernel->name + ": it has written " + overrun);
  });
}

// ---- Copies

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
  launches = 0;
  lose(OK, "");
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
  *context = &default_stream;
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
  *module = &granted;
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
  granted[static_cast<const Kernel *>(function)] = size_t(value);
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

// ---- Streams and launches

API int cuStreamCreate(void **stream, unsigned) {
  RETURN_IF_FAILED(lost);
  streams.push_back(new Stream());
  *stream = streams.back();
  return OK;
}

API int cuStreamSynchronize(void *stream) {
  if (stream_of(stream).capture != nullptr) return STREAM_CAPTURE_UNSUPPORTED;
  advance(stream_of(stream), ALL);
  return lost;
}

API int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                       unsigned shared_bytes, void *stream, void **arguments, void **) {
  return launch(function, {gx, gy, gz}, {bx, by, bz}, shared_bytes, stream, arguments, false);
}

API int cuLaunchCooperativeKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                                  unsigned bz, unsigned shared_bytes, void *stream, void **arguments) {
  return launch(function, {gx, gy, gz}, {bx, by, bz}, shared_bytes, stream, arguments, true);
}

// ---- Graphs

API int cuStreamBeginCapture_v2(void *stream, int mode) {
  constexpr int RELAXED = 2;
  RETURN_IF_FAILED(lost);
  Stream &captured = stream_of(stream);
  if (captured.capture != nullptr || stream == nullptr) return ILLEGAL_STATE;
  captured.capture = new Graph();
  captured.relaxed = mode == RELAXED;
  return OK;
}

API int cuStreamEndCapture(void *stream, void **graph) {
  Stream &captured = stream_of(stream);
  if (captured.capture == nullptr) return ILLEGAL_STATE;
  *graph = captured.capture;
  captured.capture = nullptr;
  return lost;
}

API int cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long) {
  *executable = new Graph(*static_cast<Graph *>(graph));
  return lost;
}

API int cuGraphLaunch(void *executable, void *stream) {
  RETURN_IF_FAILED(lost);
  if (settings.nothing) return OK;
  for (const Operation &operation : static_cast<Graph *>(executable)->operations) {
    RETURN_IF_FAILED(enqueue(stream_of(stream), operation));
  }
  return OK;
}

API int cuGraphDestroy(void *graph) {
  delete static_cast<Graph *>(graph);
  return OK;
}

API int cuGraphExecDestroy(void *executable) {
  delete static_cast<Graph *>(executable);
  return OK;
}

// ---- Events

API int cuEventCreate(void **event, unsigned flags) {
  constexpr unsigned DISABLE_TIMING = 2;
  RETURN_IF_FAILED(lost);
  Event *created = new Event();
  created->timed = (flags & DISABLE_TIMING) == 0;
  *event = created;
  return OK;
}

API int cuEventDestroy_v2(void *event) {
  advance_all();
  delete static_cast<Event *>(event);
  return OK;
}

API int cuEventRecord(void *handle, void *stream) {
  RETURN_IF_FAILED(lost);
  Event *event = static_cast<Event *>(handle);
  event->stream = &stream_of(stream);
  event->waiting++;
  return enqueue(*event->stream, [=] {
    event->waiting--;
    event->time = std::chrono::steady_clock::now();
  });
}

// Each time that it is asked, a little more has been done.
API int cuEventQuery(void *handle) {
  Event *event = static_cast<Event *>(handle);
  if (event->waiting > 0) advance(*event->stream, settings.seed == 0 ? 1 : random_below(8));
  RETURN_IF_FAILED(lost);
  return event->waiting > 0 ? NOT_READY : OK;
}

API int cuEventSynchronize(void *handle) {
  Event *event = static_cast<Event *>(handle);
  while (event->waiting > 0 && lost == OK) advance(*event->stream, 1);
  return lost;
}

API int cuEventElapsedTime(float *milliseconds, void *from, void *to) {
  const Event *first = static_cast<Event *>(from), *last = static_cast<Event *>(to);
  if (!first->timed || !last->timed || first->stream == nullptr || last->stream == nullptr) return INVALID_HANDLE;
  if (first->waiting > 0 || last->waiting > 0) return NOT_READY;
  *milliseconds = std::chrono::duration<float, std::milli>(last->time - first->time).count();
  return lost;
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
