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
  readonly biasGradient: {
    readonly buffers: 'matrix' | 'sums';
    readonly uniforms: {
      readonly rows: number;
      readonly width: number;
      readonly first: number;
      readonly count: number;
    };
    readonly constants: never;
  };
  readonly dropout: {
    readonly buffers: 'x' | 'y';
    readonly uniforms: {
      readonly noise: WgslNoise;
      readonly perStep: number;
      readonly steps: number;
    };
    readonly constants: never;
  };
  readonly gruStepGradient: {
    readonly buffers: 'parts' | 'gates' | 'h0' | 'output' | 'dOutput' | 'dz' | 'dInput' | 'carry';
    readonly uniforms: {
      readonly recurrent: WgslNoise;
      readonly hiddenZoneout: WgslNoise;
      readonly t: number;
      readonly batch: number;
      readonly units: number;
      readonly parts: number;
    };
    readonly constants: never;
  };
  readonly gruStep: {
    readonly buffers: 'weights' | 'bias' | 'candidateBias' | 'h0' | 'fromInput' | 'readStates' | 'gates' | 'output';
    readonly uniforms: {
      readonly recurrent: WgslNoise;
      readonly hiddenZoneout: WgslNoise;
      readonly t: number;
      readonly steps: number;
      readonly batch: number;
      readonly units: number;
      readonly kPadded: number;
    };
    readonly constants: 'ROW_VECTORS';
  };
  readonly lstmStepGradient: {
    readonly buffers: 'parts' | 'gates' | 'cells' | 'c0' | 'dOutput' | 'dz' | 'dc' | 'carry';
    readonly uniforms: {
      readonly recurrent: WgslNoise;
      readonly hiddenZoneout: WgslNoise;
      readonly cellZoneout: WgslNoise;
      readonly t: number;
      readonly batch: number;
      readonly units: number;
      readonly parts: number;
    };
    readonly constants: never;
  };
  readonly lstmStep: {
    readonly buffers: 'weights' | 'bias' | 'h0' | 'c0' | 'readStates' | 'gates' | 'cells' | 'output';
    readonly uniforms: {
      readonly recurrent: WgslNoise;
      readonly hiddenZoneout: WgslNoise;
      readonly cellZoneout: WgslNoise;
      readonly t: number;
      readonly steps: number;
      readonly batch: number;
      readonly units: number;
      readonly kPadded: number;
    };
    readonly constants: 'ROW_VECTORS';
  };
  readonly maskedStates: {
    readonly buffers: 'h0' | 'output' | 'readStates';
    readonly uniforms: {
      readonly noise: WgslNoise;
      readonly perStep: number;
      readonly total: number;
    };
    readonly constants: never;
  };
  readonly packWeights: {
    readonly buffers: 'weights' | 'packed';
    readonly uniforms: {
      readonly kSize: number;
      readonly kPadded: number;
      readonly gates: number;
      readonly units: number;
      readonly tileUnits: number;
      readonly row: number;
      readonly transposed: number;
      readonly total: number;
    };
    readonly constants: never;
  };
  readonly recurrentGradientProduct: {
    readonly buffers: 'weights' | 'dz' | 'parts';
    readonly uniforms: {
      readonly t: number;
      readonly batch: number;
      readonly units: number;
      readonly width: number;
      readonly kPadded: number;
      readonly kPart: number;
    };
    readonly constants: 'ROW_VECTORS';
  };
  readonly tanhRnnStepGradient: {
    readonly buffers: 'parts' | 'activations' | 'dOutput' | 'dz' | 'carry';
    readonly uniforms: {
      readonly recurrent: WgslNoise;
      readonly hiddenZoneout: WgslNoise;
      readonly t: number;
      readonly batch: number;
      readonly units: number;
      readonly parts: number;
    };
    readonly constants: never;
  };
  readonly tanhRnnStep: {
    readonly buffers: 'weights' | 'bias' | 'h0' | 'readStates' | 'activations' | 'output';
    readonly uniforms: {
      readonly recurrent: WgslNoise;
      readonly hiddenZoneout: WgslNoise;
      readonly t: number;
      readonly steps: number;
      readonly batch: number;
      readonly units: number;
      readonly kPadded: number;
    };
    readonly constants: 'ROW_VECTORS';
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

function writeBiasGradient(to: DataView, at: number, value: WebgpuKernels['biasGradient']['uniforms']): void {
  to.setUint32(at, value.rows, true);
  to.setUint32(at + 4, value.width, true);
  to.setUint32(at + 8, value.first, true);
  to.setUint32(at + 12, value.count, true);
}

function writeDropout(to: DataView, at: number, value: WebgpuKernels['dropout']['uniforms']): void {
  writeNoise(to, at, value.noise);
  to.setUint32(at + 32, value.perStep, true);
  to.setUint32(at + 36, value.steps, true);
}

function writeGruStepGradient(to: DataView, at: number, value: WebgpuKernels['gruStepGradient']['uniforms']): void {
  writeNoise(to, at, value.recurrent);
  writeNoise(to, at + 32, value.hiddenZoneout);
  to.setInt32(at + 64, value.t, true);
  to.setUint32(at + 68, value.batch, true);
  to.setUint32(at + 72, value.units, true);
  to.setUint32(at + 76, value.parts, true);
}

function writeGruStep(to: DataView, at: number, value: WebgpuKernels['gruStep']['uniforms']): void {
  writeNoise(to, at, value.recurrent);
  writeNoise(to, at + 32, value.hiddenZoneout);
  to.setUint32(at + 64, value.t, true);
  to.setUint32(at + 68, value.steps, true);
  to.setUint32(at + 72, value.batch, true);
  to.setUint32(at + 76, value.units, true);
  to.setUint32(at + 80, value.kPadded, true);
}

function writeLstmStepGradient(to: DataView, at: number, value: WebgpuKernels['lstmStepGradient']['uniforms']): void {
  writeNoise(to, at, value.recurrent);
  writeNoise(to, at + 32, value.hiddenZoneout);
  writeNoise(to, at + 64, value.cellZoneout);
  to.setInt32(at + 96, value.t, true);
  to.setUint32(at + 100, value.batch, true);
  to.setUint32(at + 104, value.units, true);
  to.setUint32(at + 108, value.parts, true);
}

function writeLstmStep(to: DataView, at: number, value: WebgpuKernels['lstmStep']['uniforms']): void {
  writeNoise(to, at, value.recurrent);
  writeNoise(to, at + 32, value.hiddenZoneout);
  writeNoise(to, at + 64, value.cellZoneout);
  to.setUint32(at + 96, value.t, true);
  to.setUint32(at + 100, value.steps, true);
  to.setUint32(at + 104, value.batch, true);
  to.setUint32(at + 108, value.units, true);
  to.setUint32(at + 112, value.kPadded, true);
}

function writeMaskedStates(to: DataView, at: number, value: WebgpuKernels['maskedStates']['uniforms']): void {
  writeNoise(to, at, value.noise);
  to.setUint32(at + 32, value.perStep, true);
  to.setUint32(at + 36, value.total, true);
}

function writePackWeights(to: DataView, at: number, value: WebgpuKernels['packWeights']['uniforms']): void {
  to.setUint32(at, value.kSize, true);
  to.setUint32(at + 4, value.kPadded, true);
  to.setUint32(at + 8, value.gates, true);
  to.setUint32(at + 12, value.units, true);
  to.setUint32(at + 16, value.tileUnits, true);
  to.setUint32(at + 20, value.row, true);
  to.setUint32(at + 24, value.transposed, true);
  to.setUint32(at + 28, value.total, true);
}

function writeRecurrentGradientProduct(to: DataView, at: number, value: WebgpuKernels['recurrentGradientProduct']['uniforms']): void {
  to.setUint32(at, value.t, true);
  to.setUint32(at + 4, value.batch, true);
  to.setUint32(at + 8, value.units, true);
  to.setUint32(at + 12, value.width, true);
  to.setUint32(at + 16, value.kPadded, true);
  to.setUint32(at + 20, value.kPart, true);
}

function writeTanhRnnStepGradient(to: DataView, at: number, value: WebgpuKernels['tanhRnnStepGradient']['uniforms']): void {
  writeNoise(to, at, value.recurrent);
  writeNoise(to, at + 32, value.hiddenZoneout);
  to.setInt32(at + 64, value.t, true);
  to.setUint32(at + 68, value.batch, true);
  to.setUint32(at + 72, value.units, true);
  to.setUint32(at + 76, value.parts, true);
}

function writeTanhRnnStep(to: DataView, at: number, value: WebgpuKernels['tanhRnnStep']['uniforms']): void {
  writeNoise(to, at, value.recurrent);
  writeNoise(to, at + 32, value.hiddenZoneout);
  to.setUint32(at + 64, value.t, true);
  to.setUint32(at + 68, value.steps, true);
  to.setUint32(at + 72, value.batch, true);
  to.setUint32(at + 76, value.units, true);
  to.setUint32(at + 80, value.kPadded, true);
}

/** Each kernel: its source, its buffers in order, and its uniforms in memory. */
export const KERNELS = {
  biasGradient: {
    buffers: [{"name":"matrix","access":"read"},{"name":"sums","access":"read_write"}],
    features: [],
    bytes: 16,
    write: writeBiasGradient,
    source: `
struct Uniforms {
  rows: u32,
  width: u32,
  first: u32,
  count: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> matrix: array<f32>;
@group(1) @binding(1) var<storage, read_write> sums: array<f32>;
var<workgroup> parts: array<f32, 256>;
@compute @workgroup_size(64, 4)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let column = group.x * 64u + local.x;
  var sum = 0.0;
  if (column < uniforms.count) {
    for (var row = local.y; row < uniforms.rows; row += 4u) {
      sum += matrix[row * uniforms.width + uniforms.first + column];
    }
  }
  parts[thread] = sum;
  workgroupBarrier();
  if (local.y == 0u && column < uniforms.count) {
    sums[column] = parts[local.x] + parts[64u + local.x] + parts[128u + local.x] + parts[192u + local.x];
  }
}
`,
  },
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
  gruStepGradient: {
    buffers: [{"name":"parts","access":"read"},{"name":"gates","access":"read"},{"name":"h0","access":"read"},{"name":"output","access":"read"},{"name":"dOutput","access":"read"},{"name":"dz","access":"read_write"},{"name":"dInput","access":"read_write"},{"name":"carry","access":"read_write"}],
    features: [],
    bytes: 80,
    write: writeGruStepGradient,
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
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}
fn hyperbolic_tangent(x: f32) -> f32 {
  let small = exp(-2.0 * abs(x));
  let quotient = (1.0 - small) / (1.0 + small);
  let square = x * x;
  let near_zero = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(select(quotient, -quotient, x < 0.0), near_zero, abs(x) < 0.15);
}
fn sigmoid_slope(value: f32) -> f32 {
  return value * (1.0 - value);
}
fn tanh_slope(value: f32) -> f32 {
  return 1.0 - value * value;
}
fn zone_out(noise: Noise, t: u32, unit: u32, before: f32, candidate: f32) -> f32 {
  let kept = retention(noise, t, unit);
  if (kept == 0.0) { return candidate; }
  if (kept == 1.0) { return before; }
  return kept * before + (1.0 - kept) * candidate;
}
fn gradient_of_state(in_state: u32) -> f32 {
  let per_step = uniforms.batch * uniforms.units;
  let next = u32(uniforms.t + 1);
  var sum = carry[in_state];
  if (uniforms.parts > 0u) {
    var product = 0.0;
    for (var part = 0u; part < uniforms.parts; part++) {
      product += parts[part * per_step + in_state];
    }
    sum += product * kept_factor(uniforms.recurrent, next, in_state);
  }
  if (uniforms.t >= 0) { sum += d_output[u32(uniforms.t) * per_step + in_state]; }
  return sum;
}
struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  t: i32,
  batch: u32,
  units: u32,
  parts: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> parts: array<f32>;
@group(1) @binding(1) var<storage, read> gates: array<f32>;
@group(1) @binding(2) var<storage, read> h0: array<f32>;
@group(1) @binding(3) var<storage, read> output: array<f32>;
@group(1) @binding(4) var<storage, read> d_output: array<f32>;
@group(1) @binding(5) var<storage, read_write> dz: array<f32>;
@group(1) @binding(6) var<storage, read_write> d_input: array<f32>;
@group(1) @binding(7) var<storage, read_write> carry: array<f32>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let in_state = id.x;
  let units = uniforms.units;
  let per_step = uniforms.batch * units;
  if (in_state >= per_step) { return; }
  let upstream = gradient_of_state(in_state);
  if (uniforms.t < 0) {
    carry[in_state] = upstream;
    return;
  }
  let t = u32(uniforms.t);
  let place = t * uniforms.batch + in_state / units;
  let saved = place * 4u * units + in_state % units;
  let r = gates[saved];
  let z = gates[saved + units];
  let n = gates[saved + 2u * units];
  let q = gates[saved + 3u * units];
  var h_before: f32;
  if (t == 0u) { h_before = h0[in_state]; } else { h_before = output[(t - 1u) * per_step + in_state]; }
  let kept = retention(uniforms.hidden_zoneout, t, in_state);
  let dh = upstream * (1.0 - kept);
  let dn = dh * (1.0 - z) * tanh_slope(n);
  let first = place * 3u * units + in_state % units;
  dz[first] = dn * q * sigmoid_slope(r);
  dz[first + units] = dh * (h_before - n) * sigmoid_slope(z);
  dz[first + 2u * units] = dn * r;
  d_input[first] = dn * q * sigmoid_slope(r);
  d_input[first + units] = dh * (h_before - n) * sigmoid_slope(z);
  d_input[first + 2u * units] = dn;
  carry[in_state] = upstream * kept + dh * z;
}
`,
  },
  gruStep: {
    buffers: [{"name":"weights","access":"read"},{"name":"bias","access":"read"},{"name":"candidateBias","access":"read"},{"name":"h0","access":"read"},{"name":"fromInput","access":"read"},{"name":"readStates","access":"read_write"},{"name":"gates","access":"read_write"},{"name":"output","access":"read_write"}],
    features: [],
    bytes: 84,
    write: writeGruStep,
    source: `
const SLICES = 16u;
const VECTORS = COLUMNS / 4u;
const THREADS = VECTORS * SLICES;
const CHUNK = 128u;
const MOST_ROW_VECTORS = 5u;
override ROW_VECTORS: u32 = 5u;
var<workgroup> staged: array<vec4f, CHUNK * MOST_ROW_VECTORS>;
var<workgroup> sums: array<f32, 4u * MOST_ROW_VECTORS * COLUMNS>;
fn rows_of_workgroup() -> u32 {
  return 4u * ROW_VECTORS;
}
fn multiply(tile: u32, first_row: u32, k_padded: u32, k_begin: u32, k_end: u32, thread: u32) {
  let slice = thread / VECTORS;
  let vector = thread % VECTORS;
  var partial: array<vec4f, 4u * MOST_ROW_VECTORS>;
  for (var row = 0u; row < 4u * ROW_VECTORS; row++) {
    partial[row] = vec4f();
  }
  for (var chunk = k_begin; chunk < k_end; chunk += CHUNK) {
    let count = min(CHUNK, k_end - chunk);
    for (var i = thread; i < count * ROW_VECTORS; i += THREADS) {
      let k = i % count;
      let rows = i / count;
      let row = first_row + 4u * rows;
      staged[k * ROW_VECTORS + rows] = vec4f(operand(row, chunk + k), operand(row + 1u, chunk + k),
                                             operand(row + 2u, chunk + k), operand(row + 3u, chunk + k));
    }
    workgroupBarrier();
    for (var k = slice; k < count; k += SLICES) {
      let right = weights[(tile * k_padded + chunk + k) * VECTORS + vector];
      for (var rows = 0u; rows < ROW_VECTORS; rows++) {
        let left = staged[k * ROW_VECTORS + rows];
        partial[4u * rows] += left.x * right;
        partial[4u * rows + 1u] += left.y * right;
        partial[4u * rows + 2u] += left.z * right;
        partial[4u * rows + 3u] += left.w * right;
      }
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < 4u * ROW_VECTORS; row += 2u) {
    staged[thread] = partial[row];
    staged[THREADS + thread] = partial[row + 1u];
    workgroupBarrier();
    if (thread < 2u * COLUMNS) {
      let which = thread / COLUMNS;
      let column = thread % COLUMNS;
      var sum = 0.0;
      for (var other = 0u; other < SLICES; other++) {
        sum += staged[which * THREADS + other * VECTORS + column / 4u][column % 4u];
      }
      sums[(row + which) * COLUMNS + column] = sum;
    }
    workgroupBarrier();
  }
}
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
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}
fn hyperbolic_tangent(x: f32) -> f32 {
  let small = exp(-2.0 * abs(x));
  let quotient = (1.0 - small) / (1.0 + small);
  let square = x * x;
  let near_zero = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(select(quotient, -quotient, x < 0.0), near_zero, abs(x) < 0.15);
}
fn sigmoid_slope(value: f32) -> f32 {
  return value * (1.0 - value);
}
fn tanh_slope(value: f32) -> f32 {
  return 1.0 - value * value;
}
fn zone_out(noise: Noise, t: u32, unit: u32, before: f32, candidate: f32) -> f32 {
  let kept = retention(noise, t, unit);
  if (kept == 0.0) { return candidate; }
  if (kept == 1.0) { return before; }
  return kept * before + (1.0 - kept) * candidate;
}
const GATES = 3u;
const UNITS = 16u;
const COLUMNS = GATES * UNITS;
struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  t: u32,
  steps: u32,
  batch: u32,
  units: u32,
  k_padded: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<vec4f>;
@group(1) @binding(1) var<storage, read> bias: array<f32>;
@group(1) @binding(2) var<storage, read> candidate_bias: array<f32>;
@group(1) @binding(3) var<storage, read> h0: array<f32>;
@group(1) @binding(4) var<storage, read> from_input: array<f32>;
@group(1) @binding(5) var<storage, read_write> read_states: array<f32>;
@group(1) @binding(6) var<storage, read_write> gates: array<f32>;
@group(1) @binding(7) var<storage, read_write> output: array<f32>;
fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.units) { return 0.0; }
  return read_states[(uniforms.t * uniforms.batch + row) * uniforms.units + k];
}
fn finish(row: u32, unit: u32, first_sum: u32) {
  let t = uniforms.t;
  let units = uniforms.units;
  let in_state = row * units + unit;
  let per_step = uniforms.batch * units;
  let in_window = t * per_step + in_state;
  let place = t * uniforms.batch + row;
  let input = place * GATES * units + unit;
  let r = sigmoid(from_input[input] + bias[unit] + sums[first_sum]);
  let z = sigmoid(from_input[input + units] + bias[units + unit] + sums[first_sum + UNITS]);
  let q = sums[first_sum + 2u * UNITS] + candidate_bias[unit];
  let n = hyperbolic_tangent(from_input[input + 2u * units] + bias[2u * units + unit] + r * q);
  let first = place * 4u * units + unit;
  gates[first] = r;
  gates[first + units] = z;
  gates[first + 2u * units] = n;
  gates[first + 3u * units] = q;
  var h_before: f32;
  if (t == 0u) { h_before = h0[in_state]; } else { h_before = output[in_window - per_step]; }
  let h = zone_out(uniforms.hidden_zoneout, t, in_state, h_before, (1.0 - z) * n + z * h_before);
  output[in_window] = h;
  if (t + 1u < uniforms.steps) {
    read_states[in_window + per_step] = h * kept_factor(uniforms.recurrent, t + 1u, in_state);
  }
}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_row = group.y * rows_of_workgroup();
  multiply(group.x, first_row, uniforms.k_padded, 0u, uniforms.k_padded, thread);
  for (var i = thread; i < rows_of_workgroup() * UNITS; i += THREADS) {
    let row = i / UNITS;
    let unit = group.x * UNITS + i % UNITS;
    if (first_row + row < uniforms.batch && unit < uniforms.units) {
      finish(first_row + row, unit, row * COLUMNS + i % UNITS);
    }
  }
}
`,
  },
  lstmStepGradient: {
    buffers: [{"name":"parts","access":"read"},{"name":"gates","access":"read"},{"name":"cells","access":"read"},{"name":"c0","access":"read"},{"name":"dOutput","access":"read"},{"name":"dz","access":"read_write"},{"name":"dc","access":"read_write"},{"name":"carry","access":"read_write"}],
    features: [],
    bytes: 112,
    write: writeLstmStepGradient,
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
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}
fn hyperbolic_tangent(x: f32) -> f32 {
  let small = exp(-2.0 * abs(x));
  let quotient = (1.0 - small) / (1.0 + small);
  let square = x * x;
  let near_zero = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(select(quotient, -quotient, x < 0.0), near_zero, abs(x) < 0.15);
}
fn sigmoid_slope(value: f32) -> f32 {
  return value * (1.0 - value);
}
fn tanh_slope(value: f32) -> f32 {
  return 1.0 - value * value;
}
fn zone_out(noise: Noise, t: u32, unit: u32, before: f32, candidate: f32) -> f32 {
  let kept = retention(noise, t, unit);
  if (kept == 0.0) { return candidate; }
  if (kept == 1.0) { return before; }
  return kept * before + (1.0 - kept) * candidate;
}
fn gradient_of_state(in_state: u32) -> f32 {
  let per_step = uniforms.batch * uniforms.units;
  let next = u32(uniforms.t + 1);
  var sum = carry[in_state];
  if (uniforms.parts > 0u) {
    var product = 0.0;
    for (var part = 0u; part < uniforms.parts; part++) {
      product += parts[part * per_step + in_state];
    }
    sum += product * kept_factor(uniforms.recurrent, next, in_state);
  }
  if (uniforms.t >= 0) { sum += d_output[u32(uniforms.t) * per_step + in_state]; }
  return sum;
}
struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  cell_zoneout: Noise,
  t: i32,
  batch: u32,
  units: u32,
  parts: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> parts: array<f32>;
@group(1) @binding(1) var<storage, read> gates: array<f32>;
@group(1) @binding(2) var<storage, read> cells: array<f32>;
@group(1) @binding(3) var<storage, read> c0: array<f32>;
@group(1) @binding(4) var<storage, read> d_output: array<f32>;
@group(1) @binding(5) var<storage, read_write> dz: array<f32>;
@group(1) @binding(6) var<storage, read_write> dc: array<f32>;
@group(1) @binding(7) var<storage, read_write> carry: array<f32>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let in_state = id.x;
  let units = uniforms.units;
  let per_step = uniforms.batch * units;
  if (in_state >= per_step) { return; }
  let upstream = gradient_of_state(in_state);
  if (uniforms.t < 0) {
    carry[in_state] = upstream;
    return;
  }
  let t = u32(uniforms.t);
  let row = in_state / units;
  let first = (t * uniforms.batch + row) * 4u * units + in_state % units;
  let i = gates[first];
  let f = gates[first + units];
  let g = gates[first + 2u * units];
  let o = gates[first + 3u * units];
  var c_before: f32;
  if (t == 0u) { c_before = c0[in_state]; } else { c_before = cells[(t - 1u) * per_step + in_state]; }
  let hidden_kept = retention(uniforms.hidden_zoneout, t, in_state);
  let cell_kept = retention(uniforms.cell_zoneout, t, in_state);
  let dh = upstream * (1.0 - hidden_kept);
  let tanh_c = hyperbolic_tangent(f * c_before + i * g);
  let d_cell = dc[in_state] * (1.0 - cell_kept) + dh * o * tanh_slope(tanh_c);
  dz[first] = d_cell * g * sigmoid_slope(i);
  dz[first + units] = d_cell * c_before * sigmoid_slope(f);
  dz[first + 2u * units] = d_cell * i * tanh_slope(g);
  dz[first + 3u * units] = dh * tanh_c * sigmoid_slope(o);
  dc[in_state] = d_cell * f + dc[in_state] * cell_kept;
  carry[in_state] = upstream * hidden_kept;
}
`,
  },
  lstmStep: {
    buffers: [{"name":"weights","access":"read"},{"name":"bias","access":"read"},{"name":"h0","access":"read"},{"name":"c0","access":"read"},{"name":"readStates","access":"read_write"},{"name":"gates","access":"read_write"},{"name":"cells","access":"read_write"},{"name":"output","access":"read_write"}],
    features: [],
    bytes: 116,
    write: writeLstmStep,
    source: `
const SLICES = 16u;
const VECTORS = COLUMNS / 4u;
const THREADS = VECTORS * SLICES;
const CHUNK = 128u;
const MOST_ROW_VECTORS = 5u;
override ROW_VECTORS: u32 = 5u;
var<workgroup> staged: array<vec4f, CHUNK * MOST_ROW_VECTORS>;
var<workgroup> sums: array<f32, 4u * MOST_ROW_VECTORS * COLUMNS>;
fn rows_of_workgroup() -> u32 {
  return 4u * ROW_VECTORS;
}
fn multiply(tile: u32, first_row: u32, k_padded: u32, k_begin: u32, k_end: u32, thread: u32) {
  let slice = thread / VECTORS;
  let vector = thread % VECTORS;
  var partial: array<vec4f, 4u * MOST_ROW_VECTORS>;
  for (var row = 0u; row < 4u * ROW_VECTORS; row++) {
    partial[row] = vec4f();
  }
  for (var chunk = k_begin; chunk < k_end; chunk += CHUNK) {
    let count = min(CHUNK, k_end - chunk);
    for (var i = thread; i < count * ROW_VECTORS; i += THREADS) {
      let k = i % count;
      let rows = i / count;
      let row = first_row + 4u * rows;
      staged[k * ROW_VECTORS + rows] = vec4f(operand(row, chunk + k), operand(row + 1u, chunk + k),
                                             operand(row + 2u, chunk + k), operand(row + 3u, chunk + k));
    }
    workgroupBarrier();
    for (var k = slice; k < count; k += SLICES) {
      let right = weights[(tile * k_padded + chunk + k) * VECTORS + vector];
      for (var rows = 0u; rows < ROW_VECTORS; rows++) {
        let left = staged[k * ROW_VECTORS + rows];
        partial[4u * rows] += left.x * right;
        partial[4u * rows + 1u] += left.y * right;
        partial[4u * rows + 2u] += left.z * right;
        partial[4u * rows + 3u] += left.w * right;
      }
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < 4u * ROW_VECTORS; row += 2u) {
    staged[thread] = partial[row];
    staged[THREADS + thread] = partial[row + 1u];
    workgroupBarrier();
    if (thread < 2u * COLUMNS) {
      let which = thread / COLUMNS;
      let column = thread % COLUMNS;
      var sum = 0.0;
      for (var other = 0u; other < SLICES; other++) {
        sum += staged[which * THREADS + other * VECTORS + column / 4u][column % 4u];
      }
      sums[(row + which) * COLUMNS + column] = sum;
    }
    workgroupBarrier();
  }
}
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
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}
fn hyperbolic_tangent(x: f32) -> f32 {
  let small = exp(-2.0 * abs(x));
  let quotient = (1.0 - small) / (1.0 + small);
  let square = x * x;
  let near_zero = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(select(quotient, -quotient, x < 0.0), near_zero, abs(x) < 0.15);
}
fn sigmoid_slope(value: f32) -> f32 {
  return value * (1.0 - value);
}
fn tanh_slope(value: f32) -> f32 {
  return 1.0 - value * value;
}
fn zone_out(noise: Noise, t: u32, unit: u32, before: f32, candidate: f32) -> f32 {
  let kept = retention(noise, t, unit);
  if (kept == 0.0) { return candidate; }
  if (kept == 1.0) { return before; }
  return kept * before + (1.0 - kept) * candidate;
}
const GATES = 4u;
const UNITS = 16u;
const COLUMNS = GATES * UNITS;
struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  cell_zoneout: Noise,
  t: u32,
  steps: u32,
  batch: u32,
  units: u32,
  k_padded: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<vec4f>;
@group(1) @binding(1) var<storage, read> bias: array<f32>;
@group(1) @binding(2) var<storage, read> h0: array<f32>;
@group(1) @binding(3) var<storage, read> c0: array<f32>;
@group(1) @binding(4) var<storage, read_write> read_states: array<f32>;
@group(1) @binding(5) var<storage, read_write> gates: array<f32>;
@group(1) @binding(6) var<storage, read_write> cells: array<f32>;
@group(1) @binding(7) var<storage, read_write> output: array<f32>;
fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.units) { return 0.0; }
  return read_states[(uniforms.t * uniforms.batch + row) * uniforms.units + k];
}
fn finish(row: u32, unit: u32, first_sum: u32) {
  let t = uniforms.t;
  let units = uniforms.units;
  let in_state = row * units + unit;
  let per_step = uniforms.batch * units;
  let in_window = t * per_step + in_state;
  let first = (t * uniforms.batch + row) * GATES * units + unit;
  let i = sigmoid(gates[first] + bias[unit] + sums[first_sum]);
  let f = sigmoid(gates[first + units] + bias[units + unit] + sums[first_sum + UNITS]);
  let g = hyperbolic_tangent(gates[first + 2u * units] + bias[2u * units + unit] + sums[first_sum + 2u * UNITS]);
  let o = sigmoid(gates[first + 3u * units] + bias[3u * units + unit] + sums[first_sum + 3u * UNITS]);
  gates[first] = i;
  gates[first + units] = f;
  gates[first + 2u * units] = g;
  gates[first + 3u * units] = o;
  var c_before: f32;
  var h_before: f32;
  if (t == 0u) {
    c_before = c0[in_state];
    h_before = h0[in_state];
  } else {
    c_before = cells[in_window - per_step];
    h_before = output[in_window - per_step];
  }
  let candidate = f * c_before + i * g;
  cells[in_window] = zone_out(uniforms.cell_zoneout, t, in_state, c_before, candidate);
  let h = zone_out(uniforms.hidden_zoneout, t, in_state, h_before, o * hyperbolic_tangent(candidate));
  output[in_window] = h;
  if (t + 1u < uniforms.steps) {
    read_states[in_window + per_step] = h * kept_factor(uniforms.recurrent, t + 1u, in_state);
  }
}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_row = group.y * rows_of_workgroup();
  multiply(group.x, first_row, uniforms.k_padded, 0u, uniforms.k_padded, thread);
  for (var i = thread; i < rows_of_workgroup() * UNITS; i += THREADS) {
    let row = i / UNITS;
    let unit = group.x * UNITS + i % UNITS;
    if (first_row + row < uniforms.batch && unit < uniforms.units) {
      finish(first_row + row, unit, row * COLUMNS + i % UNITS);
    }
  }
}
`,
  },
  maskedStates: {
    buffers: [{"name":"h0","access":"read"},{"name":"output","access":"read"},{"name":"readStates","access":"read_write"}],
    features: [],
    bytes: 40,
    write: writeMaskedStates,
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
  total: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> h0: array<f32>;
@group(1) @binding(1) var<storage, read> output: array<f32>;
@group(1) @binding(2) var<storage, read_write> read_states: array<f32>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.total) { return; }
  let t = index / uniforms.per_step;
  let in_state = index % uniforms.per_step;
  var h: f32;
  if (t == 0u) { h = h0[in_state]; } else { h = output[index - uniforms.per_step]; }
  read_states[index] = h * kept_factor(uniforms.noise, t, in_state);
}
`,
  },
  packWeights: {
    buffers: [{"name":"weights","access":"read"},{"name":"packed","access":"read_write"}],
    features: [],
    bytes: 32,
    write: writePackWeights,
    source: `
struct Uniforms {
  k_size: u32,
  k_padded: u32,
  gates: u32,
  units: u32,
  tile_units: u32,
  row: u32,
  transposed: u32,
  total: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<f32>;
@group(1) @binding(1) var<storage, read_write> packed: array<f32>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.total) { return; }
  let columns = uniforms.gates * uniforms.tile_units;
  let column = index % columns;
  let k = (index / columns) % uniforms.k_padded;
  let tile = index / columns / uniforms.k_padded;
  let gate = column / uniforms.tile_units;
  let unit = tile * uniforms.tile_units + column % uniforms.tile_units;
  var value = 0.0;
  if (k < uniforms.k_size && unit < uniforms.units) {
    if (uniforms.transposed == 1u) {
      value = weights[unit * uniforms.row + k];
    } else {
      value = weights[k * uniforms.row + gate * uniforms.units + unit];
    }
  }
  packed[index] = value;
}
`,
  },
  recurrentGradientProduct: {
    buffers: [{"name":"weights","access":"read"},{"name":"dz","access":"read"},{"name":"parts","access":"read_write"}],
    features: [],
    bytes: 24,
    write: writeRecurrentGradientProduct,
    source: `
const SLICES = 16u;
const VECTORS = COLUMNS / 4u;
const THREADS = VECTORS * SLICES;
const CHUNK = 128u;
const MOST_ROW_VECTORS = 5u;
override ROW_VECTORS: u32 = 5u;
var<workgroup> staged: array<vec4f, CHUNK * MOST_ROW_VECTORS>;
var<workgroup> sums: array<f32, 4u * MOST_ROW_VECTORS * COLUMNS>;
fn rows_of_workgroup() -> u32 {
  return 4u * ROW_VECTORS;
}
fn multiply(tile: u32, first_row: u32, k_padded: u32, k_begin: u32, k_end: u32, thread: u32) {
  let slice = thread / VECTORS;
  let vector = thread % VECTORS;
  var partial: array<vec4f, 4u * MOST_ROW_VECTORS>;
  for (var row = 0u; row < 4u * ROW_VECTORS; row++) {
    partial[row] = vec4f();
  }
  for (var chunk = k_begin; chunk < k_end; chunk += CHUNK) {
    let count = min(CHUNK, k_end - chunk);
    for (var i = thread; i < count * ROW_VECTORS; i += THREADS) {
      let k = i % count;
      let rows = i / count;
      let row = first_row + 4u * rows;
      staged[k * ROW_VECTORS + rows] = vec4f(operand(row, chunk + k), operand(row + 1u, chunk + k),
                                             operand(row + 2u, chunk + k), operand(row + 3u, chunk + k));
    }
    workgroupBarrier();
    for (var k = slice; k < count; k += SLICES) {
      let right = weights[(tile * k_padded + chunk + k) * VECTORS + vector];
      for (var rows = 0u; rows < ROW_VECTORS; rows++) {
        let left = staged[k * ROW_VECTORS + rows];
        partial[4u * rows] += left.x * right;
        partial[4u * rows + 1u] += left.y * right;
        partial[4u * rows + 2u] += left.z * right;
        partial[4u * rows + 3u] += left.w * right;
      }
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < 4u * ROW_VECTORS; row += 2u) {
    staged[thread] = partial[row];
    staged[THREADS + thread] = partial[row + 1u];
    workgroupBarrier();
    if (thread < 2u * COLUMNS) {
      let which = thread / COLUMNS;
      let column = thread % COLUMNS;
      var sum = 0.0;
      for (var other = 0u; other < SLICES; other++) {
        sum += staged[which * THREADS + other * VECTORS + column / 4u][column % 4u];
      }
      sums[(row + which) * COLUMNS + column] = sum;
    }
    workgroupBarrier();
  }
}
const UNITS = 64u;
const COLUMNS = UNITS;
struct Uniforms {
  t: u32,
  batch: u32,
  units: u32,
  width: u32,
  k_padded: u32,
  k_part: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<vec4f>;
@group(1) @binding(1) var<storage, read> dz: array<f32>;
@group(1) @binding(2) var<storage, read_write> parts: array<f32>;
fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.width) { return 0.0; }
  return dz[(uniforms.t * uniforms.batch + row) * uniforms.width + k];
}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_row = group.y * rows_of_workgroup();
  let begin = group.z * uniforms.k_part;
  let end = min(begin + uniforms.k_part, uniforms.k_padded);
  multiply(group.x, first_row, uniforms.k_padded, begin, end, thread);
  for (var i = thread; i < rows_of_workgroup() * UNITS; i += THREADS) {
    let row = first_row + i / UNITS;
    let unit = group.x * UNITS + i % UNITS;
    if (row < uniforms.batch && unit < uniforms.units) {
      parts[(group.z * uniforms.batch + row) * uniforms.units + unit] = sums[i];
    }
  }
}
`,
  },
  tanhRnnStepGradient: {
    buffers: [{"name":"parts","access":"read"},{"name":"activations","access":"read"},{"name":"dOutput","access":"read"},{"name":"dz","access":"read_write"},{"name":"carry","access":"read_write"}],
    features: [],
    bytes: 80,
    write: writeTanhRnnStepGradient,
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
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}
fn hyperbolic_tangent(x: f32) -> f32 {
  let small = exp(-2.0 * abs(x));
  let quotient = (1.0 - small) / (1.0 + small);
  let square = x * x;
  let near_zero = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(select(quotient, -quotient, x < 0.0), near_zero, abs(x) < 0.15);
}
fn sigmoid_slope(value: f32) -> f32 {
  return value * (1.0 - value);
}
fn tanh_slope(value: f32) -> f32 {
  return 1.0 - value * value;
}
fn zone_out(noise: Noise, t: u32, unit: u32, before: f32, candidate: f32) -> f32 {
  let kept = retention(noise, t, unit);
  if (kept == 0.0) { return candidate; }
  if (kept == 1.0) { return before; }
  return kept * before + (1.0 - kept) * candidate;
}
fn gradient_of_state(in_state: u32) -> f32 {
  let per_step = uniforms.batch * uniforms.units;
  let next = u32(uniforms.t + 1);
  var sum = carry[in_state];
  if (uniforms.parts > 0u) {
    var product = 0.0;
    for (var part = 0u; part < uniforms.parts; part++) {
      product += parts[part * per_step + in_state];
    }
    sum += product * kept_factor(uniforms.recurrent, next, in_state);
  }
  if (uniforms.t >= 0) { sum += d_output[u32(uniforms.t) * per_step + in_state]; }
  return sum;
}
struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  t: i32,
  batch: u32,
  units: u32,
  parts: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> parts: array<f32>;
@group(1) @binding(1) var<storage, read> activations: array<f32>;
@group(1) @binding(2) var<storage, read> d_output: array<f32>;
@group(1) @binding(3) var<storage, read_write> dz: array<f32>;
@group(1) @binding(4) var<storage, read_write> carry: array<f32>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let in_state = id.x;
  let per_step = uniforms.batch * uniforms.units;
  if (in_state >= per_step) { return; }
  let upstream = gradient_of_state(in_state);
  if (uniforms.t < 0) {
    carry[in_state] = upstream;
    return;
  }
  let t = u32(uniforms.t);
  let in_window = t * per_step + in_state;
  let kept = retention(uniforms.hidden_zoneout, t, in_state);
  dz[in_window] = upstream * (1.0 - kept) * tanh_slope(activations[in_window]);
  carry[in_state] = upstream * kept;
}
`,
  },
  tanhRnnStep: {
    buffers: [{"name":"weights","access":"read"},{"name":"bias","access":"read"},{"name":"h0","access":"read"},{"name":"readStates","access":"read_write"},{"name":"activations","access":"read_write"},{"name":"output","access":"read_write"}],
    features: [],
    bytes: 84,
    write: writeTanhRnnStep,
    source: `
const SLICES = 16u;
const VECTORS = COLUMNS / 4u;
const THREADS = VECTORS * SLICES;
const CHUNK = 128u;
const MOST_ROW_VECTORS = 5u;
override ROW_VECTORS: u32 = 5u;
var<workgroup> staged: array<vec4f, CHUNK * MOST_ROW_VECTORS>;
var<workgroup> sums: array<f32, 4u * MOST_ROW_VECTORS * COLUMNS>;
fn rows_of_workgroup() -> u32 {
  return 4u * ROW_VECTORS;
}
fn multiply(tile: u32, first_row: u32, k_padded: u32, k_begin: u32, k_end: u32, thread: u32) {
  let slice = thread / VECTORS;
  let vector = thread % VECTORS;
  var partial: array<vec4f, 4u * MOST_ROW_VECTORS>;
  for (var row = 0u; row < 4u * ROW_VECTORS; row++) {
    partial[row] = vec4f();
  }
  for (var chunk = k_begin; chunk < k_end; chunk += CHUNK) {
    let count = min(CHUNK, k_end - chunk);
    for (var i = thread; i < count * ROW_VECTORS; i += THREADS) {
      let k = i % count;
      let rows = i / count;
      let row = first_row + 4u * rows;
      staged[k * ROW_VECTORS + rows] = vec4f(operand(row, chunk + k), operand(row + 1u, chunk + k),
                                             operand(row + 2u, chunk + k), operand(row + 3u, chunk + k));
    }
    workgroupBarrier();
    for (var k = slice; k < count; k += SLICES) {
      let right = weights[(tile * k_padded + chunk + k) * VECTORS + vector];
      for (var rows = 0u; rows < ROW_VECTORS; rows++) {
        let left = staged[k * ROW_VECTORS + rows];
        partial[4u * rows] += left.x * right;
        partial[4u * rows + 1u] += left.y * right;
        partial[4u * rows + 2u] += left.z * right;
        partial[4u * rows + 3u] += left.w * right;
      }
    }
    workgroupBarrier();
  }
  for (var row = 0u; row < 4u * ROW_VECTORS; row += 2u) {
    staged[thread] = partial[row];
    staged[THREADS + thread] = partial[row + 1u];
    workgroupBarrier();
    if (thread < 2u * COLUMNS) {
      let which = thread / COLUMNS;
      let column = thread % COLUMNS;
      var sum = 0.0;
      for (var other = 0u; other < SLICES; other++) {
        sum += staged[which * THREADS + other * VECTORS + column / 4u][column % 4u];
      }
      sums[(row + which) * COLUMNS + column] = sum;
    }
    workgroupBarrier();
  }
}
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
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(-x));
}
fn hyperbolic_tangent(x: f32) -> f32 {
  let small = exp(-2.0 * abs(x));
  let quotient = (1.0 - small) / (1.0 + small);
  let square = x * x;
  let near_zero = x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(select(quotient, -quotient, x < 0.0), near_zero, abs(x) < 0.15);
}
fn sigmoid_slope(value: f32) -> f32 {
  return value * (1.0 - value);
}
fn tanh_slope(value: f32) -> f32 {
  return 1.0 - value * value;
}
fn zone_out(noise: Noise, t: u32, unit: u32, before: f32, candidate: f32) -> f32 {
  let kept = retention(noise, t, unit);
  if (kept == 0.0) { return candidate; }
  if (kept == 1.0) { return before; }
  return kept * before + (1.0 - kept) * candidate;
}
const UNITS = 16u;
const COLUMNS = UNITS;
struct Uniforms {
  recurrent: Noise,
  hidden_zoneout: Noise,
  t: u32,
  steps: u32,
  batch: u32,
  units: u32,
  k_padded: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> weights: array<vec4f>;
@group(1) @binding(1) var<storage, read> bias: array<f32>;
@group(1) @binding(2) var<storage, read> h0: array<f32>;
@group(1) @binding(3) var<storage, read_write> read_states: array<f32>;
@group(1) @binding(4) var<storage, read_write> activations: array<f32>;
@group(1) @binding(5) var<storage, read_write> output: array<f32>;
fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.units) { return 0.0; }
  return read_states[(uniforms.t * uniforms.batch + row) * uniforms.units + k];
}
fn finish(row: u32, unit: u32, sum: f32) {
  let t = uniforms.t;
  let in_state = row * uniforms.units + unit;
  let per_step = uniforms.batch * uniforms.units;
  let in_window = t * per_step + in_state;
  let candidate = hyperbolic_tangent(activations[in_window] + bias[unit] + sum);
  activations[in_window] = candidate;
  var h_before: f32;
  if (t == 0u) { h_before = h0[in_state]; } else { h_before = output[in_window - per_step]; }
  let h = zone_out(uniforms.hidden_zoneout, t, in_state, h_before, candidate);
  output[in_window] = h;
  if (t + 1u < uniforms.steps) {
    read_states[in_window + per_step] = h * kept_factor(uniforms.recurrent, t + 1u, in_state);
  }
}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first_row = group.y * rows_of_workgroup();
  multiply(group.x, first_row, uniforms.k_padded, 0u, uniforms.k_padded, thread);
  for (var i = thread; i < rows_of_workgroup() * UNITS; i += THREADS) {
    let row = i / UNITS;
    let unit = group.x * UNITS + i % UNITS;
    if (first_row + row < uniforms.batch && unit < uniforms.units) {
      finish(first_row + row, unit, sums[row * COLUMNS + i % UNITS]);
    }
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
  "STREAM_DROPOUT": 2,
  "SLICES": 16,
  "CHUNK": 128,
  "MOST_ROW_VECTORS": 5,
  "GATES": 4,
  "UNITS": 16
} as const;

