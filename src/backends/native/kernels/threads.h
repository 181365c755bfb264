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

// Pieces of work for each thread, at least, so that they can even out.
#define PIECES_PER_THREAD 4

// Into how many blocks to deal out the groups of rows of a product. A narrow one has few panels of columns: then its rows
// are dealt out too, though each block packs its panel anew.
static inline long row_blocks(long panels, long groups) {
  const long wanted = PIECES_PER_THREAD * omp_get_max_threads();
  if (panels >= wanted || panels == 0) return 1;
  const long blocks = (wanted + panels - 1) / panels;
  return blocks < groups ? blocks : groups;
}

// The part of [0, count) that falls to this thread of the running team.
typedef struct {
  long first, last;
} share;

static inline share share_of(long count) {
  const long thread = omp_get_thread_num(), threads = omp_get_num_threads();
  return (share){count * thread / threads, count * (thread + 1) / threads};
}

#endif
