// What the environment sets. Read by cuInit, so a test may change it and load the driver again.
#ifndef ZLM_EMULATOR_SETTINGS_H
#define ZLM_EMULATOR_SETTINGS_H

#include <cstddef>
#include <cstdint>

namespace emulator {

struct Settings {
  uint64_t seed = 0;       // ZLM_EMULATOR_SEED: 0 for the plain order of threads and blocks
  bool guard = false;      // ZLM_EMULATOR_GUARD: an inaccessible page behind each allocation
  bool nothing = false;    // ZLM_EMULATOR_NOTHING: launches and copies do nothing
  int devices = 1;         // ZLM_EMULATOR_DEVICES
  int processors = 4;      // ZLM_EMULATOR_PROCESSORS
  int driver_version = 13000;           // ZLM_EMULATOR_DRIVER_VERSION
  int capability = 90;                  // ZLM_EMULATOR_CAPABILITY
  size_t memory = size_t(8) << 30;      // ZLM_EMULATOR_MEMORY
  long fail_after = 0;     // ZLM_EMULATOR_FAIL_AFTER: the launch with this number and all later ones fail; 0 for none
};
extern Settings settings;

void read_settings();

}  // namespace emulator

#endif
