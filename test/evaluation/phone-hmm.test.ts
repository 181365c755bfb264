/** Counts of phones and the probabilities made of them, beside those computed by hand. */
import { describe, expect, it } from 'vitest';
import { countPhones, phoneHmm } from '../../src/evaluation/phone-hmm.js';

/** Utterances of which only the phones are read. */
function spoken(...all: readonly (readonly [labels: readonly number[], phones: readonly number[]])[]) {
  return {
    length: all.length,
    readLabels: (utterance: number) => ({
      labels: Int32Array.from(all[utterance][0]),
      phones: Int32Array.from(all[utterance][1]),
    }),
  };
}

/** Two utterances: a a a b b, and b b b b a a a a a with the a spoken twice. */
const TWO = spoken(
  [
    [0, 0, 0, 1, 1],
    [0, 1],
  ],
  [
    [1, 1, 1, 1, 0, 0, 0, 0, 0],
    [1, 0, 0],
  ],
);

const PLAIN = { priorScale: 1, bigramScale: 1, minFrames: 1 };

const [A, B] = [0, 1];

it('frames are counted by their labels, occurrences and pairs by the phones that are spoken', async () => {
  const { frames, occurrences, pairs } = await countPhones(TWO, 3);
  expect([...frames]).toEqual([8, 6, 0]);
  expect([...occurrences]).toEqual([3, 2, 0]);
  // Rows and columns: a, b, the phone that is never spoken, the beginning or end.
  expect([...pairs]).toEqual([1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0]);
});

it('counting stops when it is aborted', async () => {
  const reason = new Error('enough');
  await expect(countPhones(TWO, 3, AbortSignal.abort(reason))).rejects.toBe(reason);
});

it('counting needs the phones of frames', async () => {
  const unaligned = { length: 1, readLabels: () => ({ labels: null, phones: Int32Array.of(0) }) };
  await expect(countPhones(unaligned, 1)).rejects.toThrow('does not tell them');
});

describe('a model of these counts', async () => {
  const counts = await countPhones(TWO, 3);
  const hmm = phoneHmm(counts, PLAIN);

  it('divides by the share of frames, and leaves out a phone that has none', () => {
    expect([...hmm.emissionBias.slice(0, 2)]).toEqual([-Math.log(8 / 14), -Math.log(6 / 14)]);
    expect(hmm.emissionBias[2]).toBe(Number.NEGATIVE_INFINITY);
    expect(phoneHmm(counts, { ...PLAIN, priorScale: 0 }).emissionBias[2]).toBe(Number.NEGATIVE_INFINITY);
  });

  it('smooths bigrams by Witten and Bell', () => {
    // One added to each: a follows 3 times, b 2 times, the end 2 times.
    const [ofA, ofB, ofEnd] = [4 / 10, 3 / 10, 3 / 10];
    // After a: a, b and the end once each, three kinds. After b: a and the end.
    const of = (count: number, kinds: number, share: number, all: number) =>
      Math.log((count + kinds * share) / (all + kinds));
    const close = (found: number, expected: number) => expect(found).toBeCloseTo(expected, 12);
    close(hmm.logNext[A * 3 + A], of(1, 3, ofA, 3));
    close(hmm.logNext[A * 3 + B], of(1, 3, ofB, 3));
    close(hmm.logLast[A], of(1, 3, ofEnd, 3));
    close(hmm.logNext[B * 3 + A], of(1, 2, ofA, 2));
    close(hmm.logNext[B * 3 + B], of(0, 2, ofB, 2));
    close(hmm.logLast[B], of(1, 2, ofEnd, 2));
    close(hmm.logFirst[A], of(1, 2, ofA, 2));
    close(hmm.logFirst[B], of(1, 2, ofB, 2));
    expect(hmm.logNext[A * 3 + 2]).toBe(Number.NEGATIVE_INFINITY);
  });

  it('its probabilities of what follows sum to 1', () => {
    for (const phone of [A, B]) {
      const next = [...hmm.logNext.slice(phone * 3, phone * 3 + 3), hmm.logLast[phone]];
      expect(next.reduce((sum, logProb) => sum + Math.exp(logProb), 0)).toBeCloseTo(1, 12);
      expect(Math.exp(hmm.logStay[phone]) + Math.exp(hmm.logLeave[phone])).toBeCloseTo(1, 12);
    }
  });

  it('has the durations of train: beyond the least frames, a geometric number of them', () => {
    // a has 8 frames in 3 occurrences: 5 that stay and 3 that leave, one added to each.
    expect(hmm.logStay[A]).toBeCloseTo(Math.log(6 / 10), 12);
    // b: 6 in 2, so 4 that stay, and 2 that leave.
    expect(hmm.logLeave[B]).toBeCloseTo(Math.log(3 / 8), 12);
    const longer = phoneHmm(counts, { ...PLAIN, minFrames: 3 });
    // The mean of a is 2⅔ frames, so its least number is 2; the phone without frames has 1.
    expect([...longer.minFrames]).toEqual([2, 3, 1]);
    expect(longer.logStay[A]).toBeCloseTo(Math.log(3 / 7), 12);
    expect(longer.logStay[B]).toBeCloseTo(Math.log(1 / 4), 12);
  });

  it('is scaled by the exponents', () => {
    const scaled = phoneHmm(counts, { ...PLAIN, priorScale: 0.5, bigramScale: 2 });
    expect(scaled.emissionBias[A]).toBeCloseTo(hmm.emissionBias[A] / 2, 12);
    expect(scaled.logNext[A * 3 + B]).toBeCloseTo(2 * hmm.logNext[A * 3 + B], 12);
    expect(scaled.logFirst[B]).toBeCloseTo(2 * hmm.logFirst[B], 12);
    expect(scaled.logLast[B]).toBeCloseTo(2 * hmm.logLast[B], 12);
    expect([...scaled.logStay]).toEqual([...hmm.logStay]);
  });
});

it('a phone with frames that is never among the phones spoken has the frequencies of all after it', async () => {
  const hmm = phoneHmm(await countPhones(spoken([[0, 1], [0]]), 2), PLAIN);
  // One added to each: a follows once, b never, the end once.
  expect(hmm.logNext[B * 2 + A]).toBeCloseTo(Math.log(2 / 5), 12);
  expect(hmm.logNext[B * 2 + B]).toBeCloseTo(Math.log(1 / 5), 12);
});
