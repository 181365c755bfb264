/** Drawing words by the C kernel: the same words as by sorting all of them, with any number of threads. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../../src/backends/select.js';
import { chooseWord, drawOp, NO_WORD, type Selection } from '../../../src/ops/draw.js';
import { runOp } from '../../../src/ops/op.js';
import { checkDrawn } from '../../../src/sampling/draw.js';
import { randomNumbers } from '../../ops/arrays.js';
import { naiveChoice, rowsOfLogits, SELECTIONS, withBans } from '../../ops/naive-choice.js';
import { activate, BACKEND_OPTIONS, whyNot } from '../each-backend.js';
import { CC, NEEDS_CC, runProgram } from './compiled.js';

const obstacle = whyNot('native');
const random = randomNumbers(3);
const UNIFORMS = Float64Array.from([2 ** -33, 1 - 2 ** -33, ...Array.from({ length: 9 }, random)]);

async function drawWords(logits: tf.Tensor2D, selection: Selection, uniforms: Float64Array) {
  const [drawn] = runOp(drawOp, { logits }, { ...selection, uniforms });
  return (await drawn.data()) as Int32Array;
}

function rowOf(logits: Float32Array): tf.Tensor2D {
  return tf.tensor2d(logits, [1, logits.length]);
}

describe.skipIf(obstacle)(['the draw kernel', obstacle].filter(Boolean).join(', '), () => {
  beforeAll(() => activate('native'));

  const cases = rowsOfLogits(random).flatMap(([kind, logits]) =>
    SELECTIONS.map(([way, selection]) => ({ kind, way, logits, selection })),
  );
  it.each(cases)('draws the words that sorting would choose: $kind, $way', async ({ logits, selection }) => {
    for (const chosen of [selection, withBans(selection, logits)]) {
      const drawn = await drawWords(rowOf(logits), chosen, UNIFORMS);
      expect([...drawn]).toEqual([...UNIFORMS].map((uniform) => naiveChoice(logits, chosen, uniform)));
    }
  });

  it.each(cases)(
    'the kernel draws from a nucleus as by sorting: $kind, $way',
    async ({ logits, selection }) => {
      for (const topP of [1e-6, 0.3, 0.9, 1]) {
        for (const chosen of [selection, withBans(selection, logits)]) {
          const nucleus = { ...chosen, topP };
          const drawn = await drawWords(rowOf(logits), nucleus, UNIFORMS);
          expect([...drawn], `topP ${topP}`).toEqual(
            [...UNIFORMS].map((uniform) => chooseWord(logits, nucleus, uniform)),
          );
        }
      }
    },
  );

  it('draws from each row by its own random number, with any number of threads', async () => {
    const words = 1009;
    const values = Float32Array.from({ length: words * UNIFORMS.length }, () => 9 * random());
    const logits = tf.tensor2d(values, [UNIFORMS.length, words]);
    for (const [, selection] of SELECTIONS) {
      const expected = [...UNIFORMS].map((uniform, n) =>
        naiveChoice(values.subarray(n * words, (n + 1) * words), selection, uniform),
      );
      for (const threads of [1, 2, 3]) {
        await activateBackend('native', { ...BACKEND_OPTIONS, threads });
        expect([...(await drawWords(logits, selection, UNIFORMS))]).toEqual(expected);
      }
    }
  });

  it('leaves the logits unchanged', async () => {
    const [, logits] = rowsOfLogits(random)[3];
    const tensor = rowOf(logits.slice());
    await drawWords(tensor, { temperature: 1, topK: 7, topP: 0.5, banned: Int32Array.of(3) }, UNIFORMS);
    expect(tensor.dataSync()).toEqual(logits);
  });

  it('refuses logits that are not numbers', async () => {
    const selection = { temperature: 1, topK: null, banned: Int32Array.of(0) };
    const logits = tf.tensor2d([1, Number.NaN, Number.NaN], [1, 3]);
    const drawn = await drawWords(logits, selection, UNIFORMS);
    expect(new Set(drawn)).toEqual(new Set([NO_WORD]));
    expect(() => checkDrawn(drawn)).toThrow('its parameters are not numbers');
  });
});

it.skipIf(!CC)(`the exponential of doubles is right to the last digits${NEEDS_CC}`, () => {
  const { error, values } = runProgram('exponential.c') as { error: number; values: string[] };
  expect(error).toBeLessThan(1e-15);
  expect(values).toEqual(['1', '0', '0', '0', '0']); // at 0, −709, −1e300, −∞, NaN
});
