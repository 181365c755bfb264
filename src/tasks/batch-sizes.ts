/** The sizes of the batches that a training has, in any of its passes and in its validation: they decide how much memory it needs. */
import { batchesByLength, Sentences } from '../corpus/sentences.js';
import { WindowSource } from '../corpus/windows.js';
import { WINDOW_TOKENS } from '../predictors/network-predictor.js';
import type { NetworkSpec } from '../spec/systems.js';
import { type TrainingCorpus, trainingBatches } from './language-modelling.js';
import type { TextBatches } from './stream-batches.js';
import type { BatchShape, BatchSizes } from './task.js';

/** Batches whose sizes are listed where they differ: enough for sizes that are common to have occurred. */
const FIRST_BATCHES = 24;

/**
 * The most windows of random length that are drawn to find the longest. A normal variate exceeds 4.3 deviations once in so many
 * windows, and 4.8 once in ten times as many.
 */
const MOST_DRAWN = 1e5;

/** Finds the sizes of the batches of a spec's training. */
export function batchSizes(spec: NetworkSpec, corpus: TrainingCorpus): BatchSizes {
  const { sentences, randomBptt } = spec.training;
  const batches = trainingBatches(spec, corpus);
  const shapeOf = (pass: number, inPass: number): BatchShape => ({
    steps: batches.stepsOf(pass, inPass),
    batch: batches.columnsOf(pass, inPass),
  });
  const validation = validationSizes(spec, corpus);
  if (!sentences && !randomBptt) return { largest: shapeOf(0, 0), first: [], validation };
  const shapes = Array.from(batchesToCome(spec, batches), ([pass, inPass]) => shapeOf(pass, inPass));
  return { largest: largestOf(shapes), first: shapes.slice(0, FIRST_BATCHES), validation };
}

/**
 * Lists the batches that may be the largest. Every pass over sentences has batches of the same sizes in another order; windows
 * of random length are others in each pass.
 */
function* batchesToCome(
  { training }: NetworkSpec,
  batches: TextBatches,
): Generator<[pass: number, inPass: number]> {
  const { sentences, epochs, windowsPerEpoch } = training;
  const perEpoch = windowsPerEpoch ?? batches.batchesIn(0);
  const wanted = sentences ? batches.batchesIn(0) : Math.min(MOST_DRAWN, epochs * perEpoch);
  let listed = 0;
  for (let pass = 0; listed < wanted; pass++) {
    for (let inPass = 0; inPass < batches.batchesIn(pass) && listed < wanted; inPass++, listed++) {
      yield [pass, inPass];
    }
  }
}

/** Lists the windows of a stream, of which the last one is shorter, or the largest of the batches of lines and some others. */
function validationSizes({ training }: NetworkSpec, corpus: TrainingCorpus): BatchShape[] {
  const { batchSize: batch, sentences } = training;
  const valid = corpus.split('valid');
  if (!sentences) {
    const bptt = Math.ceil(WINDOW_TOKENS / batch);
    const { steps } = new WindowSource(valid, { batchSize: batch, bptt, tail: 'keep' });
    return [Math.min(bptt, steps), steps % bptt]
      .filter((length) => length > 0)
      .map((steps) => ({ steps, batch }));
  }
  const lines = new Sentences(valid, corpus.vocabulary.eos);
  const order = Array.from({ length: lines.count }, (_, line) => line);
  const shapes = batchesByLength(order, (line) => lines.lengthOf(line), batch).map((ofBatch) => ({
    steps: Math.max(...ofBatch.map((line) => lines.lengthOf(line))),
    batch: ofBatch.length,
  }));
  return [...shapes.slice(0, FIRST_BATCHES), largestOf(shapes)];
}

/** Takes some of many shapes, at equal distances. */
export function spread<S extends BatchShape>(shapes: readonly S[]): S[] {
  const count = Math.min(FIRST_BATCHES, shapes.length);
  return Array.from({ length: count }, (_, n) => shapes[Math.floor((n * shapes.length) / count)]);
}

/** Returns the shape of the most steps of all columns. */
export function largestOf<S extends BatchShape>(shapes: readonly S[]): S {
  return shapes.reduce((largest, shape) => (isLarger(shape, largest) ? shape : largest));
}

function isLarger(one: BatchShape, other: BatchShape): boolean {
  return one.steps * one.batch > other.steps * other.batch;
}
