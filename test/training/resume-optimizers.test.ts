/** Checks exact resume with the state of the optimizers, windows of random lengths, and decisions by validations. */
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../src/runs/checkpoint.js';
import { type EpochRow, readMetrics, type WindowsRow } from '../../src/training/metrics.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();

const RANDOM = 'training.randomBptt={ halve: 0.3, deviation: 1, minimum: 2 }';

/** Name, overrides, and the kinds of tensors that the optimizer has at the end. */
const TRAININGS: readonly [string, string[], string[]][] = [
  [
    'sgd',
    [
      RANDOM,
      'training.loss=mean',
      'training.weightDecay=0.001',
      'training.clipValue=0.1',
      'training.clipNorm=null',
    ],
    [],
  ],
  [
    'averaged',
    [RANDOM, 'training.loss=mean', 'training.optimizer={averagedSgd: { learningRate: 5, startEpoch: 2 }}'],
    ['average'],
  ],
  [
    // So long a step that some epochs are worse than those before.
    'triggered',
    ['training.optimizer={averagedSgd: { learningRate: 3, nonMonotonic: 1 }}', 'training.epochs=7'],
    ['average'],
  ],
  [
    'adam',
    [
      RANDOM,
      'training.optimizer={adam: { learningRate: 0.01 }}',
      'training.activationRegularization=2',
      'training.temporalActivationRegularization=1',
    ],
    ['firstMoment', 'secondMoment'],
  ],
  [
    'rmsprop',
    [
      'training.optimizer={rmsprop: { learningRate: 0.05 }}',
      'training.schedule={plateau: { threshold: 0.2 }}',
      'training.epochs=5',
    ],
    ['meanSquare'],
  ],
];

describe.each(TRAININGS)('a training with %s', (name, given, kinds) => {
  const overrides = ['training.schedule={constant: {}}', ...given];

  it('a training that was interrupted in each of its epochs ends in the same bytes', async () => {
    await trainSmall(place, { name: `${name}-whole`, overrides });
    const first = await trainSmall(place, { name, overrides, interruptAt: afterWindows(11) });
    expect(first).toMatchObject({ windows: 11 });
    for (const at of [37, 38, 61, 75]) {
      const { outcome } = await trainSmall(place, { resume: name, interruptAt: afterWindows(at) });
      expect(outcome).toBe('interrupted');
    }
    await trainSmall(place, { resume: name });
    for (const checkpoint of ['last', 'best'] as const) {
      expect(await contentOf(place.run(name), checkpoint)).toEqual(
        await contentOf(place.run(`${name}-whole`), checkpoint),
      );
    }
  });

  it('the state of the optimizer is saved for every parameter', async () => {
    const checkpoint = await readCheckpoint(place.run(name).checkpoint('last'));
    const expected = kinds.flatMap((kind) =>
      [...(checkpoint?.parameters.keys() ?? [])].map((parameter) => `${kind}.${parameter}`),
    );
    expect([...(checkpoint?.optimizer.keys() ?? [])]).toEqual(expected);
  });
});

const rowsOf = async (name: string) => {
  const rows = await readMetrics(place.run(name));
  return {
    windows: rows.filter((row) => row.kind === 'windows') as WindowsRow[],
    epochs: rows.filter((row) => row.kind === 'epoch') as EpochRow[],
  };
};

it('the trigger fires after an epoch that is worse than the older best, and the metrics say so', async () => {
  const { epochs } = await rowsOf('triggered');
  const valid = epochs.map(({ validPerplexity }) => validPerplexity);
  const fired = valid.findIndex(
    (perplexity, index) => perplexity > Math.min(...valid.slice(0, Math.max(0, index - 1))),
  );
  expect(fired).toBeGreaterThan(0);
  expect(epochs.map(({ averaged }) => averaged)).toEqual(valid.map((_, index) => index > fired));
});

it('a mean loss scales the learning rate of a window by its length', async () => {
  const { windows } = await rowsOf('averaged');
  // The learning rate is 5, and so is bptt.
  const rates = new Set(windows.map(({ learningRate }) => learningRate));
  expect(rates.size).toBeGreaterThan(3);
  expect([...rates].every(Number.isInteger)).toBe(true);
});

it('a plateau lowers the learning rate after an epoch that does not improve by the threshold', async () => {
  const { epochs } = await rowsOf('rmsprop');
  let expected = 0.05;
  let best = Number.POSITIVE_INFINITY;
  for (const { learningRate, validPerplexity } of epochs) {
    expect(learningRate).toBeCloseTo(expected, 12);
    if (validPerplexity >= 0.8 * best) expected /= 2;
    best = Math.min(best, validPerplexity);
  }
  expect(expected).toBeLessThan(0.05);
});
