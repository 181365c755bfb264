import { expect, it } from 'vitest';
import { stopsEarly } from '../../src/training/schedule.js';
import { trainingOf } from './training-of.js';

/** Returns the number of epochs after which the training is over, or null when all of them are trained. */
async function stoppedAfter(earlyStopping: string, validation: readonly number[]): Promise<number | null> {
  const training = await trainingOf(`training.earlyStopping=${earlyStopping}`);
  const epochs = [0, ...validation.keys()].map((_, index) => index);
  return epochs.find((count) => stopsEarly(training, validation.slice(0, count))) ?? null;
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
