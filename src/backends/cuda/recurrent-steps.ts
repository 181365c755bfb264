/**
 * The steps of recurrent layers, one launch for each: kernels/recurrence.cuh. Before the first, the recurrent weight is packed as
 * the products of the steps read it.
 */
import type { RecurrentNoise } from '../../ops/noise.js';
import type { Precision } from '../../ops/op.js';
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import type { CudaBackend } from './cuda-backend.js';
import { blocksOf, cudaNoise, type Tensors } from './cuda-kernel.js';
import type { LaunchOptions } from './device.js';
import { CONSTANTS, type CudaRecurrentBackward, type CudaRecurrentForward } from './kernels.generated.js';

const { RECURRENT_COLUMNS, RECURRENT_PACKED_STEPS, RECURRENT_ROWS, RECURRENT_TERMS, RECURRENT_THREADS } =
  CONSTANTS;

/** A kind of layer, as its kernels are named. */
export type CellName = 'lstm' | 'gru' | 'tanhRnn';

/** Gates of a unit, and tiles of columns of a block forward. */
const CELLS: Readonly<Record<CellName, { readonly gates: number; readonly tiles: number }>> = {
  lstm: { gates: 4, tiles: CONSTANTS.LSTM_TILES },
  gru: { gates: 3, tiles: CONSTANTS.GRU_TILES },
  tanhRnn: { gates: 1, tiles: CONSTANTS.TANH_RNN_TILES },
};

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
  const { tiles } = CELLS[cell];
  const form = formOf(backend, layer);
  const kSteps = blocksOf(units, RECURRENT_TERMS);
  // A block has whole units, and the blocks have whole K steps.
  const blocks = blocksOf(kSteps * RECURRENT_TERMS, Math.floor((tiles * RECURRENT_COLUMNS) / gates));
  const parts = noise.recurrent?.perGate ? gates : 1;
  const weight = backend.borrow(form.words(blocks * tiles * RECURRENT_COLUMNS, kSteps));
  const left = backend.borrow(2 * form.words(rowsOf(batch), parts * kSteps));
  const recurrentDropout = cudaNoise(noise.recurrent);
  const shape = { batch, units, mixed: form.mixed, weight, left, h0, recurrentDropout };
  const packed = [blocksOf(kSteps, RECURRENT_PACKED_STEPS), blocks] as const;
  backend.device.launch(`recurrentPack${form.name}`, { gates, u, ...shape }, packed, PACK);
  const argument = {
    c0: null,
    candidateBias: null,
    cells: null,
    lastC: null,
    ...arrays,
    ...shape,
    t: 0,
    steps: layer.steps,
    hiddenZoneout: cudaNoise(noise.zoneoutHidden),
    cellZoneout: cudaNoise(noise.zoneoutCell),
  };
  for (; argument.t < layer.steps; argument.t++) {
    const grid = [blocks, blocksOf(batch, RECURRENT_ROWS)] as const;
    backend.device.launch(`${cell}Forward${form.name}`, argument, grid, optionsFor(tiles));
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
  const form = formOf(backend, layer);
  const tiles = CONSTANTS.BACKWARD_TILES;
  const kSteps = blocksOf(units, RECURRENT_TERMS);
  const blocks = blocksOf(kSteps * RECURRENT_TERMS, tiles * RECURRENT_COLUMNS);
  const weight = backend.borrow(form.words(blocks * tiles * RECURRENT_COLUMNS, gates * kSteps));
  const recurrentDropout = cudaNoise(noise.recurrent);
  const shape = { batch, units, mixed: form.mixed, weight, recurrentDropout };
  const packed = [blocksOf(gates * kSteps, RECURRENT_PACKED_STEPS), blocks] as const;
  const ofBackward = { gates, u, ...shape, h0: null, left: null };
  backend.device.launch(`recurrentPack${form.name}`, ofBackward, packed, PACK);
  const argument = {
    c0: null,
    cells: null,
    lastDc: null,
    dc: null,
    dCandidate: null,
    ...arrays,
    ...shape,
    t: layer.steps - 1,
    steps: layer.steps,
    left: backend.borrow(2 * form.words(rowsOf(batch), gates * kSteps)),
    hiddenZoneout: cudaNoise(noise.zoneoutHidden),
    cellZoneout: cudaNoise(noise.zoneoutCell),
  };
  for (; argument.t >= -1; argument.t--) {
    const grid = [blocks, blocksOf(batch, RECURRENT_ROWS)] as const;
    backend.device.launch(`${cell}Backward${form.name}`, argument, grid, optionsFor(tiles));
  }
}

const PACK: LaunchOptions = {
  threads: RECURRENT_THREADS,
  sharedBytes: CONSTANTS.RECURRENT_PACK_SHARED_BYTES,
};

/** Compute capability, times ten, of the first GPUs whose tensor cores know bfloat16. */
const BFLOAT16_CAPABILITY = 80;

/** The form of a step's product: in bfloat16 on tensor cores, or in float32. */
function formOf({ device }: CudaBackend, { precision }: Layer) {
  const mixed = precision === 'mixed';
  const onTensorCores = mixed && device.limits.capability >= BFLOAT16_CAPABILITY;
  return {
    name: onTensorCores ? ('Bf16' as const) : ('F32' as const),
    /** Whether float32 operands are rounded. */
    mixed: mixed ? 1 : 0,
    /** Returns the size of a packed operand, in numbers of four bytes. */
    words: (columns: number, kSteps: number) =>
      (columns * kSteps * RECURRENT_TERMS) / (onTensorCores ? 2 : 1),
  };
}

/** Returns the rows of the batch in whole tiles. */
function rowsOf(batch: number): number {
  return blocksOf(batch, RECURRENT_ROWS) * RECURRENT_ROWS;
}

/** Returns the options of a step whose blocks have so many tiles: `warp_sums` is its shared memory. */
function optionsFor(tiles: number): LaunchOptions {
  const warps = RECURRENT_THREADS / 32;
  const sharedBytes = warps * RECURRENT_ROWS * (tiles * RECURRENT_COLUMNS + 4) * 4;
  return { threads: RECURRENT_THREADS, sharedBytes };
}
