// The driver's functions of streams, launches, graphs and events.
#include "streams.h"

#include <algorithm>
#include <chrono>

#include "launches.h"
#include "limits.h"
#include "memory.h"
#include "settings.h"

namespace emulator {

int lost = OK;
std::string lost_text;

namespace {

struct Event {
  Stream *stream = nullptr;  // in which it was recorded
  unsigned waiting = 0;      // records of it that are in the queue
  bool timed = true;
  std::chrono::steady_clock::time_point time;
};

Stream default_stream;
std::vector<Stream *> streams = {&default_stream};
// Launches so far.
long launches = 0;

}  // namespace

Stream &stream_of(void *handle) { return handle == nullptr ? default_stream : *static_cast<Stream *>(handle); }

void begin_again() {
  launches = 0;
  lose(OK, "");
}

void lose(int code, const std::string &text) {
  lost = code;
  lost_text = text;
  for (Stream *stream : streams) stream->queue.clear();
}

void advance(Stream &stream, size_t count) {
  while (count-- > 0 && !stream.queue.empty()) {
    const Operation operation = std::move(stream.queue.front());
    stream.queue.pop_front();
    operation();
  }
}

void advance_all() {
  for (Stream *stream : streams) advance(*stream, ALL);
}

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

int capture_forbids() {
  const auto forbids = [](const Stream *stream) { return stream->capture != nullptr && !stream->relaxed; };
  return std::any_of(streams.begin(), streams.end(), forbids) ? STREAM_CAPTURE_UNSUPPORTED : OK;
}

}  // namespace emulator

using namespace emulator;

// ---- Streams and launches

static int launch(void *function, dim3 grid, dim3 block, unsigned shared_bytes, void *stream, void **arguments, bool cooperative) {
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
