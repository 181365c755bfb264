/**
 * How the steps of a recurrent layer are launched: one launch for each, or all in one, with the recurrent weight in the registers
 * of blocks that are all resident. The choice depends on nothing but sizes and the device.
 */
import type { Precision } from '../../ops/op.js';
import { arithmeticOf, type DeviceLimits } from './device-limits.js';
import { CONSTANTS } from './kernels.generated.js';

/** A kind of layer, as its kernels are named. */
export type CellName = 'lstm' | 'gru' | 'tanhRnn';

/** Gates of a unit, and tiles of columns that a block takes forward. */
export const CELLS: Readonly<Record<CellName, { readonly gates: number; readonly tiles: number }>> = {
  lstm: { gates: 4, tiles: CONSTANTS.LSTM_TILES },
  gru: { gates: 3, tiles: CONSTANTS.GRU_TILES },
  tanhRnn: { gates: 1, tiles: CONSTANTS.TANH_RNN_TILES },
};

/** The most rows of the batch for all steps in one launch: a block takes tiles of them one after the other. */
const MOST_ROWS = 64;

/** What the choice depends on. */
export interface RecurrentSize {
  readonly cell: CellName;
  readonly batch: number;
  readonly units: number;
  readonly precision: Precision;
  /** Whether h has a mask for each gate. */
  readonly maskPerGate: boolean;
}

/** How the steps of a layer are launched. */
export type RecurrentPlan =
  | { readonly launches: 'one' }
  | {
      readonly launches: 'each step';
      /** Why not one launch, in words that continue a sentence. */
      readonly reason: string;
    };

/** Returns the blocks of units of one step forward. They cover whole K steps, since the next product reads whole ones. */
export function forwardBlocks(cell: CellName, units: number): number {
  const { gates, tiles } = CELLS[cell];
  const unitsOfBlock = Math.floor((tiles * CONSTANTS.RECURRENT_COLUMNS) / gates);
  return Math.ceil((kStepsOf(units) * CONSTANTS.RECURRENT_TERMS) / unitsOfBlock);
}

/** Returns the groups of units of a backward pass in one launch; each has a block for each gate. */
export function backwardGroups(units: number): number {
  return Math.ceil(units / CONSTANTS.BACKWARD_GROUP);
}

/** Returns the K steps of the terms that one gate has in a product. */
export function kStepsOf(units: number): number {
  return Math.ceil(units / CONSTANTS.RECURRENT_TERMS);
}

/**
 * Chooses how to launch the steps of a layer.
 *
 * @param residentBlocks how many blocks of the kernel for all steps the device runs at the same time
 */
export function planRecurrence(
  { cell, batch, units, precision, maskPerGate }: RecurrentSize,
  limits: Pick<DeviceLimits, 'capability' | 'cooperativeLaunch'>,
  residentBlocks: number,
): RecurrentPlan {
  const blocks = Math.max(forwardBlocks(cell, units), CELLS[cell].gates * backwardGroups(units));
  const obstacles: readonly (readonly [boolean, string])[] = [
    [cell === 'tanhRnn', 'tanh layers have no kernel for all steps'],
    [precision !== 'mixed', 'only a recurrent weight in bfloat16 fits, with precision mixed'],
    [
      arithmeticOf(precision, limits) !== 'bfloat16',
      `compute capability ${limits.capability / 10} has no tensor cores for bfloat16`,
    ],
    [!limits.cooperativeLaunch, 'the GPU cannot keep all blocks of a launch resident'],
    [maskPerGate, 'h has a mask for each gate'],
    [batch > MOST_ROWS, `the batch has ${batch} rows, and at most ${MOST_ROWS} are taken`],
    [
      units > CONSTANTS.RESIDENT_UNITS,
      `the layer has ${units} units, and the recurrent weight of at most ${CONSTANTS.RESIDENT_UNITS} fits`,
    ],
    [
      blocks > residentBlocks,
      `the recurrent weight takes the registers of ${blocks} blocks, and the GPU runs ${residentBlocks} at the same time`,
    ],
  ];
  const obstacle = obstacles.find(([stands]) => stands);
  return obstacle ? { launches: 'each step', reason: obstacle[1] } : { launches: 'one' };
}
