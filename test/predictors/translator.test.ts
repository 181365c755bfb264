/** Checks that a translator which reads a target word by word gives it the probability that it has as a whole. */
import { expect, it } from 'vitest';
import { sideBySide } from '../../src/corpus/pairs.js';
import type { SourceShape } from '../../src/model/architecture.js';
import { networkTranslator } from '../../src/predictors/translator.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { lstmLayers, plainArchitecture, uniformModel } from '../model/small-models.js';
import { expectClose } from '../ops/arrays.js';

const WORDS = 7;
const SOURCES = [
  [1, 2, 3],
  [4, 5],
  [6, 1, 2],
].map((ids) => Int32Array.from(ids));
const TARGETS = [
  [2, 6, 1, 3],
  [5, 1, 4, 4],
  [3, 3, 1, 6],
].map((ids) => Int32Array.from(ids));

function translatorWith(source: SourceShape) {
  const layers = lstmLayers(6, 5);
  return networkTranslator(
    uniformModel(plainArchitecture({ vocabularySize: WORDS, embedding: 4, layers, source }), 0.9, 3),
  );
}

/** The negative log-likelihood of each word of a target, as in training. */
async function asWhole(translator: ReturnType<typeof translatorWith>, pair: number): Promise<number[]> {
  const targets = TARGETS[pair];
  const inputs = Int32Array.of(0, ...targets.subarray(0, -1));
  const rows = Int32Array.from(targets.keys());
  const shape = { steps: SOURCES[pair].length + targets.length, sourceSteps: SOURCES[pair].length, batch: 1 };
  return [...(await translator.nll({ ...shape, source: SOURCES[pair], inputs, targets, rows }))];
}

describeEachBackend('a translator on %s', () => {
  it.each([
    ['shared', 'none'],
    ['separate', 'none'],
    ['separate', 'dot'],
    ['separate', 'general'],
  ] as const)(
    'a %s stack with attention %s gives words one by one what they have as a whole',
    async (stack, attention) => {
      const translator = translatorWith({
        vocabularySize: stack === 'shared' ? null : WORDS,
        stack,
        attention,
      });
      // The columns come from two reads of different lengths, and change their order at every step.
      const first = translator.read(sideBySide([SOURCES[0], SOURCES[2]]), 2);
      const second = translator.read(sideBySide([SOURCES[1]]), 1);
      let pairs = [0, 2, 1];
      let state = translator.join(first, second);
      const found = TARGETS.map((): number[] => []);
      for (let t = 0; t < TARGETS[0].length; t++) {
        const words = Int32Array.from(pairs, (pair) => (t === 0 ? 0 : TARGETS[pair][t - 1]));
        const { likeliest, state: after } = await translator.next(words, state, WORDS);
        for (const [row, pair] of pairs.entries()) {
          const ids = likeliest.ids.subarray(row * WORDS, (row + 1) * WORDS);
          found[pair].push(-likeliest.logProbs[row * WORDS + ids.indexOf(TARGETS[pair][t])]);
        }
        translator.release(state);
        state = translator.select(after, Int32Array.of(2, 0, 1));
        translator.release(after);
        pairs = [pairs[2], pairs[0], pairs[1]];
      }
      for (const pair of TARGETS.keys())
        expectClose(found[pair], await asWhole(translator, pair), 1e-5, 1e-6);
      for (const left of [first, second, state]) translator.release(left);
      translator.dispose();
      expect(found.flat().every(Number.isFinite)).toBe(true);
    },
  );
});
