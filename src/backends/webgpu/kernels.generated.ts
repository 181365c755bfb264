/** Generated from kernels/*.wgsl by `npm run generate`. Do not edit. */

export interface WgslRule {
  readonly rate: number;
  readonly decay: number;
  readonly clip: number;
  readonly hasClip: number;
}

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
  readonly adamUpdate: {
    readonly buffers: 'gradient' | 'scale' | 'parameter' | 'firstMoment' | 'secondMoment';
    readonly uniforms: {
      readonly rule: WgslRule;
      readonly quads: number;
      readonly beta1: number;
      readonly oneLessBeta1: number;
      readonly beta2: number;
      readonly oneLessBeta2: number;
      readonly epsilon: number;
      readonly rate: number;
      readonly correction: number;
    };
    readonly constants: never;
  };
  readonly averageUpdate: {
    readonly buffers: 'parameter' | 'average';
    readonly uniforms: {
      readonly quads: number;
      readonly weight: number;
    };
    readonly constants: never;
  };
  readonly clipScale: {
    readonly buffers: 'norm' | 'scale';
    readonly uniforms: {
      readonly most: number;
    };
    readonly constants: never;
  };
  readonly columnSums: {
    readonly buffers: 'x' | 'out';
    readonly uniforms: {
      readonly rows: number;
      readonly width: number;
      readonly first: number;
      readonly count: number;
      readonly accumulate: number;
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
  readonly dynamicUpdate: {
    readonly buffers: 'gradient' | 'anchor' | 'rms' | 'parameter';
    readonly uniforms: {
      readonly quads: number;
      readonly rate: number;
      readonly epsilon: number;
      readonly decay: number;
    };
    readonly constants: never;
  };
  readonly gatherRows: {
    readonly buffers: 'table' | 'ids' | 'out';
    readonly uniforms: {
      readonly positions: number;
      readonly width: number;
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
  readonly norm: {
    readonly buffers: 'sums' | 'norm';
    readonly uniforms: {
      readonly parts: number;
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
  readonly product128x128: {
    readonly buffers: 'a' | 'b' | 'bias' | 'c';
    readonly uniforms: {
      readonly m: number;
      readonly n: number;
      readonly k: number;
      readonly aRow: number;
      readonly bRow: number;
      readonly cRow: number;
      readonly aAt: number;
      readonly bAt: number;
      readonly cAt: number;
      readonly cPart: number;
      readonly depth: number;
      readonly options: number;
    };
    readonly constants: never;
  };
  readonly product64x64: {
    readonly buffers: 'a' | 'b' | 'bias' | 'c';
    readonly uniforms: {
      readonly m: number;
      readonly n: number;
      readonly k: number;
      readonly aRow: number;
      readonly bRow: number;
      readonly cRow: number;
      readonly aAt: number;
      readonly bAt: number;
      readonly cAt: number;
      readonly cPart: number;
      readonly depth: number;
      readonly options: number;
    };
    readonly constants: never;
  };
  readonly productParts: {
    readonly buffers: 'sums' | 'bias' | 'c';
    readonly uniforms: {
      readonly m: number;
      readonly n: number;
      readonly parts: number;
      readonly cRow: number;
      readonly cAt: number;
      readonly hasBias: number;
      readonly accumulate: number;
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
  readonly rmspropUpdate: {
    readonly buffers: 'gradient' | 'scale' | 'parameter' | 'meanSquare';
    readonly uniforms: {
      readonly rule: WgslRule;
      readonly quads: number;
      readonly keep: number;
      readonly oneLessKeep: number;
      readonly epsilon: number;
      readonly rate: number;
    };
    readonly constants: never;
  };
  readonly scatterAddRows: {
    readonly buffers: 'ids' | 'rows' | 'out';
    readonly uniforms: {
      readonly positions: number;
      readonly width: number;
    };
    readonly constants: never;
  };
  readonly sgdUpdate: {
    readonly buffers: 'gradient' | 'scale' | 'parameter';
    readonly uniforms: {
      readonly rule: WgslRule;
      readonly quads: number;
    };
    readonly constants: never;
  };
  readonly softmaxGradient: {
    readonly buffers: 'logits' | 'targets' | 'logSumExp' | 'upstream' | 'gradient';
    readonly uniforms: {
      readonly rows: number;
      readonly classes: number;
      readonly first: number;
    };
    readonly constants: never;
  };
  readonly softmaxRows: {
    readonly buffers: 'logits' | 'targets' | 'nll' | 'logSumExp';
    readonly uniforms: {
      readonly rows: number;
      readonly classes: number;
      readonly first: number;
    };
    readonly constants: never;
  };
  readonly sumOfSquares: {
    readonly buffers: 'x0' | 'x1' | 'x2' | 'x3' | 'x4' | 'x5' | 'x6' | 'sums';
    readonly uniforms: {
      readonly n0: number;
      readonly n1: number;
      readonly n2: number;
      readonly n3: number;
      readonly n4: number;
      readonly n5: number;
      readonly n6: number;
      readonly groups: number;
      readonly first: number;
    };
    readonly constants: never;
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

function writeRule(to: DataView, at: number, value: WgslRule): void {
  to.setFloat32(at, value.rate, true);
  to.setFloat32(at + 4, value.decay, true);
  to.setFloat32(at + 8, value.clip, true);
  to.setUint32(at + 12, value.hasClip, true);
}

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

function writeAdamUpdate(to: DataView, at: number, value: WebgpuKernels['adamUpdate']['uniforms']): void {
  writeRule(to, at, value.rule);
  to.setUint32(at + 16, value.quads, true);
  to.setFloat32(at + 20, value.beta1, true);
  to.setFloat32(at + 24, value.oneLessBeta1, true);
  to.setFloat32(at + 28, value.beta2, true);
  to.setFloat32(at + 32, value.oneLessBeta2, true);
  to.setFloat32(at + 36, value.epsilon, true);
  to.setFloat32(at + 40, value.rate, true);
  to.setFloat32(at + 44, value.correction, true);
}

function writeAverageUpdate(to: DataView, at: number, value: WebgpuKernels['averageUpdate']['uniforms']): void {
  to.setUint32(at, value.quads, true);
  to.setFloat32(at + 4, value.weight, true);
}

function writeClipScale(to: DataView, at: number, value: WebgpuKernels['clipScale']['uniforms']): void {
  to.setFloat32(at, value.most, true);
}

function writeColumnSums(to: DataView, at: number, value: WebgpuKernels['columnSums']['uniforms']): void {
  to.setUint32(at, value.rows, true);
  to.setUint32(at + 4, value.width, true);
  to.setUint32(at + 8, value.first, true);
  to.setUint32(at + 12, value.count, true);
  to.setUint32(at + 16, value.accumulate, true);
}

function writeDropout(to: DataView, at: number, value: WebgpuKernels['dropout']['uniforms']): void {
  writeNoise(to, at, value.noise);
  to.setUint32(at + 32, value.perStep, true);
  to.setUint32(at + 36, value.steps, true);
}

function writeDynamicUpdate(to: DataView, at: number, value: WebgpuKernels['dynamicUpdate']['uniforms']): void {
  to.setUint32(at, value.quads, true);
  to.setFloat32(at + 4, value.rate, true);
  to.setFloat32(at + 8, value.epsilon, true);
  to.setFloat32(at + 12, value.decay, true);
}

function writeGatherRows(to: DataView, at: number, value: WebgpuKernels['gatherRows']['uniforms']): void {
  to.setUint32(at, value.positions, true);
  to.setUint32(at + 4, value.width, true);
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

function writeNorm(to: DataView, at: number, value: WebgpuKernels['norm']['uniforms']): void {
  to.setUint32(at, value.parts, true);
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

function writeProduct128x128(to: DataView, at: number, value: WebgpuKernels['product128x128']['uniforms']): void {
  to.setUint32(at, value.m, true);
  to.setUint32(at + 4, value.n, true);
  to.setUint32(at + 8, value.k, true);
  to.setUint32(at + 12, value.aRow, true);
  to.setUint32(at + 16, value.bRow, true);
  to.setUint32(at + 20, value.cRow, true);
  to.setUint32(at + 24, value.aAt, true);
  to.setUint32(at + 28, value.bAt, true);
  to.setUint32(at + 32, value.cAt, true);
  to.setUint32(at + 36, value.cPart, true);
  to.setUint32(at + 40, value.depth, true);
  to.setUint32(at + 44, value.options, true);
}

function writeProduct64x64(to: DataView, at: number, value: WebgpuKernels['product64x64']['uniforms']): void {
  to.setUint32(at, value.m, true);
  to.setUint32(at + 4, value.n, true);
  to.setUint32(at + 8, value.k, true);
  to.setUint32(at + 12, value.aRow, true);
  to.setUint32(at + 16, value.bRow, true);
  to.setUint32(at + 20, value.cRow, true);
  to.setUint32(at + 24, value.aAt, true);
  to.setUint32(at + 28, value.bAt, true);
  to.setUint32(at + 32, value.cAt, true);
  to.setUint32(at + 36, value.cPart, true);
  to.setUint32(at + 40, value.depth, true);
  to.setUint32(at + 44, value.options, true);
}

function writeProductParts(to: DataView, at: number, value: WebgpuKernels['productParts']['uniforms']): void {
  to.setUint32(at, value.m, true);
  to.setUint32(at + 4, value.n, true);
  to.setUint32(at + 8, value.parts, true);
  to.setUint32(at + 12, value.cRow, true);
  to.setUint32(at + 16, value.cAt, true);
  to.setUint32(at + 20, value.hasBias, true);
  to.setUint32(at + 24, value.accumulate, true);
}

function writeRecurrentGradientProduct(to: DataView, at: number, value: WebgpuKernels['recurrentGradientProduct']['uniforms']): void {
  to.setUint32(at, value.t, true);
  to.setUint32(at + 4, value.batch, true);
  to.setUint32(at + 8, value.units, true);
  to.setUint32(at + 12, value.width, true);
  to.setUint32(at + 16, value.kPadded, true);
  to.setUint32(at + 20, value.kPart, true);
}

function writeRmspropUpdate(to: DataView, at: number, value: WebgpuKernels['rmspropUpdate']['uniforms']): void {
  writeRule(to, at, value.rule);
  to.setUint32(at + 16, value.quads, true);
  to.setFloat32(at + 20, value.keep, true);
  to.setFloat32(at + 24, value.oneLessKeep, true);
  to.setFloat32(at + 28, value.epsilon, true);
  to.setFloat32(at + 32, value.rate, true);
}

function writeScatterAddRows(to: DataView, at: number, value: WebgpuKernels['scatterAddRows']['uniforms']): void {
  to.setUint32(at, value.positions, true);
  to.setUint32(at + 4, value.width, true);
}

function writeSgdUpdate(to: DataView, at: number, value: WebgpuKernels['sgdUpdate']['uniforms']): void {
  writeRule(to, at, value.rule);
  to.setUint32(at + 16, value.quads, true);
}

function writeSoftmaxGradient(to: DataView, at: number, value: WebgpuKernels['softmaxGradient']['uniforms']): void {
  to.setUint32(at, value.rows, true);
  to.setUint32(at + 4, value.classes, true);
  to.setUint32(at + 8, value.first, true);
}

function writeSoftmaxRows(to: DataView, at: number, value: WebgpuKernels['softmaxRows']['uniforms']): void {
  to.setUint32(at, value.rows, true);
  to.setUint32(at + 4, value.classes, true);
  to.setUint32(at + 8, value.first, true);
}

function writeSumOfSquares(to: DataView, at: number, value: WebgpuKernels['sumOfSquares']['uniforms']): void {
  to.setUint32(at, value.n0, true);
  to.setUint32(at + 4, value.n1, true);
  to.setUint32(at + 8, value.n2, true);
  to.setUint32(at + 12, value.n3, true);
  to.setUint32(at + 16, value.n4, true);
  to.setUint32(at + 20, value.n5, true);
  to.setUint32(at + 24, value.n6, true);
  to.setUint32(at + 28, value.groups, true);
  to.setUint32(at + 32, value.first, true);
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
  adamUpdate: {
    buffers: [{"name":"gradient","access":"read"},{"name":"scale","access":"read"},{"name":"parameter","access":"read_write"},{"name":"firstMoment","access":"read_write"},{"name":"secondMoment","access":"read_write"}],
    features: [],
    bytes: 48,
    write: writeAdamUpdate,
    source: `
struct Rule {
  rate: f32,
  decay: f32,
  clip: f32,
  has_clip: u32,
}
fn effective(rule: Rule, scale: f32, gradient: vec4f, parameter: vec4f) -> vec4f {
  var clamped = gradient;
  if (rule.has_clip != 0u) {
    let clip = vec4f(rule.clip);
    clamped = select(select(gradient, -clip, gradient < -clip), clip, gradient > clip);
  }
  let scaled = rule.rate * scale * clamped;
  if (rule.decay == 0.0) { return scaled; }
  return scaled + rule.decay * parameter;
}
struct Uniforms {
  rule: Rule,
  quads: u32,
  beta1: f32,
  one_less_beta1: f32,
  beta2: f32,
  one_less_beta2: f32,
  epsilon: f32,
  rate: f32,
  correction: f32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> scale: array<f32>;
@group(1) @binding(2) var<storage, read_write> parameter: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> first_moment: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> second_moment: array<vec4f>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = parameter[i];
  let g = effective(uniforms.rule, scale[0], gradient[i], old);
  let mean = uniforms.beta1 * first_moment[i] + uniforms.one_less_beta1 * g;
  let square = uniforms.beta2 * second_moment[i] + uniforms.one_less_beta2 * (g * g);
  first_moment[i] = mean;
  second_moment[i] = square;
  parameter[i] = old - uniforms.rate * mean / (sqrt(uniforms.correction * square) + uniforms.epsilon);
}
` as string, // not its text as a type
  },
  averageUpdate: {
    buffers: [{"name":"parameter","access":"read"},{"name":"average","access":"read_write"}],
    features: [],
    bytes: 8,
    write: writeAverageUpdate,
    source: `
struct Uniforms {
  quads: u32,
  weight: f32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> parameter: array<vec4f>;
@group(1) @binding(1) var<storage, read_write> average: array<vec4f>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = average[i];
  average[i] = old + uniforms.weight * (parameter[i] - old);
}
` as string, // not its text as a type
  },
  clipScale: {
    buffers: [{"name":"norm","access":"read"},{"name":"scale","access":"read_write"}],
    features: [],
    bytes: 4,
    write: writeClipScale,
    source: `
struct Uniforms {
  most: f32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> norm: array<f32>;
@group(1) @binding(1) var<storage, read_write> scale: array<f32>;
@compute @workgroup_size(1)
fn main() {
  scale[0] = select(uniforms.most / norm[0], 1.0, norm[0] <= uniforms.most);
}
` as string, // not its text as a type
  },
  columnSums: {
    buffers: [{"name":"x","access":"read"},{"name":"out","access":"read_write"}],
    features: [],
    bytes: 20,
    write: writeColumnSums,
    source: `
struct Uniforms {
  rows: u32,
  width: u32,
  first: u32,
  count: u32,
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> x: array<f32>;
@group(1) @binding(1) var<storage, read_write> out: array<f32>;
const COLUMN_SUMS = 32u;
const SHARES: u32 = 8u;
var<workgroup> of_threads: array<f32, 256>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let column = group.x * COLUMN_SUMS + thread % COLUMN_SUMS;
  var own = 0.0;
  if (column < uniforms.count) {
    for (var row = thread / COLUMN_SUMS; row < uniforms.rows; row += SHARES) {
      own += x[row * uniforms.width + uniforms.first + column];
    }
  }
  of_threads[thread] = own;
  workgroupBarrier();
  if (thread >= COLUMN_SUMS || column >= uniforms.count) { return; }
  for (var share = 1u; share < SHARES; share++) { own += of_threads[share * COLUMN_SUMS + thread]; }
  if (uniforms.accumulate != 0u) { own += out[column]; }
  out[column] = own;
}
` as string, // not its text as a type
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
` as string, // not its text as a type
  },
  dynamicUpdate: {
    buffers: [{"name":"gradient","access":"read"},{"name":"anchor","access":"read"},{"name":"rms","access":"read"},{"name":"parameter","access":"read_write"}],
    features: [],
    bytes: 16,
    write: writeDynamicUpdate,
    source: `
struct Uniforms {
  quads: u32,
  rate: f32,
  epsilon: f32,
  decay: f32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> anchor: array<vec4f>;
@group(1) @binding(2) var<storage, read> rms: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> parameter: array<vec4f>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = parameter[i];
  let back = min(uniforms.decay * rms[i], vec4f(1.0)) * (anchor[i] - old);
  parameter[i] = old + back - uniforms.rate * gradient[i] / (rms[i] + uniforms.epsilon);
}
` as string, // not its text as a type
  },
  gatherRows: {
    buffers: [{"name":"table","access":"read"},{"name":"ids","access":"read"},{"name":"out","access":"read_write"}],
    features: [],
    bytes: 8,
    write: writeGatherRows,
    source: `
struct Uniforms {
  positions: u32,
  width: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> table: array<f32>;
@group(1) @binding(1) var<storage, read> ids: array<i32>;
@group(1) @binding(2) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.positions * uniforms.width) { return; }
  let id = u32(ids[index / uniforms.width]);
  out[index] = table[id * uniforms.width + index % uniforms.width];
}
` as string, // not its text as a type
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
  if (noise.mask == MASK_NONE) { return candidate; }
  let kept = retention(noise, t, unit);
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
` as string, // not its text as a type
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
  if (noise.mask == MASK_NONE) { return candidate; }
  let kept = retention(noise, t, unit);
  return kept * before + (1.0 - kept) * candidate;
}
const UNITS = 16u;
fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.units) { return 0.0; }
  return read_states[(uniforms.t * uniforms.batch + row) * uniforms.units + k];
}
fn run_step(group: vec3u, thread: u32) {
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
const GATES = 3u;
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
  run_step(group, thread);
}
` as string, // not its text as a type
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
  if (noise.mask == MASK_NONE) { return candidate; }
  let kept = retention(noise, t, unit);
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
` as string, // not its text as a type
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
  if (noise.mask == MASK_NONE) { return candidate; }
  let kept = retention(noise, t, unit);
  return kept * before + (1.0 - kept) * candidate;
}
const UNITS = 16u;
fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.units) { return 0.0; }
  return read_states[(uniforms.t * uniforms.batch + row) * uniforms.units + k];
}
fn run_step(group: vec3u, thread: u32) {
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
const GATES = 4u;
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
  run_step(group, thread);
}
` as string, // not its text as a type
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
` as string, // not its text as a type
  },
  norm: {
    buffers: [{"name":"sums","access":"read"},{"name":"norm","access":"read_write"}],
    features: [],
    bytes: 4,
    write: writeNorm,
    source: `
var<workgroup> numbers: array<f32, 256>;
fn sum_over_group(own: f32, thread: u32) -> f32 {
  numbers[thread] = own;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { numbers[thread] += numbers[thread + half]; }
  }
  workgroupBarrier();
  return numbers[0];
}
struct Uniforms {
  parts: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> sums: array<f32>;
@group(1) @binding(1) var<storage, read_write> norm: array<f32>;
@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  var own = 0.0;
  for (var i = thread; i < uniforms.parts; i += 256u) { own += sums[i]; }
  let sum = sum_over_group(own, thread);
  if (thread == 0u) { norm[0] = sqrt(sum); }
}
` as string, // not its text as a type
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
` as string, // not its text as a type
  },
  product128x128: {
    buffers: [{"name":"a","access":"read"},{"name":"b","access":"read"},{"name":"bias","access":"read"},{"name":"c","access":"read_write"}],
    features: [],
    bytes: 48,
    write: writeProduct128x128,
    source: `
struct Uniforms {
  m: u32,
  n: u32,
  k: u32,
  a_row: u32,
  b_row: u32,
  c_row: u32,
  a_at: u32,
  b_at: u32,
  c_at: u32,
  c_part: u32,
  depth: u32,
  options: u32,
}
const PRODUCT_TRANSPOSED_A = 1u;
const PRODUCT_TRANSPOSED_B = 2u;
const PRODUCT_ALIGNED_A = 4u;
const PRODUCT_ALIGNED_B = 8u;
const PRODUCT_BIAS = 16u;
const PRODUCT_ACCUMULATE = 32u;
const PRODUCT_MIXED = 64u;
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> a: array<vec4f>;
@group(1) @binding(1) var<storage, read> b: array<vec4f>;
@group(1) @binding(2) var<storage, read> bias: array<f32>;
@group(1) @binding(3) var<storage, read_write> c: array<f32>;
const ROWS: u32 = 16u * ROWS_OF_THREAD;
const COLUMN_QUADS: u32 = 16u * QUADS_OF_THREAD;
const DEPTH: u32 = 4u * DEPTH_QUADS;
const LEFT_ROW: u32 = DEPTH_QUADS + 1u;
const RIGHT_ROW: u32 = COLUMN_QUADS + 1u;
var<workgroup> left: array<vec4f, ROWS * LEFT_ROW>;
var<workgroup> right: array<vec4f, DEPTH * RIGHT_ROW>;
fn has(option: u32) -> bool { return (uniforms.options & option) != 0u; }
fn to_bfloat16(x: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(x);
  let rounded = (bits + 0x7fffu + ((bits >> vec4u(16u)) & vec4u(1u))) & vec4u(0xffff0000u);
  return bitcast<vec4f>(select(rounded, bits, (bits & vec4u(0x7f800000u)) == vec4u(0x7f800000u)));
}
fn as_seen(x: vec4f) -> vec4f {
  if (has(PRODUCT_MIXED)) { return to_bfloat16(x); }
  return x;
}
fn number_of_a(at: u32) -> f32 { return a[at / 4u][at % 4u]; }
fn number_of_b(at: u32) -> f32 { return b[at / 4u][at % 4u]; }
fn load_left(row: u32, k: u32, end: u32) -> vec4f {
  if (row >= uniforms.m || k >= end) { return vec4f(); }
  let transposed = has(PRODUCT_TRANSPOSED_A);
  let at = uniforms.a_at + select(row * uniforms.a_row + k, k * uniforms.a_row + row, transposed);
  if (has(PRODUCT_ALIGNED_A) && !transposed && k + 4u <= end) { return as_seen(a[at / 4u]); }
  let step = select(1u, uniforms.a_row, transposed);
  var quad = vec4f(number_of_a(at), 0.0, 0.0, 0.0);
  if (k + 1u < end) { quad.y = number_of_a(at + step); }
  if (k + 2u < end) { quad.z = number_of_a(at + 2u * step); }
  if (k + 3u < end) { quad.w = number_of_a(at + 3u * step); }
  return as_seen(quad);
}
fn load_right(k: u32, column: u32, end: u32) -> vec4f {
  if (column >= uniforms.n || k >= end) { return vec4f(); }
  let transposed = has(PRODUCT_TRANSPOSED_B);
  let at = uniforms.b_at + select(k * uniforms.b_row + column, column * uniforms.b_row + k, transposed);
  if (has(PRODUCT_ALIGNED_B) && !transposed && column + 4u <= uniforms.n) { return as_seen(b[at / 4u]); }
  let step = select(1u, uniforms.b_row, transposed);
  var quad = vec4f(number_of_b(at), 0.0, 0.0, 0.0);
  if (column + 1u < uniforms.n) { quad.y = number_of_b(at + step); }
  if (column + 2u < uniforms.n) { quad.z = number_of_b(at + 2u * step); }
  if (column + 3u < uniforms.n) { quad.w = number_of_b(at + 3u * step); }
  return as_seen(quad);
}
fn multiply_tile(group: vec3u, thread: u32) {
  let left_row = select(thread / DEPTH_QUADS, thread % ROWS, has(PRODUCT_TRANSPOSED_A));
  let left_quad = select(thread % DEPTH_QUADS, thread / ROWS, has(PRODUCT_TRANSPOSED_A));
  let right_k = select(thread / COLUMN_QUADS, thread % DEPTH, has(PRODUCT_TRANSPOSED_B));
  let right_quad = select(thread % COLUMN_QUADS, thread / DEPTH, has(PRODUCT_TRANSPOSED_B));
  let row_read = group.y * ROWS + left_row;
  let column_read = 4u * (group.x * COLUMN_QUADS + right_quad);
  let begin = group.z * uniforms.depth;
  let end = min(uniforms.k, begin + uniforms.depth);
  let own_row = thread / 16u;
  let own_quad = thread % 16u;
  var sums: array<vec4f, ROWS_OF_THREAD * QUADS_OF_THREAD>;
  for (var slice = begin; ; slice += DEPTH) {
    let next_left = load_left(row_read, slice + 4u * left_quad, end);
    let next_right = load_right(slice + right_k, column_read, end);
    if (slice > begin) {
      let quads = min(DEPTH_QUADS, (end + DEPTH - slice + 3u) / 4u);
      for (var q = 0u; q < quads; q++) {
        for (var j = 0u; j < QUADS_OF_THREAD; j++) {
          let at = 4u * q * RIGHT_ROW + own_quad + 16u * j;
          let b0 = right[at];
          let b1 = right[at + RIGHT_ROW];
          let b2 = right[at + 2u * RIGHT_ROW];
          let b3 = right[at + 3u * RIGHT_ROW];
          for (var i = 0u; i < ROWS_OF_THREAD; i++) {
            let x = left[(own_row + 16u * i) * LEFT_ROW + q];
            let own = i * QUADS_OF_THREAD + j;
            sums[own] = fma(vec4f(x.x), b0, sums[own]);
            sums[own] = fma(vec4f(x.y), b1, sums[own]);
            sums[own] = fma(vec4f(x.z), b2, sums[own]);
            sums[own] = fma(vec4f(x.w), b3, sums[own]);
          }
        }
      }
    }
    if (slice >= end) { break; }
    workgroupBarrier();
    left[left_row * LEFT_ROW + left_quad] = next_left;
    right[right_k * RIGHT_ROW + right_quad] = next_right;
    workgroupBarrier();
  }
  for (var i = 0u; i < ROWS_OF_THREAD; i++) {
    let row = group.y * ROWS + own_row + 16u * i;
    if (row >= uniforms.m) { break; }
    for (var j = 0u; j < QUADS_OF_THREAD; j++) {
      let first = 4u * (group.x * COLUMN_QUADS + own_quad + 16u * j);
      let sum = sums[i * QUADS_OF_THREAD + j];
      for (var n = 0u; n < 4u; n++) {
        let column = first + n;
        if (column >= uniforms.n) { break; }
        let at = uniforms.c_at + group.z * uniforms.c_part + row * uniforms.c_row + column;
        var value = sum[n];
        if (has(PRODUCT_BIAS)) { value += bias[column]; }
        if (has(PRODUCT_ACCUMULATE)) { value += c[at]; }
        c[at] = value;
      }
    }
  }
}
const ROWS_OF_THREAD: u32 = 8u;
const QUADS_OF_THREAD: u32 = 2u;
const DEPTH_QUADS: u32 = 2u;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  multiply_tile(group, thread);
}
` as string, // not its text as a type
  },
  product64x64: {
    buffers: [{"name":"a","access":"read"},{"name":"b","access":"read"},{"name":"bias","access":"read"},{"name":"c","access":"read_write"}],
    features: [],
    bytes: 48,
    write: writeProduct64x64,
    source: `
struct Uniforms {
  m: u32,
  n: u32,
  k: u32,
  a_row: u32,
  b_row: u32,
  c_row: u32,
  a_at: u32,
  b_at: u32,
  c_at: u32,
  c_part: u32,
  depth: u32,
  options: u32,
}
const PRODUCT_TRANSPOSED_A = 1u;
const PRODUCT_TRANSPOSED_B = 2u;
const PRODUCT_ALIGNED_A = 4u;
const PRODUCT_ALIGNED_B = 8u;
const PRODUCT_BIAS = 16u;
const PRODUCT_ACCUMULATE = 32u;
const PRODUCT_MIXED = 64u;
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> a: array<vec4f>;
@group(1) @binding(1) var<storage, read> b: array<vec4f>;
@group(1) @binding(2) var<storage, read> bias: array<f32>;
@group(1) @binding(3) var<storage, read_write> c: array<f32>;
const ROWS: u32 = 16u * ROWS_OF_THREAD;
const COLUMN_QUADS: u32 = 16u * QUADS_OF_THREAD;
const DEPTH: u32 = 4u * DEPTH_QUADS;
const LEFT_ROW: u32 = DEPTH_QUADS + 1u;
const RIGHT_ROW: u32 = COLUMN_QUADS + 1u;
var<workgroup> left: array<vec4f, ROWS * LEFT_ROW>;
var<workgroup> right: array<vec4f, DEPTH * RIGHT_ROW>;
fn has(option: u32) -> bool { return (uniforms.options & option) != 0u; }
fn to_bfloat16(x: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(x);
  let rounded = (bits + 0x7fffu + ((bits >> vec4u(16u)) & vec4u(1u))) & vec4u(0xffff0000u);
  return bitcast<vec4f>(select(rounded, bits, (bits & vec4u(0x7f800000u)) == vec4u(0x7f800000u)));
}
fn as_seen(x: vec4f) -> vec4f {
  if (has(PRODUCT_MIXED)) { return to_bfloat16(x); }
  return x;
}
fn number_of_a(at: u32) -> f32 { return a[at / 4u][at % 4u]; }
fn number_of_b(at: u32) -> f32 { return b[at / 4u][at % 4u]; }
fn load_left(row: u32, k: u32, end: u32) -> vec4f {
  if (row >= uniforms.m || k >= end) { return vec4f(); }
  let transposed = has(PRODUCT_TRANSPOSED_A);
  let at = uniforms.a_at + select(row * uniforms.a_row + k, k * uniforms.a_row + row, transposed);
  if (has(PRODUCT_ALIGNED_A) && !transposed && k + 4u <= end) { return as_seen(a[at / 4u]); }
  let step = select(1u, uniforms.a_row, transposed);
  var quad = vec4f(number_of_a(at), 0.0, 0.0, 0.0);
  if (k + 1u < end) { quad.y = number_of_a(at + step); }
  if (k + 2u < end) { quad.z = number_of_a(at + 2u * step); }
  if (k + 3u < end) { quad.w = number_of_a(at + 3u * step); }
  return as_seen(quad);
}
fn load_right(k: u32, column: u32, end: u32) -> vec4f {
  if (column >= uniforms.n || k >= end) { return vec4f(); }
  let transposed = has(PRODUCT_TRANSPOSED_B);
  let at = uniforms.b_at + select(k * uniforms.b_row + column, column * uniforms.b_row + k, transposed);
  if (has(PRODUCT_ALIGNED_B) && !transposed && column + 4u <= uniforms.n) { return as_seen(b[at / 4u]); }
  let step = select(1u, uniforms.b_row, transposed);
  var quad = vec4f(number_of_b(at), 0.0, 0.0, 0.0);
  if (column + 1u < uniforms.n) { quad.y = number_of_b(at + step); }
  if (column + 2u < uniforms.n) { quad.z = number_of_b(at + 2u * step); }
  if (column + 3u < uniforms.n) { quad.w = number_of_b(at + 3u * step); }
  return as_seen(quad);
}
fn multiply_tile(group: vec3u, thread: u32) {
  let left_row = select(thread / DEPTH_QUADS, thread % ROWS, has(PRODUCT_TRANSPOSED_A));
  let left_quad = select(thread % DEPTH_QUADS, thread / ROWS, has(PRODUCT_TRANSPOSED_A));
  let right_k = select(thread / COLUMN_QUADS, thread % DEPTH, has(PRODUCT_TRANSPOSED_B));
  let right_quad = select(thread % COLUMN_QUADS, thread / DEPTH, has(PRODUCT_TRANSPOSED_B));
  let row_read = group.y * ROWS + left_row;
  let column_read = 4u * (group.x * COLUMN_QUADS + right_quad);
  let begin = group.z * uniforms.depth;
  let end = min(uniforms.k, begin + uniforms.depth);
  let own_row = thread / 16u;
  let own_quad = thread % 16u;
  var sums: array<vec4f, ROWS_OF_THREAD * QUADS_OF_THREAD>;
  for (var slice = begin; ; slice += DEPTH) {
    let next_left = load_left(row_read, slice + 4u * left_quad, end);
    let next_right = load_right(slice + right_k, column_read, end);
    if (slice > begin) {
      let quads = min(DEPTH_QUADS, (end + DEPTH - slice + 3u) / 4u);
      for (var q = 0u; q < quads; q++) {
        for (var j = 0u; j < QUADS_OF_THREAD; j++) {
          let at = 4u * q * RIGHT_ROW + own_quad + 16u * j;
          let b0 = right[at];
          let b1 = right[at + RIGHT_ROW];
          let b2 = right[at + 2u * RIGHT_ROW];
          let b3 = right[at + 3u * RIGHT_ROW];
          for (var i = 0u; i < ROWS_OF_THREAD; i++) {
            let x = left[(own_row + 16u * i) * LEFT_ROW + q];
            let own = i * QUADS_OF_THREAD + j;
            sums[own] = fma(vec4f(x.x), b0, sums[own]);
            sums[own] = fma(vec4f(x.y), b1, sums[own]);
            sums[own] = fma(vec4f(x.z), b2, sums[own]);
            sums[own] = fma(vec4f(x.w), b3, sums[own]);
          }
        }
      }
    }
    if (slice >= end) { break; }
    workgroupBarrier();
    left[left_row * LEFT_ROW + left_quad] = next_left;
    right[right_k * RIGHT_ROW + right_quad] = next_right;
    workgroupBarrier();
  }
  for (var i = 0u; i < ROWS_OF_THREAD; i++) {
    let row = group.y * ROWS + own_row + 16u * i;
    if (row >= uniforms.m) { break; }
    for (var j = 0u; j < QUADS_OF_THREAD; j++) {
      let first = 4u * (group.x * COLUMN_QUADS + own_quad + 16u * j);
      let sum = sums[i * QUADS_OF_THREAD + j];
      for (var n = 0u; n < 4u; n++) {
        let column = first + n;
        if (column >= uniforms.n) { break; }
        let at = uniforms.c_at + group.z * uniforms.c_part + row * uniforms.c_row + column;
        var value = sum[n];
        if (has(PRODUCT_BIAS)) { value += bias[column]; }
        if (has(PRODUCT_ACCUMULATE)) { value += c[at]; }
        c[at] = value;
      }
    }
  }
}
const ROWS_OF_THREAD: u32 = 4u;
const QUADS_OF_THREAD: u32 = 1u;
const DEPTH_QUADS: u32 = 4u;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  multiply_tile(group, thread);
}
` as string, // not its text as a type
  },
  productParts: {
    buffers: [{"name":"sums","access":"read"},{"name":"bias","access":"read"},{"name":"c","access":"read_write"}],
    features: [],
    bytes: 28,
    write: writeProductParts,
    source: `
struct Uniforms {
  m: u32,
  n: u32,
  parts: u32,
  c_row: u32,
  c_at: u32,
  has_bias: u32,
  accumulate: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> sums: array<f32>;
@group(1) @binding(1) var<storage, read> bias: array<f32>;
@group(1) @binding(2) var<storage, read_write> c: array<f32>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  let size = uniforms.m * uniforms.n;
  if (index >= size) { return; }
  let row = index / uniforms.n;
  let column = index % uniforms.n;
  var sum = sums[index];
  for (var part = 1u; part < uniforms.parts; part++) { sum += sums[part * size + index]; }
  let at = uniforms.c_at + row * uniforms.c_row + column;
  if (uniforms.has_bias != 0u) { sum += bias[column]; }
  if (uniforms.accumulate != 0u) { sum += c[at]; }
  c[at] = sum;
}
` as string, // not its text as a type
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
` as string, // not its text as a type
  },
  rmspropUpdate: {
    buffers: [{"name":"gradient","access":"read"},{"name":"scale","access":"read"},{"name":"parameter","access":"read_write"},{"name":"meanSquare","access":"read_write"}],
    features: [],
    bytes: 36,
    write: writeRmspropUpdate,
    source: `
struct Rule {
  rate: f32,
  decay: f32,
  clip: f32,
  has_clip: u32,
}
fn effective(rule: Rule, scale: f32, gradient: vec4f, parameter: vec4f) -> vec4f {
  var clamped = gradient;
  if (rule.has_clip != 0u) {
    let clip = vec4f(rule.clip);
    clamped = select(select(gradient, -clip, gradient < -clip), clip, gradient > clip);
  }
  let scaled = rule.rate * scale * clamped;
  if (rule.decay == 0.0) { return scaled; }
  return scaled + rule.decay * parameter;
}
struct Uniforms {
  rule: Rule,
  quads: u32,
  keep: f32,
  one_less_keep: f32,
  epsilon: f32,
  rate: f32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> scale: array<f32>;
@group(1) @binding(2) var<storage, read_write> parameter: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> mean_square: array<vec4f>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = parameter[i];
  let g = effective(uniforms.rule, scale[0], gradient[i], old);
  let square = uniforms.keep * mean_square[i] + uniforms.one_less_keep * (g * g);
  mean_square[i] = square;
  parameter[i] = old - uniforms.rate * g / (sqrt(square) + uniforms.epsilon);
}
` as string, // not its text as a type
  },
  scatterAddRows: {
    buffers: [{"name":"ids","access":"read"},{"name":"rows","access":"read"},{"name":"out","access":"read_write"}],
    features: [],
    bytes: 8,
    write: writeScatterAddRows,
    source: `
struct Uniforms {
  positions: u32,
  width: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> ids: array<i32>;
@group(1) @binding(1) var<storage, read> rows: array<f32>;
@group(1) @binding(2) var<storage, read_write> out: array<f32>;
var<workgroup> matches: array<atomic<u32>, 8>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = group.z * groups.y + group.y;
  let column = group.x * 256u + thread;
  let id = ids[min(first, uniforms.positions - 1u)];
  var sum = 0.0;
  var is_first = first < uniforms.positions;
  for (var start = 0u; start < uniforms.positions; start += 256u) {
    if (thread < 8u) { atomicStore(&matches[thread], 0u); }
    workgroupBarrier();
    let own = start + thread;
    if (own < uniforms.positions && ids[own] == id) { atomicOr(&matches[thread / 32u], 1u << (thread % 32u)); }
    workgroupBarrier();
    for (var word = 0u; word < 8u && is_first; word++) {
      var left = atomicLoad(&matches[word]);
      while (left != 0u && is_first) {
        let position = start + word * 32u + firstTrailingBit(left);
        left &= left - 1u;
        if (position < first) { is_first = false; }
        else if (column < uniforms.width) { sum += rows[position * uniforms.width + column]; }
      }
    }
    workgroupBarrier();
  }
  if (is_first && column < uniforms.width) { out[u32(id) * uniforms.width + column] = sum; }
}
` as string, // not its text as a type
  },
  sgdUpdate: {
    buffers: [{"name":"gradient","access":"read"},{"name":"scale","access":"read"},{"name":"parameter","access":"read_write"}],
    features: [],
    bytes: 20,
    write: writeSgdUpdate,
    source: `
struct Rule {
  rate: f32,
  decay: f32,
  clip: f32,
  has_clip: u32,
}
fn effective(rule: Rule, scale: f32, gradient: vec4f, parameter: vec4f) -> vec4f {
  var clamped = gradient;
  if (rule.has_clip != 0u) {
    let clip = vec4f(rule.clip);
    clamped = select(select(gradient, -clip, gradient < -clip), clip, gradient > clip);
  }
  let scaled = rule.rate * scale * clamped;
  if (rule.decay == 0.0) { return scaled; }
  return scaled + rule.decay * parameter;
}
struct Uniforms {
  rule: Rule,
  quads: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(1) @binding(1) var<storage, read> scale: array<f32>;
@group(1) @binding(2) var<storage, read_write> parameter: array<vec4f>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * groups.x + group.x) * 256u + thread;
  if (i >= uniforms.quads) { return; }
  let old = parameter[i];
  parameter[i] = old - effective(uniforms.rule, scale[0], gradient[i], old);
}
` as string, // not its text as a type
  },
  softmaxGradient: {
    buffers: [{"name":"logits","access":"read"},{"name":"targets","access":"read"},{"name":"logSumExp","access":"read"},{"name":"upstream","access":"read"},{"name":"gradient","access":"read_write"}],
    features: [],
    bytes: 12,
    write: writeSoftmaxGradient,
    source: `
struct Uniforms {
  rows: u32,
  classes: u32,
  first: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> logits: array<f32>;
@group(1) @binding(1) var<storage, read> targets: array<i32>;
@group(1) @binding(2) var<storage, read> log_sum_exp: array<f32>;
@group(1) @binding(3) var<storage, read> upstream: array<f32>;
@group(1) @binding(4) var<storage, read_write> gradient: array<f32>;
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = (group.y * groups.x + group.x) * 256u + thread;
  if (index >= uniforms.rows * uniforms.classes) { return; }
  let at = uniforms.first + index / uniforms.classes;
  let column = index % uniforms.classes;
  let probability = exp(logits[index] - log_sum_exp[at]);
  let wanted = select(0.0, 1.0, i32(column) == targets[at]);
  gradient[index] = (probability - wanted) * upstream[at];
}
` as string, // not its text as a type
  },
  softmaxRows: {
    buffers: [{"name":"logits","access":"read"},{"name":"targets","access":"read"},{"name":"nll","access":"read_write"},{"name":"logSumExp","access":"read_write"}],
    features: [],
    bytes: 12,
    write: writeSoftmaxRows,
    source: `
struct Uniforms {
  rows: u32,
  classes: u32,
  first: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> logits: array<f32>;
@group(1) @binding(1) var<storage, read> targets: array<i32>;
@group(1) @binding(2) var<storage, read_write> nll: array<f32>;
@group(1) @binding(3) var<storage, read_write> log_sum_exp: array<f32>;
const LEAST: f32 = -3.4e38;
var<workgroup> of_threads: array<vec2f, 256>;
fn together(a: vec2f, b: vec2f) -> vec2f {
  let largest = max(a.x, b.x);
  return vec2f(largest, a.y * exp(a.x - largest) + b.y * exp(b.x - largest));
}
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.y * groups.x + group.x;
  let begin = row * uniforms.classes;
  var own = vec2f(LEAST, 0.0);
  if (row < uniforms.rows) {
    for (var j = thread; j < uniforms.classes; j += 256u) {
      let logit = logits[begin + j];
      let largest = max(own.x, logit);
      own = vec2f(largest, own.y * exp(own.x - largest) + exp(logit - largest));
    }
  }
  of_threads[thread] = own;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { of_threads[thread] = together(of_threads[thread], of_threads[thread + half]); }
  }
  if (thread > 0u || row >= uniforms.rows) { return; }
  let sum = of_threads[0].x + log(of_threads[0].y);
  let at = uniforms.first + row;
  nll[at] = sum - logits[begin + u32(targets[at])];
  log_sum_exp[at] = sum;
}
` as string, // not its text as a type
  },
  sumOfSquares: {
    buffers: [{"name":"x0","access":"read"},{"name":"x1","access":"read"},{"name":"x2","access":"read"},{"name":"x3","access":"read"},{"name":"x4","access":"read"},{"name":"x5","access":"read"},{"name":"x6","access":"read"},{"name":"sums","access":"read_write"}],
    features: [],
    bytes: 36,
    write: writeSumOfSquares,
    source: `
var<workgroup> numbers: array<f32, 256>;
fn sum_over_group(own: f32, thread: u32) -> f32 {
  numbers[thread] = own;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) { numbers[thread] += numbers[thread + half]; }
  }
  workgroupBarrier();
  return numbers[0];
}
struct Uniforms {
  n0: u32, n1: u32, n2: u32, n3: u32, n4: u32, n5: u32, n6: u32,
  groups: u32,
  first: u32,
}
@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(1) @binding(0) var<storage, read> x0: array<f32>;
@group(1) @binding(1) var<storage, read> x1: array<f32>;
@group(1) @binding(2) var<storage, read> x2: array<f32>;
@group(1) @binding(3) var<storage, read> x3: array<f32>;
@group(1) @binding(4) var<storage, read> x4: array<f32>;
@group(1) @binding(5) var<storage, read> x5: array<f32>;
@group(1) @binding(6) var<storage, read> x6: array<f32>;
@group(1) @binding(7) var<storage, read_write> sums: array<f32>;
const SUM_PIECE = 8192u;
const SUM_TENSORS = 7u;
fn length_of(which: u32) -> u32 {
  switch which {
    case 0u: { return uniforms.n0; }
    case 1u: { return uniforms.n1; }
    case 2u: { return uniforms.n2; }
    case 3u: { return uniforms.n3; }
    case 4u: { return uniforms.n4; }
    case 5u: { return uniforms.n5; }
    default: { return uniforms.n6; }
  }
}
fn number_of(which: u32, at: u32) -> f32 {
  switch which {
    case 0u: { return x0[at]; }
    case 1u: { return x1[at]; }
    case 2u: { return x2[at]; }
    case 3u: { return x3[at]; }
    case 4u: { return x4[at]; }
    case 5u: { return x5[at]; }
    default: { return x6[at]; }
  }
}
@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let index = group.y * groups.x + group.x;
  var which = 0u;
  var piece = index;
  while (which + 1u < SUM_TENSORS) {
    let pieces = (length_of(which) + SUM_PIECE - 1u) / SUM_PIECE;
    if (piece < pieces) { break; }
    piece -= pieces;
    which++;
  }
  var own = 0.0;
  if (index < uniforms.groups) {
    let end = min(length_of(which), (piece + 1u) * SUM_PIECE);
    for (var i = piece * SUM_PIECE + thread; i < end; i += 256u) {
      let x = number_of(which, i);
      own += x * x;
    }
  }
  let sum = sum_over_group(own, thread);
  if (thread == 0u && index < uniforms.groups) { sums[uniforms.first + index] = sum; }
}
` as string, // not its text as a type
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
  if (noise.mask == MASK_NONE) { return candidate; }
  let kept = retention(noise, t, unit);
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
` as string, // not its text as a type
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
  if (noise.mask == MASK_NONE) { return candidate; }
  let kept = retention(noise, t, unit);
  return kept * before + (1.0 - kept) * candidate;
}
const UNITS = 16u;
fn operand(row: u32, k: u32) -> f32 {
  if (row >= uniforms.batch || k >= uniforms.units) { return 0.0; }
  return read_states[(uniforms.t * uniforms.batch + row) * uniforms.units + k];
}
fn run_step(group: vec3u, thread: u32) {
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
fn finish(row: u32, unit: u32, first_sum: u32) {
  let t = uniforms.t;
  let in_state = row * uniforms.units + unit;
  let per_step = uniforms.batch * uniforms.units;
  let in_window = t * per_step + in_state;
  let candidate = hyperbolic_tangent(activations[in_window] + bias[unit] + sums[first_sum]);
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
  run_step(group, thread);
}
` as string, // not its text as a type
  },
} as const;

/** Constants of the kernels. */
export const CONSTANTS = {
  "COLUMN_SUMS": 32,
  "MASK_NONE": 0,
  "MASK_STEP": 1,
  "MASK_SEQUENCE": 2,
  "MASK_EXPECTED": 3,
  "STREAM_DROPOUT": 2,
  "SLICES": 16,
  "CHUNK": 128,
  "MOST_ROW_VECTORS": 5,
  "UNITS": 16,
  "GATES": 4,
  "PRODUCT_TRANSPOSED_A": 1,
  "PRODUCT_TRANSPOSED_B": 2,
  "PRODUCT_ALIGNED_A": 4,
  "PRODUCT_ALIGNED_B": 8,
  "PRODUCT_BIAS": 16,
  "PRODUCT_ACCUMULATE": 32,
  "PRODUCT_MIXED": 64,
  "SUM_PIECE": 8192,
  "SUM_TENSORS": 7
} as const;

