import { expect, it } from 'vitest';
import { START, type TrainingProgress } from '../../src/runs/training-progress.js';
import { BLEU, PERPLEXITY } from '../../src/tasks/task.js';
import { afterEpoch } from '../../src/training/advance.js';
import { stopsEarly } from '../../src/training/schedule.js';
import { trainingOf } from './training-of.js';

/** Returns the number of epochs after which the training is over, or null when all of them are trained. */
async function stoppedAfter(earlyStopping: string, validation: readonly number[]): Promise<number | null> {
  const training = await trainingOf(`training.earlyStopping=${earlyStopping}`);
  let progress: TrainingProgress = START;
  for (const value of validation) {
    progress = afterEpoch(progress, { value, predictions: 1, meanNll: null }, PERPLEXITY, 0);
    if (stopsEarly(training, progress)) return progress.epochs;
  }
  return null;
}

it.each<[string, string, number[], number | null]>([
  ['never, without a patience', 'null', [1, 2, 3, 4, 5], null],
  ['never while there are new bests', '{ patience: 1 }', [5, 4, 3, 2, 1], null],
  ['at the first epoch without a new best', '{ patience: 1 }', [5, 4, 4.5, 1], 3],
  ['at the third epoch in a row without a new best', '{ patience: 3 }', [5, 4, 6, 6, 6, 1], 5],
  ['and counts from the last new best', '{ patience: 3 }', [5, 6, 6, 4, 6, 6, 5, 1], 7],
  ['and does not count an equal figure as a new best', '{ patience: 2 }', [4, 4, 4, 1], 3],
])('a training stops %s', async (_, earlyStopping, validation, expected) => {
  expect(await stoppedAfter(earlyStopping, validation)).toBe(expected);
});

it.each<[string, [perplexity: number, bleu?: number][], number[]]>([
  ['perplexity decides until an epoch has a BLEU', [[9], [7], [8]], [1, 2, 2]],
  ['the highest BLEU decides from then on', [[9], [7, 10], [8, 12], [5, 11]], [1, 2, 3, 3]],
  ['an epoch without BLEU is no better than one with', [[9, 10], [5], [6, 11]], [1, 1, 3]],
  [
    'an equal BLEU is no new best',
    [
      [9, 10],
      [5, 10],
    ],
    [1, 1],
  ],
])('where BLEU decides, %s', async (_, validations, bests) => {
  const training = await trainingOf('training.earlyStopping={ patience: 2 }');
  let progress: TrainingProgress = START;
  const found = validations.map(([value, bleu]) => {
    const validation = { value, predictions: 1, meanNll: null, ...(bleu !== undefined && { bleu }) };
    progress = afterEpoch(progress, validation, BLEU, 0);
    expect(stopsEarly(training, progress)).toBe(progress.epochs - (progress.best?.epoch ?? 0) >= 2);
    return progress.best?.epoch;
  });
  expect(found).toEqual(bests);
});
