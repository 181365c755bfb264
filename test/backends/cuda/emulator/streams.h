// Streams of the emulated driver, and what it remembers of a failure.
//
// What is asked of a stream waits in its queue and is done when somebody waits for it: so a program that reuses memory of the
// machine too early, or reads a result before it has waited, fails here as it may on a GPU.
#ifndef ZLM_EMULATOR_STREAMS_H
#define ZLM_EMULATOR_STREAMS_H

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "errors.h"

#define API extern "C" __attribute__((visibility("default")))

namespace emulator {

using Operation = std::function<void()>;

struct Graph {
  std::vector<Operation> operations;
};

struct Stream {
  std::deque<Operation> queue;
  Graph *capture = nullptr;
  bool relaxed = false;  // the mode of the capture: allows calls that are no work for a stream
};

// The failure of a kernel. All calls return it from then on, as those of a lost device do.
extern int lost;
extern std::string lost_text;

// Returns the stream of a handle; the default one for null.
Stream &stream_of(void *handle);

// Begins on a device that has not failed.
void begin_again();
// Marks the device as lost: nothing that waits is done.
void lose(int code, const std::string &text);

// Does the next `count` operations of a stream, or all that there are.
void advance(Stream &stream, size_t count);
constexpr size_t ALL = ~size_t(0);
void advance_all();

// Puts an operation into a stream, or into the graph that it captures.
int enqueue(Stream &stream, Operation operation);

// The error of a call that is no work for a stream, if one that does not allow such calls is being captured.
int capture_forbids();

#define RETURN_IF_FAILED(call)                         \
  do {                                                 \
    if (const int code = (call); code != OK) return code; \
  } while (false)

}  // namespace emulator

#endif
