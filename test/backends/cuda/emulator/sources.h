// Places of instructions in the sources of kernels.
#ifndef ZLM_EMULATOR_SOURCES_H
#define ZLM_EMULATOR_SOURCES_H

#include <string>

namespace emulator {

// Returns the places of an instruction, the innermost function first: " (product.cuh:63, product.cu:12)". Empty if not known.
std::string source_of(const void *instruction);

}  // namespace emulator

#endif
