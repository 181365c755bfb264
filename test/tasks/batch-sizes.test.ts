import { expect, it } from 'vitest';
import { batchSizes } from '../../src/tasks/batch-sizes.js';
import type { TrainingCorpus } from '../../src/tasks/language-modelling.js';
import { randomBounds } from '../../src/tasks/stream-batches.js';
import { specOf } from '../training/training-of.js';

const EOS = 0;

/** A corpus of these splits. */
function corpusOf(train: readonly number[], valid: readonly number[]): TrainingCorpus {
  const splits = { train: Int32Array.from(train), valid: Int32Array.from(valid) };
  return {
    vocabulary: { size: 10, eos: EOS },
    split: (name) => ({
      length: splits[name].length,
      read: (position, count) => splits[name].slice(position, position + count),
    }),
  };
}

/** Lines of these lengths, `<eos>` included. */
function linesOf(...lengths: readonly number[]): number[] {
  return lengths.flatMap((length) => [...new Array(length - 1).fill(1), EOS]);
}

it('windows of equal length have one size, and a validation has full windows and a rest', async () => {
  const spec = await specOf('training.batchSize=4', 'training.bptt=6');
  // 300 predictions in each column: two windows of 128 and one of 44.
  const sizes = batchSizes(spec, corpusOf(new Array(400).fill(1), new Array(4 * 301).fill(1)));
  expect(sizes).toEqual({
    largest: { steps: 6, batch: 4 },
    first: [],
    validation: [
      { steps: 128, batch: 4 },
      { steps: 44, batch: 4 },
    ],
  });
});

it('a validation that is shorter than a window has one size', async () => {
  const spec = await specOf('training.batchSize=4', 'training.bptt=6');
  const { validation } = batchSizes(spec, corpusOf(new Array(400).fill(1), new Array(4 * 21).fill(1)));
  expect(new Set(validation.map(({ steps }) => steps))).toEqual(new Set([20]));
});

it('the largest of random windows is the longest of any pass, and not only of the first', async () => {
  const lengths = { halve: 0, deviation: 3, minimum: 2 };
  const spec = await specOf(
    'training.batchSize=2',
    'training.bptt=20',
    'training.epochs=30',
    'training.randomBptt={ halve: 0, deviation: 3, minimum: 2 }',
  );
  const { largest, first } = batchSizes(spec, corpusOf(new Array(2 * 101).fill(1), new Array(99).fill(1)));
  const longestIn = (pass: number) => {
    const bounds = randomBounds(lengths, { seed: spec.training.seed, pass, bptt: 20 }, 100);
    return Math.max(...bounds.slice(1).map((bound, i) => bound - bounds[i]));
  };
  const longest = Array.from({ length: 25 }, (_, pass) => longestIn(pass));
  expect(largest.steps).toBeGreaterThanOrEqual(Math.max(...longest));
  expect(largest.steps).toBeGreaterThan(longest[0]);
  expect(first.length).toBeGreaterThan(1);
});

it('the largest batch of sentences has the longest lines, in training and in validation', async () => {
  const spec = await specOf('training.batchSize=2', 'training.sentences=true');
  const corpus = corpusOf(linesOf(2, 9, 3, 12, 4, 5), linesOf(3, 7, 2));
  const { largest, validation } = batchSizes(spec, corpus);
  expect(largest).toEqual({ steps: 12, batch: 2 });
  expect(validation).toContainEqual({ steps: 7, batch: 1 });
  expect(validation).toContainEqual({ steps: 3, batch: 2 });
});
