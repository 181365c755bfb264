// All kernels, for NVRTC: one file of PTX for each architecture.
#include "embedding.cu"
#include "noise.cu"
#include "product.cu"
#include "product-mixed.cu"
#include "softmax.cu"
#include "sums.cu"
