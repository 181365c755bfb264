import { describe, expect, it } from 'vitest';
import { chooseWord, likeliestWords, NO_WORD, type Selection } from '../../src/ops/draw.js';
import { randomNumbers } from './arrays.js';
import { naiveChoice, rowsOfLogits, SELECTIONS, withBans } from './naive-choice.js';

const LOGITS = [0.5, 2, -1, 1.2, 0];
const DRAW: Selection = { temperature: 1, topK: null, banned: Int32Array.of() };

function softmax(values: readonly number[], temperature: number): number[] {
  const weights = values.map((value) => Math.exp(value / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** How often each word is chosen when the uniform number runs evenly from 0 to 1. */
function frequencies(values: readonly number[], selection: Selection): number[] {
  const draws = 10_000;
  const counts = new Array<number>(values.length).fill(0);
  for (let i = 0; i < draws; i++) counts[chooseWord(values, selection, (i + 0.5) / draws)]++;
  return counts.map((count) => count / draws);
}

/** The distribution over some words of {@link LOGITS} alone. */
function softmaxOf(ids: readonly number[]): number[] {
  const shares = softmax(
    ids.map((id) => LOGITS[id]),
    1,
  );
  return LOGITS.map((_, id) => (ids.includes(id) ? shares[ids.indexOf(id)] : 0));
}

function expectFrequencies(actual: readonly number[], expected: readonly number[]): void {
  expected.forEach((probability, id) => {
    expect(Math.abs(actual[id] - probability), `word ${id}`).toBeLessThan(2e-4);
  });
}

describe('chooseWord', () => {
  it.each([0.3, 1, 2.5])('chooseWord chooses by softmax(logits / T), T = %d', (temperature) => {
    expectFrequencies(frequencies(LOGITS, { ...DRAW, temperature }), softmax(LOGITS, temperature));
  });

  it('chooseWord chooses from the k likeliest only', () => {
    const [a, b] = softmax([2, 1.2], 1);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topK: 2 }), [0, a, 0, b, 0]);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topK: 1 }), [0, 1, 0, 0, 0]);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topK: 99 }), softmax(LOGITS, 1));
  });

  it('chooseWord chooses from the fewest likeliest words whose probability reaches topP', () => {
    const [a, b, c] = softmax([2, 1.2, 0.5], 1);
    const shares = softmax(LOGITS, 1);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topP: shares[1] }), [0, 1, 0, 0, 0]);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topP: shares[1] + 0.01 }), softmaxOf([1, 3]));
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topP: shares[1] + shares[3] + 0.01 }), [c, a, 0, b, 0]);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, topP: 1 }), shares);
    expect(frequencies([3, 3], { ...DRAW, topP: 0.5 })).toEqual([1, 0]);
  });

  it('chooseWord chooses from the nucleus as sorting would, within the k likeliest', () => {
    const random = randomNumbers(8);
    for (const [kind, logits] of rowsOfLogits(random)) {
      for (const topP of [1e-6, 0.3, 0.9]) {
        for (const [way, selection] of SELECTIONS) {
          const nucleus = { ...selection, topP };
          const uniform = random();
          expect(chooseWord(logits, nucleus, uniform), `${kind}, ${way}, ${topP}`).toBe(
            naiveChoice(logits, nucleus, uniform),
          );
        }
      }
    }
  });

  it('chooseWord never chooses a banned word, which does not count among the k likeliest', () => {
    const [a, b, c, d] = softmax([0.5, -1, 1.2, 0], 1);
    expectFrequencies(frequencies(LOGITS, { ...DRAW, banned: Int32Array.of(1) }), [a, 0, b, c, d]);
    const [e, f] = softmax([0.5, 1.2], 1);
    const selection = { ...DRAW, banned: Int32Array.of(1), topK: 2 };
    expectFrequencies(frequencies(LOGITS, selection), [e, 0, 0, f, 0]);
  });

  it('chooseWord takes the likeliest at temperature 0, and the first of equals', () => {
    for (const uniform of [1e-9, 0.5, 1 - 1e-9]) {
      expect(chooseWord(LOGITS, { ...DRAW, temperature: 0 }, uniform)).toBe(1);
      expect(chooseWord(LOGITS, { ...DRAW, temperature: 0, banned: Int32Array.of(1) }, uniform)).toBe(3);
      expect(chooseWord([1, 2, 2, 0], { ...DRAW, temperature: 0 }, uniform)).toBe(1);
    }
  });

  it('chooseWord handles logits of any size', () => {
    expect(chooseWord([1e30, -1e30, 0], DRAW, 0.999)).toBe(0);
    expect(chooseWord([1000, 999], { ...DRAW, temperature: 1e-3 }, 1 - 1e-12)).toBe(0);
    expect([0, 1]).toContain(chooseWord([5, 5], DRAW, 1 - 2 ** -33));
  });

  it('chooseWord finds no word when no logit is a number', () => {
    expect(chooseWord([Number.NaN, Number.NaN], DRAW, 0.5)).toBe(NO_WORD);
    expect(chooseWord([Number.NaN, 1], { ...DRAW, banned: Int32Array.of(1) }, 0.5)).toBe(NO_WORD);
    expect(chooseWord([Number.NaN, 1], DRAW, 0.5)).toBe(1);
  });

  const random = randomNumbers(5);
  const cases = rowsOfLogits(random).flatMap(([kind, logits]) =>
    SELECTIONS.map(([way, selection]) => ({ kind, way, logits, selection })),
  );
  it.each(cases)('chooseWord chooses as sorting would: $kind, $way', ({ logits, selection }) => {
    for (const chosen of [selection, withBans(selection, logits)]) {
      for (const uniform of [2 ** -33, 1 - 2 ** -33, random(), random(), random()]) {
        expect(chooseWord(logits, chosen, uniform)).toBe(naiveChoice(logits, chosen, uniform));
      }
    }
  });
});

describe('likeliestWords', () => {
  it.each([1, 2, 7, 39])('likeliestWords returns the %d words that a sort puts first', (k) => {
    const random = randomNumbers(k);
    const logits = Array.from({ length: 40 }, () => Math.round(10 * random()));
    const ids = Int32Array.from({ length: 40 }, (_, id) => id);
    const sorted = [...ids].sort((a, b) => logits[b] - logits[a] || a - b).slice(0, k);
    expect(new Set(likeliestWords(ids, logits, k))).toEqual(new Set(sorted));
  });
});
