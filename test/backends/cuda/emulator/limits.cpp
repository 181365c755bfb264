#include "limits.h"

#include <algorithm>
#include <map>

#include "errors.h"
#include "settings.h"

namespace emulator {

// Dynamic shared memory that kernels were granted.
static std::map<const Kernel *, size_t> granted;

size_t most_shared_bytes() {
  switch (settings.capability) {
    case 75: return 64 << 10;
    case 80: case 87: return 163 << 10;
    case 86: case 89: case 120: return 99 << 10;
    case 90: case 100: return 227 << 10;
    default: return 96 << 10;
  }
}

void grant_shared_bytes(const Kernel *kernel, size_t bytes) { granted[kernel] = bytes; }

static size_t threads_of(dim3 size) { return size_t(size.x) * size.y * size.z; }

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

}  // namespace emulator
