// Philox4x32-10 (Salmon et al. 2011) and the masks that it draws: bit for bit those of ops/philox.ts and ops/noise.ts.
#ifndef ZLM_PHILOX_CUH
#define ZLM_PHILOX_CUH

// Purpose of the random numbers: `STREAM.dropout` in ops/philox.ts.
enum { STREAM_DROPOUT = 2 };

// Four words: words 4·block … 4·block + 3 at the address (seed, dropout, site, step).
static __device__ __forceinline__ uint4 philox(uint32_t block, uint32_t step, uint32_t site, uint32_t seed) {
  uint32_t c0 = block, c1 = step, c2 = site, c3 = 0, k0 = seed, k1 = STREAM_DROPOUT;
  for (int round = 0; round < 10; round++) {
    const uint32_t high0 = __umulhi(0xd2511f53u, c0), low0 = 0xd2511f53u * c0;
    const uint32_t high1 = __umulhi(0xcd9e8d57u, c2), low1 = 0xcd9e8d57u * c2;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  return make_uint4(c0, c1, c2, c3);
}

// The time step of the masks at step t of the window.
static __device__ __forceinline__ uint32_t drawn_at(const cuda_noise &noise, int t) {
  const uint32_t first = noise.clock ? *noise.clock + noise.step : noise.step;
  return noise.mask == MASK_SEQUENCE ? first : first + t;
}

// Whether the mask's word of a unit at time step t of the window is below the threshold: dropped, or under zoneout kept.
static __device__ __forceinline__ bool is_below(const cuda_noise &noise, int t, int unit) {
  const uint4 words = philox(unit / 4, drawn_at(noise, t), noise.site, noise.seed);
  const uint32_t word = unit % 4 == 0 ? words.x : unit % 4 == 1 ? words.y : unit % 4 == 2 ? words.z : words.w;
  return word < noise.threshold;
}

// Dropout's factor of one unit: 0 or 1 / (1 − rate); 1 without noise.
static __device__ __forceinline__ float kept_factor(const cuda_noise &noise, int t, int unit) {
  if (noise.mask == MASK_NONE) return 1.0f;
  return is_below(noise, t, unit) ? 0.0f : noise.scale;
}

// Zoneout's r of one unit: 1 where it keeps its old value, the rate at test time, 0 without noise.
static __device__ __forceinline__ float retention(const cuda_noise &noise, int t, int unit) {
  if (noise.mask == MASK_NONE) return 0.0f;
  if (noise.mask == MASK_EXPECTED) return noise.rate;
  return is_below(noise, t, unit) ? 1.0f : 0.0f;
}

#endif
