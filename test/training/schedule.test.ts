import { describe, expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { learningRateSpans } from '../../src/training/plan.js';
import { learningRateOf } from '../../src/training/schedule.js';
import { ROOT } from '../cli/capture.js';
import { networkOf } from '../spec/spec-files.js';

/** A shipped spec. */
async function specOf(name: string, overrides: readonly string[] = []): Promise<NetworkSpec> {
  return networkOf((await loadSpec(`${ROOT}/configs/${name}.yaml`, overrides)).spec);
}

/** Section 4.1 of the paper: epochs, epochs at 1, and what the learning rate is divided by in each one after. */
describe.each([
  ['small', 13, 4, 2],
  ['medium', 39, 6, 1.2],
  ['large', 55, 14, 1.15],
])('the learning rate of %s', (name, epochs, flat, divisor) => {
  it(`the learning rate is 1 for ${flat} of ${epochs} epochs, and divided by ${divisor} in each one after`, async () => {
    const { training } = await specOf(name);
    expect(training.epochs).toBe(epochs);
    let expected = 1;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      if (epoch > flat) expected /= divisor;
      expect(learningRateOf(training, epoch, []) / expected, `epoch ${epoch}`).toBeCloseTo(1, 12);
    }
  });

  it('the learning rate is shown with the flat epochs joined', async () => {
    const spans = learningRateSpans(await specOf(name), []);
    expect(spans[0]).toEqual({ firstEpoch: 1, lastEpoch: flat, learningRate: 1 });
    expect(spans).toHaveLength(1 + epochs - flat);
    expect(spans[1]).toMatchObject({ firstEpoch: flat + 1, lastEpoch: flat + 1 });
    expect(spans.at(-1)?.lastEpoch).toBe(epochs);
  });
});

it('a constant schedule has one learning rate', async () => {
  const spec = await specOf('small', ['training.schedule={constant: {}}']);
  expect(learningRateOf(spec.training, 13, [])).toBe(1);
  expect(learningRateSpans(spec, [])).toEqual([{ firstEpoch: 1, lastEpoch: 13, learningRate: 1 }]);
});

it.each([
  ['sgd: { learningRate: 2 }', 2],
  ['averagedSgd: { learningRate: 30 }', 30],
  ['adam: { learningRate: 0.003 }', 0.003],
  ['rmsprop: { learningRate: 0.02 }', 0.02],
])('the schedule of %s begins with its learning rate', async (optimizer, expected) => {
  const { training } = await specOf('small', [`training.optimizer={${optimizer}}`]);
  expect(learningRateOf(training, 1, [])).toBe(expected);
  expect(learningRateOf(training, 5, [])).toBe(expected / 2);
});

describe('a plateau schedule', () => {
  it.each<[string, string, number[], number[]]>([
    [
      'halves after every epoch without a new best',
      '{}',
      [9, 8, 8, 8.5, 7, 7.5],
      [1, 1, 1, 0.5, 0.25, 0.25, 0.125],
    ],
    ['leaves a first epoch alone', '{}', [9], [1, 1]],
    [
      'bears patience epochs in a row, and restarts the count after a fall',
      '{ patience: 1 }',
      [9, 9, 9, 9, 9, 8, 9, 9],
      [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125],
    ],
    ['restarts the count after an improvement', '{ patience: 1 }', [9, 9, 8, 8, 7, 7], [1, 1, 1, 1, 1, 1, 1]],
    [
      'asks for an improvement by the threshold on the best before',
      '{ threshold: 0.1, factor: 0.1 }',
      // 91 is 9% better than 100; 82 is 10% better than 91.11 but not than 91; 60 is better.
      [100, 91, 82, 60],
      [1, 1, 0.1, 0.01, 0.01],
    ],
  ])('a plateau schedule %s', async (_, plateau, validation, expected) => {
    const { training } = await specOf('small', [`training.schedule={plateau: ${plateau}}`]);
    const found = expected.map((_rate, index) =>
      learningRateOf(training, index + 1, validation.slice(0, index)),
    );
    expect(found.map((rate) => Number(rate.toPrecision(12)))).toEqual(expected);
    // What came later does not change an epoch's rate.
    expect(expected.map((_rate, index) => learningRateOf(training, index + 1, validation))).toEqual(found);
  });

  it('a plateau schedule is planned as if every epoch were better', async () => {
    const spec = await specOf('small', ['training.schedule={plateau: {}}']);
    expect(learningRateSpans(spec, [])).toEqual([{ firstEpoch: 1, lastEpoch: 13, learningRate: 1 }]);
    expect(learningRateSpans(spec, [9, 8, 8])).toEqual([{ firstEpoch: 4, lastEpoch: 13, learningRate: 0.5 }]);
  });
});

describe('a cosine schedule', () => {
  it.each([
    ['0', 4, [1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2]],
    ['0.2', 2, [1, 0.6]],
    ['0', 1, [1]],
  ])('a cosine schedule falls towards the fraction %s over %i epochs', async (final, epochs, expected) => {
    const { training } = await specOf('small', [
      `training.schedule={cosine: { final: ${final} }}`,
      `training.epochs=${epochs}`,
    ]);
    expected.forEach((rate, index) => {
      expect(learningRateOf(training, index + 1, []), `epoch ${index + 1}`).toBeCloseTo(rate, 14);
    });
  });
});
