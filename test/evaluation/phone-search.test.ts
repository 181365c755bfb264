/** Compares the searches of phones with all paths of small cases. */
import { describe, expect, it } from 'vitest';
import {
  bestPath,
  likeliestClasses,
  prefixBeamSearch,
  withoutRepetitions,
} from '../../src/evaluation/phone-search.js';
import { normalized } from '../../src/predictors/network-predictor.js';
import { randomNumbers } from '../ops/arrays.js';

const CLASSES = 3;
const BLANK = CLASSES - 1;

function framesOf(seed: number, frames: number, sharpness = 3) {
  const random = randomNumbers(seed);
  const scores = Float64Array.from({ length: frames * CLASSES }, () => sharpness * random());
  return { values: normalized(scores, CLASSES), classes: CLASSES };
}

const collapsed = (path: readonly number[]) => withoutRepetitions(path).filter((label) => label !== BLANK);

/** Every label sequence with the summed probability of its paths, the likeliest first. */
function allSequences({ values }: ReturnType<typeof framesOf>): [labels: string, probability: number][] {
  const frames = values.length / CLASSES;
  const sums = new Map<string, number>();
  for (let number = 0; number < CLASSES ** frames; number++) {
    const path = Array.from({ length: frames }, (_, t) => Math.floor(number / CLASSES ** t) % CLASSES);
    const logProb = path.reduce((sum, label, t) => sum + values[t * CLASSES + label], 0);
    const key = collapsed(path).join();
    sums.set(key, (sums.get(key) ?? 0) + Math.exp(logProb));
  }
  return [...sums].sort((a, b) => b[1] - a[1]);
}

it('a wide beam finds the labels whose paths have the most probability together', () => {
  let differ = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const frames = framesOf(seed, 6);
    const [[likeliest]] = allSequences(frames);
    expect(prefixBeamSearch(frames, 1000).join()).toBe(likeliest);
    if (bestPath(frames).join() !== likeliest) differ += 1;
  }
  // Otherwise the cases would tell nothing about the difference.
  expect(differ).toBeGreaterThan(0);
});

it('a narrow beam never finds labels that are likelier than those of a wide one', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const frames = framesOf(seed, 7, 2);
    const probabilities = new Map(allSequences(frames));
    const found = [1, 2, 4, 1000].map(
      (beam) => probabilities.get(prefixBeamSearch(frames, beam).join()) ?? 0,
    );
    expect(Math.max(...found)).toBe(found[3]);
  }
});

describe('the best path', () => {
  const oneHot = (path: readonly number[]) => ({
    values: Float64Array.from(path.flatMap((label) => [0, 1, 2].map((k) => (k === label ? 0 : -20)))),
    classes: CLASSES,
  });

  it.each([
    [
      [0, 0, 2, 0, 1, 1, 2],
      [0, 0, 1],
    ],
    [[2, 2, 2], []],
    [
      [0, 1, 0],
      [0, 1, 0],
    ],
    [[1, 1, 1], [1]],
  ])('%j has the labels %j: repetitions are removed, then blanks', (path, labels) => {
    expect(bestPath(oneHot(path))).toEqual(labels);
    expect(prefixBeamSearch(oneHot(path), 2)).toEqual(labels);
  });
});

it('of equally likely classes, the first is taken', () => {
  expect([...likeliestClasses({ values: Float64Array.of(-1, -1, -2, -3, -1, -1), classes: 3 })]).toEqual([
    0, 1,
  ]);
});
