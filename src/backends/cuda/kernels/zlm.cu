// All kernels, for NVRTC: one file of PTX for each architecture.
#include "noise.cu"
#include "product.cu"
#include "product-mixed.cu"
