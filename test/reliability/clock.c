/* Preloaded before the C library: a wall clock that jumps by ZLM_CLOCK_JUMP seconds, back and forth, each ZLM_CLOCK_EVERY milliseconds
   of the process. The monotonic clock does not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real_clock)(clockid_t, struct timespec *);

/* Returns the seconds that the wall clock is off by now. */
static long offset(void) {
  static struct timespec start;
  struct timespec now;
  const char *jump = getenv("ZLM_CLOCK_JUMP"), *every = getenv("ZLM_CLOCK_EVERY");
  if (!jump || !every) return 0;
  real_clock(CLOCK_MONOTONIC, &now);
  if (start.tv_sec == 0) start = now;
  const long milliseconds = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000;
  return milliseconds / atol(every) % 2 ? atol(jump) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (!real_clock) real_clock = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const int failed = real_clock(clock, time);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset();
  return failed;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  (void)zone;
  struct timespec time;
  const int failed = clock_gettime(CLOCK_REALTIME, &time);
  if (!failed) *value = (struct timeval){time.tv_sec, time.tv_nsec / 1000};
  return failed;
}

time_t time(time_t *seconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds) *seconds = now.tv_sec;
  return now.tv_sec;
}
