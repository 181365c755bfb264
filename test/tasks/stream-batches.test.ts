import { describe, expect, it } from 'vitest';
import { WindowSource } from '../../src/corpus/windows.js';
import { randomBounds, streamBatches } from '../../src/tasks/stream-batches.js';
import { trainingOf } from '../training/training-of.js';

/** A stream whose token at every position is that position. */
const counting = (length: number) => ({
  length,
  read: (position: number, count: number) => Int32Array.from({ length: count }, (_, i) => position + i),
});

describe('passes of windows of one length', () => {
  it('passes of windows of one length are all the same', async () => {
    const training = await trainingOf('training.batchSize=3', 'training.bptt=7');
    const passes = streamBatches(training, counting(100));
    const source = new WindowSource(counting(100), { batchSize: 3, bptt: 7, tail: 'drop' });
    for (const pass of [0, 1, 5]) {
      expect(passes.batchesIn(pass)).toBe(4);
      for (let inPass = 0; inPass < 4; inPass++) {
        expect(passes.stepsOf(pass, inPass)).toBe(7);
        expect(passes.batch(pass, inPass)).toEqual({ ...source.window(inPass), rows: null });
      }
    }
  });
});

describe('passes of windows of random lengths', () => {
  it('passes of windows of random lengths read every step of every column once, within the bounds of the pass', async () => {
    const randomBptt = 'training.randomBptt={ halve: 0.3, deviation: 2, minimum: 2 }';
    const training = await trainingOf(
      'training.batchSize=3',
      'training.bptt=7',
      randomBptt,
      'training.seed=9',
    );
    const passes = streamBatches(training, counting(301));
    // 100 tokens a column, so 99 steps. The passes may be asked for in any order.
    for (const pass of [0, 2, 1, 0]) {
      const bounds = randomBounds({ halve: 0.3, deviation: 2, minimum: 2 }, { seed: 9, pass, bptt: 7 }, 99);
      expect(passes.batchesIn(pass)).toBe(bounds.length - 1);
      const inputs: number[][] = [[], [], []];
      for (let inPass = 0; inPass < passes.batchesIn(pass); inPass++) {
        const window = passes.batch(pass, inPass);
        expect(window.steps).toBe(bounds[inPass + 1] - bounds[inPass]);
        expect(passes.stepsOf(pass, inPass)).toBe(window.steps);
        expect(passes.predictionsOf(pass, inPass)).toBe(window.targets.length);
        expect(passes.startsFromZero(pass, inPass)).toBe(inPass === 0);
        for (const [index, token] of window.inputs.entries()) inputs[index % 3].push(token);
        expect(window.targets).toEqual(window.inputs.map((token) => token + 1));
      }
      const end = bounds.at(-1) ?? 0;
      expect(inputs).toEqual(
        [0, 1, 2].map((column) => Array.from({ length: end }, (_, t) => 100 * column + t)),
      );
    }
  });
});
