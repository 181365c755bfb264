#include "threads.h"

// For JavaScript: how many threads compute from now on.
void zlm_set_threads(int count) {
#ifdef _OPENMP
  omp_set_num_threads(count);
#else
  (void)count;
#endif
}
