#include "sources.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstring>

namespace emulator {

std::string source_of(const void *instruction) {
  Dl_info library;
  if (instruction == nullptr || dladdr(instruction, &library) == 0) return "";
  // The address that a call returns to may be that of the next line.
  const size_t offset = size_t(static_cast<const char *>(instruction) - static_cast<const char *>(library.dli_fbase)) - 1;
  char command[1200];
  std::snprintf(command, sizeof command, "addr2line --inlines --basenames --exe='%s' %#zx 2>/dev/null", library.dli_fname,
                offset);
  FILE *lines = popen(command, "r");
  if (lines == nullptr) return "";
  std::string places;
  char line[300];
  while (std::fgets(line, sizeof line, lines) != nullptr) {
    line[std::strcspn(line, " \n")] = '\0';
    if (std::strchr(line, '?') != nullptr || std::strstr(line, "emulator.h") != nullptr) continue;
    places += (places.empty() ? "" : ", ") + std::string(line);
  }
  pclose(lines);
  return places.empty() ? "" : " (" + places + ")";
}

}  // namespace emulator
