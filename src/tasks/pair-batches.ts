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
import { shuffledBatches } from './shuffle.js';

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
  const groupsOf = shuffledBatches(pairs.length, seed, (order) => groupPairs(pairs, order, limits));
  return {
    batchesIn: (pass) => groupsOf(pass).length,
    shapeOf: (pass, inPass) => shapeOfPairs(pairs, groupsOf(pass)[inPass]),
    predictionsOf: (pass, inPass) =>
      groupsOf(pass)[inPass].reduce((sum, pair) => sum + pairs.targetLengths[pair] + 1, 0),
    batch: (pass, inPass) => readPairs(pairs, groupsOf(pass)[inPass], reading),
  };
}
