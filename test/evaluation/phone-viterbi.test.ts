/** Compares the Viterbi search with all paths of small cases. */
import { describe, expect, it } from 'vitest';
import type { PhoneHmm } from '../../src/evaluation/phone-hmm.js';
import { viterbiPhones } from '../../src/evaluation/phone-viterbi.js';
import { normalized } from '../../src/predictors/network-predictor.js';
import { randomNumbers } from '../ops/arrays.js';

const CLASSES = 3;
const NEVER = Number.NEGATIVE_INFINITY;

type Numbers = readonly number[];

/** A model whose parts are given by functions of phones. */
function hmmOf({
  bias = () => 0,
  first = () => 0,
  next = () => 0,
  last = () => 0,
  stay = () => 0,
  leave = () => 0,
  least = () => 1,
}: {
  bias?: (phone: number) => number;
  first?: (phone: number) => number;
  next?: (from: number, to: number) => number;
  last?: (phone: number) => number;
  stay?: (phone: number) => number;
  leave?: (phone: number) => number;
  least?: (phone: number) => number;
} = {}): PhoneHmm {
  const each = (of: (phone: number) => number) =>
    Float64Array.from({ length: CLASSES }, (_, phone) => of(phone));
  return {
    classes: CLASSES,
    emissionBias: each(bias),
    logFirst: each(first),
    logNext: Float64Array.from({ length: CLASSES ** 2 }, (_, at) =>
      next(Math.floor(at / CLASSES), at % CLASSES),
    ),
    logLast: each(last),
    logStay: each(stay),
    logLeave: each(leave),
    minFrames: Int32Array.from(each(least)),
  };
}

function randomCase(seed: number, frames: number) {
  const random = randomNumbers(seed);
  const logProb = () => Math.log(random());
  const scores = Float64Array.from({ length: frames * CLASSES }, () => 4 * random());
  const hmm = hmmOf({
    bias: random,
    first: logProb,
    next: logProb,
    last: logProb,
    stay: logProb,
    leave: logProb,
    least: () => 1 + Math.floor(3 * random()),
  });
  return { frames: { values: normalized(scores, CLASSES), classes: CLASSES }, hmm };
}

/** Every way to divide frames among phones, of the least number of frames each: pairs of a phone and its frames. */
function* allPaths(frames: number, least: Numbers): Generator<[phone: number, frames: number][]> {
  if (frames === 0) yield [];
  for (let phone = 0; phone < CLASSES; phone++) {
    for (let count = Math.max(1, least[phone]); count <= frames; count++)
      for (const others of allPaths(frames - count, least)) yield [[phone, count], ...others];
  }
}

/** The score of a path, from its definition. */
function scoreOf(
  path: readonly (readonly [number, number])[],
  { frames, hmm }: ReturnType<typeof randomCase>,
) {
  const length = frames.values.length / CLASSES;
  let [t, score] = [0, 0];
  for (const [index, [phone, count]] of path.entries()) {
    score += index === 0 ? hmm.logFirst[phone] : hmm.logNext[path[index - 1][0] * CLASSES + phone];
    for (let n = 0; n < count; n++, t++)
      score += frames.values[t * CLASSES + phone] + hmm.emissionBias[phone];
    score += (count - Math.min(hmm.minFrames[phone], length)) * hmm.logStay[phone] + hmm.logLeave[phone];
  }
  return score + hmm.logLast[path[path.length - 1][0]];
}

function likeliestOfAll(small: ReturnType<typeof randomCase>): number[] {
  const length = small.frames.values.length / CLASSES;
  const least = Array.from(small.hmm.minFrames, (count) => Math.min(count, length));
  let [best, bestScore] = [[] as number[], NEVER];
  for (const path of allPaths(length, least)) {
    const score = scoreOf(path, small);
    if (score > bestScore) [best, bestScore] = [path.map(([phone]) => phone), score];
  }
  return best;
}

describe.each([1, 2, 3, 4, 6])('of %d frames', (length) => {
  it('the search finds the phones of the likeliest of all paths', () => {
    const lengths = new Set<number>();
    for (let seed = 1; seed <= 60; seed++) {
      const small = randomCase(seed, length);
      const found = viterbiPhones(small.frames, small.hmm);
      expect(found, `seed ${seed}`).toEqual(likeliestOfAll(small));
      lengths.add(found.length);
    }
    // Otherwise the cases would tell nothing about transitions.
    if (length > 3) expect(lengths.size).toBeGreaterThan(2);
  });
});

/** Frames of which one phone each is much likelier. */
const sure = (...phones: Numbers) => ({
  values: Float64Array.from(phones.flatMap((phone) => [0, 1, 2].map((k) => (k === phone ? 0 : -2)))),
  classes: CLASSES,
});

it('a short run of another phone is smoothed away where a change of phones is rare', () => {
  const wavering = sure(0, 0, 1, 0, 0, 2, 2, 2);
  expect(viterbiPhones(wavering, hmmOf({ next: () => -0.5 }))).toEqual([0, 1, 0, 2]);
  expect(viterbiPhones(wavering, hmmOf({ next: () => -1.5 }))).toEqual([0, 2]);
  expect(viterbiPhones(wavering, hmmOf({ least: () => 2 }))).toEqual([0, 2]);
});

it('a phone follows itself only after its least number of frames', () => {
  // To enter a phone again is likelier than to stay in it.
  const hmm = hmmOf({ stay: () => -1, least: () => 2 });
  expect(viterbiPhones(sure(0, 0, 0, 0), hmm)).toEqual([0, 0]);
  expect(viterbiPhones(sure(0, 0, 0), hmm)).toEqual([0]);
});

it('an utterance of one frame has the likeliest phone, also where phones have more frames at least', () => {
  expect(viterbiPhones(sure(1), hmmOf())).toEqual([1]);
  expect(viterbiPhones(sure(1), hmmOf({ least: () => 3 }))).toEqual([1]);
  expect(viterbiPhones(sure(2, 2), hmmOf({ least: () => 3 }))).toEqual([2]);
  // The phones before and after it count as well.
  expect(viterbiPhones(sure(1), hmmOf({ first: (phone) => (phone === 2 ? 0 : -3) }))).toEqual([2]);
});

it('a phone that may never occur is not found, however likely it is at its frames', () => {
  const hmm = hmmOf({
    bias: (phone) => (phone === 2 ? NEVER : 0),
    first: (phone) => (phone === 2 ? NEVER : 0),
    next: (_from, to) => (to === 2 ? NEVER : 0),
  });
  const frames = { values: Float64Array.of(-9, -8, 0, -8, -9, 0), classes: CLASSES };
  expect(viterbiPhones(frames, hmm)).toEqual([1, 0]);
});

describe('of equally likely paths', () => {
  const level = (length: number) => ({
    values: new Float64Array(length * CLASSES).fill(-1),
    classes: CLASSES,
  });

  it('the one that stays in the first phone is taken', () => {
    expect(viterbiPhones(level(4), hmmOf())).toEqual([0]);
    expect(viterbiPhones(level(4), hmmOf({ least: () => 2 }))).toEqual([0]);
  });

  it('the first of the phones that may come before is taken', () => {
    // The last frame is phone 2, which may not stand at the beginning nor be kept.
    const last = { values: Float64Array.of(-1, -1, -1, -5, -5, 0), classes: CLASSES };
    expect(viterbiPhones(last, hmmOf({ first: (phone) => (phone === 2 ? NEVER : 0) }))).toEqual([0, 2]);
  });
});
