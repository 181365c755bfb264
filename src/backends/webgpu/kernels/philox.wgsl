// Philox4x32-10 (Salmon et al. 2011) and the masks that it draws: bit for bit those of ops/philox.ts and ops/noise.ts.

// One source of noise in one window (`Noise` in ops/noise.ts). 32 bytes, so that it may lie in a uniform buffer.
struct Noise {
  // One of MASK_…
  mask: u32,
  // The largest word of a unit that is dropped, or under zoneout keeps its value: ⌈rate · 2³²⌉ − 1.
  last_below: u32,
  // 1 / (1 − rate)
  scale: f32,
  rate: f32,
  // 1 for a mask of G · U units, gate after gate; 0 for one of U.
  per_gate: u32,
  seed: u32,
  site: u32,
  // Absolute time step of the window's first step.
  step: u32,
}

const MASK_NONE = 0u;
const MASK_STEP = 1u;
const MASK_SEQUENCE = 2u;
const MASK_EXPECTED = 3u;

// Purpose of the random numbers: `STREAM.dropout` in ops/philox.ts.
const STREAM_DROPOUT = 2u;

// The high word of a product of two words, from products of their halves, none of which overflows.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let other = a_low * b_high + (middle & 0xffffu);
  return a_high * b_high + (middle >> 16u) + (other >> 16u);
}

// Four words: words 4·block … 4·block + 3 at the address (seed, dropout, site, step).
fn philox(block: u32, step: u32, site: u32, seed: u32) -> vec4u {
  var counter = vec4u(block, step, site, 0u);
  var key = vec2u(seed, STREAM_DROPOUT);
  for (var round = 0; round < 10; round++) {
    let high0 = multiply_high(0xd2511f53u, counter.x);
    let high1 = multiply_high(0xcd9e8d57u, counter.z);
    counter = vec4u(high1 ^ counter.y ^ key.x, 0xcd9e8d57u * counter.z,
                    high0 ^ counter.w ^ key.y, 0xd2511f53u * counter.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

// The time step of the masks at step t of the window.
fn drawn_at(noise: Noise, t: u32) -> u32 {
  return noise.step + select(t, 0u, noise.mask == MASK_SEQUENCE);
}

// Whether the mask's word of a unit at step t of the window is below rate · 2³²: dropped, or under zoneout kept.
fn is_below(noise: Noise, t: u32, unit: u32) -> bool {
  let words = philox(unit / 4u, drawn_at(noise, t), noise.site, noise.seed);
  return words[unit % 4u] <= noise.last_below;
}

// Dropout's factor of one unit: 0 or 1 / (1 − rate); 1 without noise.
fn kept_factor(noise: Noise, t: u32, unit: u32) -> f32 {
  if (noise.mask == MASK_NONE) { return 1.0; }
  return select(noise.scale, 0.0, is_below(noise, t, unit));
}

// Zoneout's r of one unit: 1 where it keeps its old value, the rate at test time, 0 without noise.
fn retention(noise: Noise, t: u32, unit: u32) -> f32 {
  if (noise.mask == MASK_NONE) { return 0.0; }
  if (noise.mask == MASK_EXPECTED) { return noise.rate; }
  return select(0.0, 1.0, is_below(noise, t, unit));
}
