// Scratch memory, aligned to cache lines.
#ifndef ZLM_MEMORY_H
#define ZLM_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

// Room for `count` floats, or null; give it back with free().
static inline float *scratch(long count) {
  const size_t bytes = (size_t)(count > 0 ? count : 1) * sizeof(float);
  return aligned_alloc(64, (bytes + 63) / 64 * 64);
}

#endif
