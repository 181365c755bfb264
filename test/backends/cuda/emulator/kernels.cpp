// The table of kernels, made from the header that declares them: KERNELS_HEADER, zlm-cuda.h or that of the emulator's own test.
#include <map>
#include <string>

#include "launches.h"

namespace emulator {

static std::map<std::string, Kernel> &table() {
  static std::map<std::string, Kernel> kernels;
  return kernels;
}

struct Entry {
  explicit Entry(const Kernel &kernel) { table().emplace(kernel.name, kernel); }
};

const Kernel *find_kernel(const char *name) {
  const auto found = table().find(name);
  return found == table().end() ? nullptr : &found->second;
}

}  // namespace emulator

#define KERNEL(name, type)                                                                              \
  extern "C" void name(const type);                                                                     \
  static const emulator::Entry name##_entry(                                                            \
      {#name, [](const void *argument) { name(*static_cast<const type *>(argument)); }, sizeof(type)});
#include KERNELS_HEADER
