/* Preloaded before the C library: makes the file system or the user database refuse. Each variable is an error number:
   ZLM_REFUSE_SYMLINK  every symbolic link
   ZLM_REFUSE_SYNC     fsync of a folder
   ZLM_REFUSE_OPEN     opening a path that contains ZLM_REFUSE_PATH
   ZLM_NO_USER         (any value) this user has no entry in the user database */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Returns the error number that a variable asks for, or 0. */
static int asked(const char *variable) {
  const char *value = getenv(variable);
  return value ? atoi(value) : 0;
}

int symlink(const char *target, const char *path) {
  int error = asked("ZLM_REFUSE_SYMLINK");
  if (error) {
    errno = error;
    return -1;
  }
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "symlink");
  return real(target, path);
}

int fsync(int descriptor) {
  struct stat status;
  int error = asked("ZLM_REFUSE_SYNC");
  if (error && fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    errno = error;
    return -1;
  }
  int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
  return real(descriptor);
}

static int open_by(const char *name, const char *path, int flags, mode_t mode) {
  const char *refused = getenv("ZLM_REFUSE_PATH");
  int error = asked("ZLM_REFUSE_OPEN");
  if (error && refused && strstr(path, refused)) {
    errno = error;
    return -1;
  }
  int (*real)(const char *, int, mode_t) = dlsym(RTLD_NEXT, name);
  return real(path, flags, mode);
}

static mode_t mode_of(int flags, va_list rest) {
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_by("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open_by("open64", path, flags, mode);
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **found) {
  if (getenv("ZLM_NO_USER")) {
    *found = NULL;
    return 0;
  }
  int (*real)(uid_t, struct passwd *, char *, size_t, struct passwd **) = dlsym(RTLD_NEXT, "getpwuid_r");
  return real(uid, entry, buffer, size, found);
}
