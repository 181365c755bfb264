import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BleuStatistics, corpusBleu, formatBleu, tokenize13a } from '../../src/metrics/bleu.js';
import { ChrfStatistics, corpusChrf, formatChrf } from '../../src/metrics/chrf.js';
import { fixed } from '../../src/metrics/python-text.js';

/** What sacreBLEU gives for sentences `first` to, not including, `end`. */
interface Case {
  readonly first: number;
  readonly end: number;
  readonly lowerCase: boolean;
  readonly bleu: number;
  readonly counts: readonly number[];
  readonly totals: readonly number[];
  readonly bleuText: string;
  readonly chrf: number;
  readonly chrfText: string;
}

const GOLDEN: {
  readonly pairs: readonly (readonly [hypothesis: string, reference: string])[];
  readonly tokens: readonly string[];
  readonly signatures: readonly (readonly [lowerCase: boolean, bleu: string, chrf: string])[];
  readonly cases: readonly Case[];
} = JSON.parse(readFileSync(new URL('../golden/metrics/sacrebleu.json', import.meta.url), 'utf8'));

function textsOf({ first, end }: Case): [hypotheses: string[], references: string[]] {
  const pairs = GOLDEN.pairs.slice(first, end);
  return [pairs.map(([hypothesis]) => hypothesis), pairs.map(([, reference]) => reference)];
}

/** The last bits of a logarithm or an exponential differ between C libraries and V8. */
const LAST_BITS = 1e-12;

it('the tokens of 400 sentences are those of the 13a tokenizer of sacreBLEU', () => {
  for (const [index, [, reference]] of GOLDEN.pairs.entries()) {
    expect(tokenize13a(reference).join(' ')).toBe(GOLDEN.tokens[index]);
  }
});

it('BLEU of 300 corpora, of one to 400 sentences, equals that of sacreBLEU', () => {
  expect(GOLDEN.cases.length).toBeGreaterThan(290);
  for (const one of GOLDEN.cases) {
    const bleu = corpusBleu(...textsOf(one), one);
    expect(bleu.matches).toEqual(one.counts);
    expect(bleu.totals).toEqual(one.totals);
    expect(Math.abs(bleu.score - one.bleu)).toBeLessThanOrEqual(LAST_BITS * one.bleu);
    expect(formatBleu(bleu).replace(`|${bleu.signature}`, '')).toBe(one.bleuText);
  }
});

it('chrF2 of 300 corpora, of one to 400 sentences, equals that of sacreBLEU', () => {
  for (const one of GOLDEN.cases) {
    const chrf = corpusChrf(...textsOf(one), one);
    expect(Math.abs(chrf.score - one.chrf)).toBeLessThanOrEqual(LAST_BITS * one.chrf);
    expect(formatChrf(chrf).replace(`|${chrf.signature}`, '')).toBe(one.chrfText);
  }
});

it('signatures are those of sacreBLEU', () => {
  expect(GOLDEN.signatures.map(([lowerCase]) => lowerCase)).toEqual([false, true]);
  for (const [lowerCase, bleu, chrf] of GOLDEN.signatures) {
    expect(corpusBleu([], [], { lowerCase }).signature).toBe(bleu);
    expect(corpusChrf([], [], { lowerCase }).signature).toBe(chrf);
  }
});

it('scores can be read while sentences are still added', () => {
  const [bleu, chrf] = [new BleuStatistics(), new ChrfStatistics()];
  for (const [index, [hypothesis, reference]] of GOLDEN.pairs.slice(0, 5).entries()) {
    bleu.add(hypothesis, reference);
    chrf.add(hypothesis, reference);
    const [hypotheses, references] = textsOf({ ...GOLDEN.cases[0], first: 0, end: index + 1 });
    expect(bleu.score()).toEqual(corpusBleu(hypotheses, references));
    expect(chrf.score()).toEqual(corpusChrf(hypotheses, references));
  }
});

it('hypotheses without references are refused', () => {
  expect(() => corpusBleu(['a', 'b'], ['a'])).toThrow(RangeError);
  expect(() => corpusChrf([], ['a'])).toThrow(RangeError);
});

it('no sentences at all have the score 0', () => {
  expect(corpusBleu([], []).score).toBe(0);
  expect(corpusChrf([], []).score).toBe(0);
});

it.each([
  [6.25, 1, '6.2'],
  [6.75, 1, '6.8'],
  [0.125, 2, '0.12'],
  [0.375, 2, '0.38'],
  [2.675, 2, '2.67'],
  [-6.25, 1, '-6.2'],
  [100, 2, '100.00'],
  [33.333333333333336, 1, '33.3'],
])('%d with %d places is %s, as in Python', (value, places, text) => {
  expect(fixed(value, places)).toBe(text);
});
