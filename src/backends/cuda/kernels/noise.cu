// Dropout on the edges between layers (ops/noise.ts).
#include "device.cuh"

extern "C" __global__ void zlm_dropout(const cuda_dropout a) {
  const int block = blockIdx.x * blockDim.x + threadIdx.x, t = blockIdx.y;
  const int first = 4 * block;
  if (first >= a.per_step) return;
  const cuda_noise &noise = a.noise;
  const uint4 drawn = philox(block, drawn_at(noise, t), noise.site, noise.seed);
  const uint32_t words[4] = {drawn.x, drawn.y, drawn.z, drawn.w};
  const size_t at = size_t(t) * a.per_step + first;
  for (int i = 0; i < 4 && first + i < a.per_step; i++)
    a.y[at + i] = words[i] < noise.threshold ? 0.0f : a.x[at + i] * noise.scale;
}
