/* Preloaded before the C library: a disk that becomes full. Operations that need room are counted: writing to a file, making a file or
   a folder, renaming, forcing a file to the disk. Variables:
   ZLM_FULL_FROM   number of the first operation that fails, from 1; none fails without it
   ZLM_FULL_FOR    how many fail; all from there on without it
   ZLM_FULL_COUNT  a file that gets the number of operations when the process ends */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long operations;

static long asked(const char *variable, long otherwise) {
  const char *value = getenv(variable);
  return value ? atol(value) : otherwise;
}

/* Counts an operation, and returns whether there is no room for it. */
static int is_full(void) {
  const long number = atomic_fetch_add(&operations, 1) + 1;
  const long from = asked("ZLM_FULL_FROM", -1), count = asked("ZLM_FULL_FOR", -1);
  if (from < 0 || number < from || (count >= 0 && number >= from + count)) return 0;
  errno = ENOSPC;
  return 1;
}

static int is_file(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("ZLM_FULL_COUNT");
  char text[32];
  if (!path) return;
  const int length = snprintf(text, sizeof text, "%ld", atomic_load(&operations));
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0) return;
  syscall(SYS_write, file, text, length);
  syscall(SYS_close, file);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count) {
  return is_file(file) && is_full() ? -1 : REAL(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
  return is_file(file) && is_full() ? -1 : REAL(pwrite)(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) {
  return is_file(file) && is_full() ? -1 : REAL(pwrite64)(file, bytes, count, at);
}

ssize_t writev(int file, const struct iovec *pieces, int count) {
  return is_file(file) && is_full() ? -1 : REAL(writev)(file, pieces, count);
}

ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t at) {
  return is_file(file) && is_full() ? -1 : REAL(pwritev)(file, pieces, count, at);
}

ssize_t pwritev64(int file, const struct iovec *pieces, int count, off64_t at) {
  return is_file(file) && is_full() ? -1 : REAL(pwritev64)(file, pieces, count, at);
}

int fsync(int file) { return is_file(file) && is_full() ? -1 : REAL(fsync)(file); }

int fdatasync(int file) { return is_file(file) && is_full() ? -1 : REAL(fdatasync)(file); }

int mkdir(const char *path, mode_t mode) { return is_full() ? -1 : REAL(mkdir)(path, mode); }

int rename(const char *from, const char *to) { return is_full() ? -1 : REAL(rename)(from, to); }

int symlink(const char *target, const char *path) { return is_full() ? -1 : REAL(symlink)(target, path); }

static int makes_file(const char *path, int flags) { return flags & O_CREAT && access(path, F_OK) != 0; }

static mode_t mode_of(int flags, va_list rest) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return makes_file(path, flags) && is_full() ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return makes_file(path, flags) && is_full() ? -1 : REAL(open64)(path, flags, mode);
}
