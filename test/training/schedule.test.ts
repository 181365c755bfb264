import { describe, expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import { learningRateSpans } from '../../src/training/plan.js';
import { learningRateOf } from '../../src/training/schedule.js';
import { ROOT } from '../cli/capture.js';

/** Section 4.1 of the paper: epochs, epochs at 1, and what the learning rate is divided by in each one after. */
describe.each([
  ['small', 13, 4, 2],
  ['medium', 39, 6, 1.2],
  ['large', 55, 14, 1.15],
])('the learning rate of %s', (name, epochs, flat, divisor) => {
  it(`is 1 for ${flat} of ${epochs} epochs, and divided by ${divisor} in each one after`, async () => {
    const { training } = (await loadSpec(`${ROOT}/configs/${name}.yaml`)).spec;
    expect(training.epochs).toBe(epochs);
    let expected = 1;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      if (epoch > flat) expected /= divisor;
      expect(learningRateOf(training, epoch) / expected, `epoch ${epoch}`).toBeCloseTo(1, 12);
    }
  });

  it('is shown with the flat epochs joined', async () => {
    const spans = learningRateSpans((await loadSpec(`${ROOT}/configs/${name}.yaml`)).spec);
    expect(spans[0]).toEqual({ firstEpoch: 1, lastEpoch: flat, learningRate: 1 });
    expect(spans).toHaveLength(1 + epochs - flat);
    expect(spans[1]).toMatchObject({ firstEpoch: flat + 1, lastEpoch: flat + 1 });
    expect(spans.at(-1)?.lastEpoch).toBe(epochs);
  });
});

it('a constant schedule has one learning rate', async () => {
  const { spec } = await loadSpec(`${ROOT}/configs/small.yaml`, ['training.schedule={constant: {}}']);
  expect(learningRateOf(spec.training, 13)).toBe(1);
  expect(learningRateSpans(spec)).toEqual([{ firstEpoch: 1, lastEpoch: 13, learningRate: 1 }]);
});
