import { describe, expect, it } from 'vitest';
import { averagesInEpoch } from '../../src/training/schedule.js';
import { trainingOf } from './training-of.js';

/** Whether each epoch averages, the one after the last validation included. */
async function averagedEpochs(averagedSgd: string, validation: readonly number[]): Promise<boolean[]> {
  const training = await trainingOf('training.epochs=99', `training.optimizer={averagedSgd: ${averagedSgd}}`);
  return [...validation, null].map((_, index) =>
    averagesInEpoch(training, index + 1, validation.slice(0, index)),
  );
}

/** Epochs that do not average, and from then on those that do. */
const switching = (before: number, after: number) => [
  ...Array<boolean>(before).fill(false),
  ...Array<boolean>(after).fill(true),
];

describe('the non-monotonic trigger', () => {
  it.each<[string, number, number[], boolean[]]>([
    // As in the reference of AWD-LSTM: valid > min(best[:-n]), where best does not yet contain valid.
    ['looks past the last epochs', 2, [9, 8, 7, 7.5, 7.9, 7.6], switching(6, 1)],
    ['fires after the first epoch above the older best', 2, [9, 8, 7, 7.5, 8.1, 6], switching(5, 2)],
    ['needs more epochs than it looks past', 5, [1, 2, 3, 4, 5, 6], switching(7, 0)],
    ['fires with the first epoch that has one to compare with', 5, [1, 2, 3, 4, 5, 6, 7], switching(7, 1)],
    ['does not fire for the very same figure', 1, [5, 5, 5, 5], switching(5, 0)],
    ['compares with the best, not with the last of the older ones', 1, [4, 6, 3.9, 5], switching(4, 1)],
    ['stays on, whatever the averages give', 1, [5, 4, 6, 1, 1, 1], switching(3, 4)],
  ])('the non-monotonic trigger %s', async (_, nonMonotonic, validation, expected) => {
    expect(await averagedEpochs(`{ nonMonotonic: ${nonMonotonic} }`, validation)).toEqual(expected);
  });
});

describe('a given epoch', () => {
  it('averaging begins at a given epoch, whatever the validation says', async () => {
    expect(await averagedEpochs('{ startEpoch: 3 }', [1, 9, 9, 9])).toEqual(switching(2, 3));
    expect(await averagedEpochs('{ startEpoch: 1 }', [1])).toEqual(switching(0, 2));
  });
});

it('other optimizers never average', async () => {
  const training = await trainingOf('training.optimizer={sgd: {}}');
  expect(averagesInEpoch(training, 9, [1, 2, 3, 4, 5, 6, 7, 8])).toBe(false);
});
