#include "settings.h"

#include <cstdlib>

namespace emulator {

Settings settings;

// Sets a field from a variable, if that is set and not empty.
template <typename T>
static void read(const char *name, T &field) {
  const char *text = std::getenv(name);
  if (text != nullptr && *text != '\0') field = T(std::strtoll(text, nullptr, 10));
}

void read_settings() {
  settings = Settings();
  read("ZLM_EMULATOR_SEED", settings.seed);
  read("ZLM_EMULATOR_GUARD", settings.guard);
  read("ZLM_EMULATOR_NOTHING", settings.nothing);
  read("ZLM_EMULATOR_DEVICES", settings.devices);
  read("ZLM_EMULATOR_PROCESSORS", settings.processors);
  read("ZLM_EMULATOR_DRIVER_VERSION", settings.driver_version);
  read("ZLM_EMULATOR_CAPABILITY", settings.capability);
  read("ZLM_EMULATOR_MEMORY", settings.memory);
  read("ZLM_EMULATOR_FAIL_AFTER", settings.fail_after);
}

}  // namespace emulator
