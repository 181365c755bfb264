// How many threads compute. Results do not depend on it: work is dealt out in pieces whose sums never cross a piece.
#ifndef ZLM_THREADS_H
#define ZLM_THREADS_H

#ifdef _OPENMP
#include <omp.h>
#else
static inline int omp_get_thread_num(void) { return 0; }
static inline int omp_get_num_threads(void) { return 1; }
static inline int omp_get_max_threads(void) { return 1; }
#endif

// The part of [0, count) that falls to this thread of the running team.
typedef struct {
  long first, last;
} share;

static inline share share_of(long count) {
  const long thread = omp_get_thread_num(), threads = omp_get_num_threads();
  return (share){count * thread / threads, count * (thread + 1) / threads};
}

#endif
