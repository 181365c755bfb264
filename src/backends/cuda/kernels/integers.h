// The integer types of the kernels' header; NVRTC and clang without a toolkit have no <stdint.h>.
#ifndef ZLM_CUDA_INTEGERS_H
#define ZLM_CUDA_INTEGERS_H
#ifdef EMULATED
#include <cstdint>
#else
typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef unsigned short uint16_t;
#endif
#endif
