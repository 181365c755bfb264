/** Generated from kernels/*.wgsl by `npm run generate`. Do not edit. */

export interface WgslNoise {
  readonly mask: number;
  readonly lastBelow: number;
  readonly scale: number;
  readonly rate: number;
  readonly perGate: number;
  readonly seed: number;
  readonly site: number;
  readonly step: number;
}

/** The buffers, uniforms and constants of each kernel. */
export interface WebgpuKernels {
  readonly dropout: {
    readonly buffers: 'x' | 'y';
    readonly uniforms: {
      readonly noise: WgslNoise;
      readonly perStep: number;
      readonly steps: number;
    };
    readonly constants: never;
  };
}

export type KernelName = keyof WebgpuKernels;

function writeNoise(to: DataView, at: number, value: WgslNoise): void {
  to.setUint32(at, value.mask, true);
  to.setUint32(at + 4, value.lastBelow, true);
  to.setFloat32(at + 8, value.scale, true);
  to.setFloat32(at + 12, value.rate, true);
  to.setUint32(at + 16, value.perGate, true);
  to.setUint32(at + 20, value.seed, true);
  to.setUint32(at + 24, value.site, true);
  to.setUint32(at + 28, value.step, true);
}

function writeDropout(to: DataView, at: number, value: WebgpuKernels['dropout']['uniforms']): void {
  writeNoise(to, at, value.noise);
  to.setUint32(at + 32, value.perStep, true);
  to.setUint32(at + 36, value.steps, true);
}

/** Each kernel: its source, its buffers in order, and its uniforms in memory. */
export const KERNELS = {
  dropout: {
    buffers: [{"name":"x","access":"read"},{"name":"y","access":"read_write"}],
    features: [],
    bytes: 40,
    write: writeDropout,
    source: `
struct Noise {
  mask: u32,
  last_below: u32,
  scale: f32,
  rate: f32,
  per_gate: u32,
  seed: u32,
  site: u32,
  step: u32,
}
const MASK_NONE = 0u;
const MASK_STEP = 1u;
const MASK_SEQUENCE = 2u;
const MASK_EXPECTED = 3u;
const STREAM_DROPOUT = 2u;
fn multiply_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let other = a_low * b_high + (middle & 0xffffu);
  return a_high * b_high + (middle >> 16u) + (other >> 16u);
}
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
fn drawn_at(noise: Noise, t: u32) -> u32 {
  return noise.step + select(t, 0u, noise.mask == MASK_SEQUENCE);
}
fn is_below(noise: Noise, t: u32, unit: u32) -> bool {
  let words = philox(unit / 4u, drawn_at(noise, t), noise.site, noise.seed);
  return words[unit % 4u] <= noise.last_below;
}
fn kept_factor(noise: Noise, t: u32, unit: u32) -> f32 {
  if (noise.mask == MASK_NONE) { return 1.0; }
  return select(noise.scale, 0.0, is_below(noise, t, unit));
}
fn retention(noise: Noise, t: u32, unit: u32) -> f32 {
  if (noise.mask == MASK_NONE) { return 0.0; }
  if (noise.mask == MASK_EXPECTED) { return noise.rate; }
  return select(0.0, 1.0, is_below(noise, t, unit));
}
struct Uniforms {
  noise: Noise,
  per_step: u32,
  steps: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  let blocks_per_step = (uniforms.per_step + 3u) / 4u;
  let t = index / blocks_per_step;
  if (t >= uniforms.steps) { return; }
  let block = index % blocks_per_step;
  let words = philox(block, drawn_at(uniforms.noise, t), uniforms.noise.site, uniforms.noise.seed);
  for (var i = 0u; i < 4u; i++) {
    let unit = 4u * block + i;
    if (unit >= uniforms.per_step) { return; }
    let at = t * uniforms.per_step + unit;
    y[at] = select(x[at] * uniforms.noise.scale, 0.0, words[i] <= uniforms.noise.last_below);
  }
}
`,
  },
} as const;

/** Constants of the kernels. */
export const CONSTANTS = {
  "MASK_NONE": 0,
  "MASK_STEP": 1,
  "MASK_SEQUENCE": 2,
  "MASK_EXPECTED": 3,
  "STREAM_DROPOUT": 2
} as const;

