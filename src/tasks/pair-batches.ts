/** Batches of sentence pairs for training. */
import {
  groupPairs,
  type PairBatch,
  type PairLimits,
  type PairReading,
  type PairShape,
  type PairSource,
  readPairs,
  shapeOfPairs,
} from '../corpus/pairs.js';
import { shuffled } from './shuffle.js';

/** The batches of every pass over some pairs. */
export interface PairBatches {
  batchesIn(pass: number): number;
  shapeOf(pass: number, inPass: number): PairShape;
  predictionsOf(pass: number, inPass: number): number;
  batch(pass: number, inPass: number): PairBatch;
}

/**
 * Makes the batches of every pass. A pass has every pair once. The choice of pairs for a batch, and the order of the batches, is a
 * function of (seed, pass).
 */
export function pairBatches(
  pairs: PairSource,
  { seed, ...limits }: PairLimits & { readonly seed: number },
  reading: PairReading,
): PairBatches {
  /** The batches of the last pass: passes are read one after the other. */
  let known: { readonly pass: number; readonly groups: readonly (readonly number[])[] } | null = null;

  const groupsOf = (pass: number): readonly (readonly number[])[] => {
    if (known?.pass !== pass) {
      const groups = groupPairs(pairs, shuffled(pairs.length, { seed, pass, draw: 0 }), limits);
      known = { pass, groups: shuffled(groups.length, { seed, pass, draw: 1 }).map((i) => groups[i]) };
    }
    return known.groups;
  };

  return {
    batchesIn: (pass) => groupsOf(pass).length,
    shapeOf: (pass, inPass) => shapeOfPairs(pairs, groupsOf(pass)[inPass]),
    predictionsOf: (pass, inPass) =>
      groupsOf(pass)[inPass].reduce((sum, pair) => sum + pairs.targetLengths[pair] + 1, 0),
    batch: (pass, inPass) => readPairs(pairs, groupsOf(pass)[inPass], reading),
  };
}
