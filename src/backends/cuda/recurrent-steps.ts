/**
 * The steps of recurrent layers: kernels/recurrence.cuh. Before the first, the recurrent weight is packed as the products of the
 * steps read it.
 */
import type { RecurrentNoise } from '../../ops/noise.js';
import type { Precision } from '../../ops/op.js';
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import type { RecurrentForm } from '../backend.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf, cudaNoise, type Tensors } from './cuda-kernel.js';
import type { CudaDevice, LaunchOptions } from './device.js';
import { arithmeticOf, tf32Obstacle } from './device-limits.js';
import { CONSTANTS, type CudaRecurrentBackward, type CudaRecurrentForward } from './kernels.generated.js';
import {
  backwardGroups,
  CELLS,
  type CellName,
  forwardBlocks,
  kStepsOf,
  planRecurrence,
  type RecurrentPlan,
  type RecurrentSize,
} from './recurrent-plan.js';

const { RECURRENT_COLUMNS, RECURRENT_PACKED_STEPS, RECURRENT_ROWS, RECURRENT_TERMS, RECURRENT_THREADS } =
  CONSTANTS;

/** A layer and its window. */
export interface Layer {
  readonly cell: CellName;
  readonly gates: number;
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
  readonly noise: RecurrentNoise;
  readonly precision: Precision;
}

/** Returns the layer that an op was called for. */
export function layerOf(
  cell: CellName,
  { x, h0 }: Tensors,
  { noise, precision }: RecurrentAttributes,
): Layer {
  const [steps, batch, inputs] = x.shape;
  return { cell, gates: CELLS[cell].gates, steps, batch, inputs, units: h0.shape[1], noise, precision };
}

/** Addresses of the arrays of a forward pass. */
interface ForwardArrays
  extends Pick<CudaRecurrentForward, 'h0' | 'gates' | 'y' | 'lastH'>,
    Partial<Pick<CudaRecurrentForward, 'c0' | 'candidateBias' | 'cells' | 'lastC'>> {
  /** U. */
  readonly u: number;
}

/** Starts the steps forward. `gates` is x·W + b. */
export function launchForward(backend: CudaBackend, layer: Layer, { u, h0, ...arrays }: ForwardArrays): void {
  const { cell, gates, batch, units, noise } = layer;
  const { device } = backend;
  const { tiles } = CELLS[cell];
  const form = formOf(backend, layer);
  const kSteps = kStepsOf(units);
  const blocks = forwardBlocks(cell, units);
  const masks = noise.recurrent?.perGate ? gates : 1;
  const common = {
    batch,
    units,
    rounding: form.rounding,
    weight: backend.borrow(form.words(blocks * tiles * RECURRENT_COLUMNS, kSteps)),
    left: backend.borrow(2 * form.words(rowsOf(batch), masks * kSteps)),
    h0,
    recurrentDropout: cudaNoise(noise.recurrent, backend),
  };
  const packed = [blocksOf(kSteps, RECURRENT_PACKED_STEPS), blocks] as const;
  device.launch(`recurrentPack${form.name}`, { gates, u, ...common }, packed, PACK);

  const argument = {
    c0: null,
    candidateBias: null,
    cells: null,
    lastC: null,
    ...arrays,
    ...common,
    t: 0,
    steps: layer.steps,
    hiddenZoneout: cudaNoise(noise.zoneoutHidden, backend),
    cellZoneout: cudaNoise(noise.zoneoutCell, backend),
  };
  if (cell !== 'tanhRnn' && planOf(device, layer).launches === 'one') {
    const persistent = { layer: argument, arrived: zeros(backend, 1) };
    device.launch(`${cell}PersistentForward`, persistent, [blocks], RESIDENT);
    return;
  }
  for (; argument.t < layer.steps; argument.t++) {
    const grid = [blocks, blocksOf(batch, RECURRENT_ROWS)] as const;
    device.launch(`${cell}Forward${form.name}`, argument, grid, optionsFor(tiles));
  }
}

/** Addresses of the arrays of a backward pass. */
interface BackwardArrays
  extends Pick<CudaRecurrentBackward, 'h0' | 'gates' | 'y' | 'dy' | 'lastDh' | 'dh' | 'dz'>,
    Partial<Pick<CudaRecurrentBackward, 'c0' | 'cells' | 'lastDc' | 'dc' | 'dCandidate'>> {
  /** U. */
  readonly u: number;
}

/** Starts the steps backward, and the one that gives the gradient of h0. */
export function launchBackward(backend: CudaBackend, layer: Layer, { u, ...arrays }: BackwardArrays): void {
  const { cell, gates, batch, units, noise } = layer;
  const { device } = backend;
  const form = formOf(backend, layer);
  const kSteps = gates * kStepsOf(units);
  const groups = backwardGroups(units);
  const isPersistent = cell !== 'tanhRnn' && planOf(device, layer).launches === 'one';
  // A block has one tile, and a group has as many as its units need.
  const blocks = kStepsOf(units);
  const tiles = isPersistent
    ? (groups * CONSTANTS.BACKWARD_GROUP) / RECURRENT_COLUMNS
    : blocks * CONSTANTS.BACKWARD_TILES;
  const common = {
    batch,
    units,
    rounding: form.rounding,
    weight: backend.borrow(form.words(tiles * RECURRENT_COLUMNS, kSteps)),
    recurrentDropout: cudaNoise(noise.recurrent, backend),
  };
  const packed = [blocksOf(kSteps, RECURRENT_PACKED_STEPS), tiles] as const;
  device.launch(`recurrentPack${form.name}`, { gates, u, ...common, h0: null, left: null }, packed, PACK);

  const argument = {
    c0: null,
    cells: null,
    lastDc: null,
    dc: null,
    dCandidate: null,
    ...arrays,
    ...common,
    t: layer.steps - 1,
    steps: layer.steps,
    left: backend.borrow(2 * form.words(rowsOf(batch), kSteps)),
    hiddenZoneout: cudaNoise(noise.zoneoutHidden, backend),
    cellZoneout: cudaNoise(noise.zoneoutCell, backend),
  };
  if (isPersistent) {
    const arrived = zeros(backend, 1 + groups);
    const sums = backend.borrow(groups * gates * rowsOf(batch) * CONSTANTS.BACKWARD_GROUP);
    const persistent = { layer: argument, arrived, sums };
    device.launch(`${cell}PersistentBackward`, persistent, [gates * groups], RESIDENT);
    return;
  }
  for (; argument.t >= -1; argument.t--) {
    const grid = [blocks, blocksOf(batch, RECURRENT_ROWS)] as const;
    device.launch(`${cell}Backward${form.name}`, argument, grid, optionsFor(CONSTANTS.BACKWARD_TILES));
  }
}

/** Returns how the steps of a layer are launched on a device. */
function planOf(device: CudaDevice, { cell, batch, units, precision, noise }: Layer): RecurrentPlan {
  const maskPerGate = noise.recurrent?.perGate ?? false;
  return device.recurrentPlan ?? planFor(device, { cell, batch, units, precision, maskPerGate });
}

function planFor(device: CudaDevice, size: RecurrentSize): RecurrentPlan {
  return planRecurrence(size, device.limits, residentBlocks(device));
}

/** Units of the layers of the paper's small, medium and large models, and the rows of their batches. */
const TYPICAL_UNITS = [200, 650, 1500];
const TYPICAL_BATCH = 20;

/** Returns how LSTM layers of typical sizes are launched on a device, in each precision. */
export function typicalForms(device: CudaDevice): RecurrentForm[] {
  const withTf32 = tf32Obstacle(device.limits) === null;
  const precisions: readonly Precision[] = withTf32 ? ['f32', 'tf32', 'mixed'] : ['f32', 'mixed'];
  return precisions.flatMap((precision) =>
    TYPICAL_UNITS.map((units) => {
      const size = { units, batch: TYPICAL_BATCH, precision };
      return { ...size, ...planFor(device, { ...size, cell: 'lstm', maskPerGate: false }) };
    }),
  );
}

/** Blocks of a kernel for all steps that a device runs at the same time: the driver is asked once. */
const RESIDENT_BLOCKS = new WeakMap<CudaDevice, number>();

function residentBlocks(device: CudaDevice): number {
  const known = RESIDENT_BLOCKS.get(device);
  if (known !== undefined) return known;
  const { threads, sharedBytes } = RESIDENT;
  const blocks = device.residentBlocks('lstmPersistentBackward', threads, sharedBytes);
  RESIDENT_BLOCKS.set(device, blocks);
  return blocks;
}

/** Borrows numbers that are 0. */
function zeros(backend: CudaBackend, length: number): number {
  const address = backend.borrow(length);
  backend.device.fill(address, 0, length);
  return address;
}

const PACK: LaunchOptions = {
  threads: RECURRENT_THREADS,
  sharedBytes: CONSTANTS.RECURRENT_PACK_SHARED_BYTES,
};

/** How float32 operands are rounded. */
const ROUNDING: Readonly<Record<Precision, number>> = {
  f32: CONSTANTS.ROUND_NONE,
  mixed: CONSTANTS.ROUND_BFLOAT16,
  tf32: CONSTANTS.ROUND_TF32,
};

/** The form of a step's product: in bfloat16 on tensor cores, or in float32. */
function formOf({ device }: CudaBackend, { precision }: Layer) {
  const onTensorCores = arithmeticOf(precision, device.limits) === 'bfloat16';
  return {
    name: onTensorCores ? ('Bf16' as const) : ('F32' as const),
    rounding: ROUNDING[precision],
    /** Returns the size of a packed operand, in numbers of four bytes. */
    words: (columns: number, kSteps: number) =>
      (columns * kSteps * RECURRENT_TERMS) / (onTensorCores ? 2 : 1),
  };
}

/** Returns the rows of the batch in whole tiles. */
function rowsOf(batch: number): number {
  return blocksOf(batch, RECURRENT_ROWS) * RECURRENT_ROWS;
}

/** Returns the options of a kernel whose blocks have so many tiles: `warp_sums` is its shared memory. */
function optionsFor(tiles: number) {
  const warps = RECURRENT_THREADS / 32;
  const sharedBytes = warps * RECURRENT_ROWS * (tiles * RECURRENT_COLUMNS + 4) * 4;
  return { threads: RECURRENT_THREADS, sharedBytes };
}

/** The options of a kernel for all steps. */
const RESIDENT = {
  ...optionsFor(CONSTANTS.BACKWARD_GROUP / RECURRENT_COLUMNS),
  cooperative: true,
};
