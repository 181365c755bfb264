#include "threads.h"

#include "zlm.h"

void zlm_set_threads(int32_t count) {
#ifdef _OPENMP
  omp_set_num_threads(count);
#else
  (void)count;
#endif
}
