/** The geometry of a recurrent layer on the GPU: how its steps are cut into workgroups, and its weights in the order of the steps. */
import type { RecurrentNoise } from '../../ops/noise.js';
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import { CONSTANTS } from './kernels.generated.js';
import type { WebgpuBackend } from './webgpu-backend.js';
import { groupsOf, type Tensors } from './webgpu-kernel.js';

/** The recurrent cells, and their gates. */
export const GATES = { lstm: 4, gru: 3, tanhRnn: 1 } as const;
export type Cell = keyof typeof GATES;

/** One layer over one window. */
export interface Layer {
  readonly cell: Cell;
  readonly steps: number;
  readonly batch: number;
  readonly units: number;
  readonly noise: RecurrentNoise;
}

/** Returns the layer of a kernel's inputs. */
export function layerOf(cell: Cell, { x, h0 }: Tensors, { noise }: RecurrentAttributes): Layer {
  const [steps, batch] = x.shape;
  return { cell, steps, batch, units: h0.shape[1], noise };
}

/** Units of a tile in a forward step; `UNITS` of the step kernels. */
const FORWARD_UNITS = 16;
/** Units of a tile in the product of a backward step; `UNITS` of recurrent-gradient-product.wgsl. */
const BACKWARD_UNITS = 64;

/** Workgroups of a backward product that keep a large GPU busy. */
const WANTED_WORKGROUPS = 144;

/** The most parts of the inner dimension of a backward product: all are read again by the next kernel. */
const MOST_PARTS = 16;

/** Recurrent weights, packed for steps in one direction, and the workgroups of a step. */
export interface PackedWeights {
  readonly buffer: GPUBuffer;
  /** The inner dimension with its padding. */
  readonly kPadded: number;
  /** Tiles of units. */
  readonly tiles: number;
  /** Tiles of rows, each of `4 · rowVectors` rows. */
  readonly rowTiles: number;
  readonly rowVectors: number;
}

/** Packs the recurrent weights [H, G·H] for forward steps, or transposed for backward ones. Their memory is borrowed. */
export function packWeights(
  backend: WebgpuBackend,
  { cell, batch, units }: Layer,
  recurrentWeight: GPUBuffer,
  direction: 'forward' | 'backward',
): PackedWeights {
  const gates = GATES[cell];
  const isForward = direction === 'forward';
  const tileUnits = isForward ? FORWARD_UNITS : BACKWARD_UNITS;
  const kSize = isForward ? units : gates * units;
  const kPadded = roundUp(kSize, CONSTANTS.SLICES);
  const tiles = Math.ceil(units / tileUnits);
  const columns = isForward ? gates * tileUnits : tileUnits;
  const total = tiles * kPadded * columns;
  const packed = backend.borrow(total);
  const uniforms = {
    kSize,
    kPadded,
    gates: isForward ? gates : 1,
    units,
    tileUnits,
    row: gates * units,
    transposed: isForward ? 0 : 1,
    total,
  };
  backend.run('packWeights', { weights: recurrentWeight, packed }, uniforms, backend.spread(groupsOf(total)));
  // Two sizes only: each is a pipeline to be compiled.
  const rowVectors = batch <= 4 ? 1 : CONSTANTS.MOST_ROW_VECTORS;
  return { buffer: packed, kPadded, tiles, rowTiles: Math.ceil(batch / (4 * rowVectors)), rowVectors };
}

/** How the inner dimension of a backward product is cut. */
export interface Parts {
  readonly count: number;
  /** Values of k in each. */
  readonly length: number;
}

/** Cuts the inner dimension into as many parts as the GPU needs to be busy. */
export function partsOf({ kPadded, tiles, rowTiles }: PackedWeights): Parts {
  const wanted = Math.min(MOST_PARTS, Math.ceil(WANTED_WORKGROUPS / (tiles * rowTiles)));
  const length = roundUp(Math.ceil(kPadded / wanted), CONSTANTS.SLICES);
  return { count: Math.ceil(kPadded / length), length };
}

function roundUp(length: number, multiple: number): number {
  return Math.ceil(length / multiple) * multiple;
}
