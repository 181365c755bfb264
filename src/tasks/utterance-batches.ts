/** Batches of utterances for training. */
import type { UtteranceSource } from '../corpus/speech/speech-corpus.js';
import {
  groupUtterances,
  readUtterances,
  shapeOfUtterances,
  type UtteranceBatch,
  type UtteranceReading,
  type UtteranceShape,
} from '../corpus/utterances.js';
import { shuffledBatches } from './shuffle.js';

/** The batches of every pass over some utterances. */
export interface UtteranceBatches {
  batchesIn(pass: number): number;
  shapeOf(pass: number, inPass: number): UtteranceShape;
  predictionsOf(pass: number, inPass: number): number;
  batch(pass: number, inPass: number): UtteranceBatch;
}

/** Makes the batches of every pass: utterances of similar length, see {@link shuffledBatches}. */
export function utteranceBatches(
  utterances: UtteranceSource,
  { batchSize, seed }: { readonly batchSize: number; readonly seed: number },
  reading: UtteranceReading,
): UtteranceBatches {
  const groupsOf = shuffledBatches(utterances.length, seed, (order) =>
    groupUtterances(utterances, batchSize, order),
  );
  const shapeOf = (pass: number, inPass: number) =>
    shapeOfUtterances(utterances, groupsOf(pass)[inPass], reading);
  return {
    batchesIn: (pass) => groupsOf(pass).length,
    shapeOf,
    predictionsOf: (pass, inPass) => shapeOf(pass, inPass).frames,
    batch: (pass, inPass) => readUtterances(utterances, groupsOf(pass)[inPass], reading),
  };
}
