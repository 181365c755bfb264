/** Text of any kind takes time in proportion to its length: measured by growth, not by the speed of this machine. */
import { describe, expect, it } from 'vitest';
import { splitSentences } from '../../src/corpus/english.js';
import { type Normalization, normalizeLine } from '../../src/corpus/normalize.js';
import { readPrompt } from '../../src/sampling/prompt.js';
import { SpecError } from '../../src/spec/diagnostics.js';
import { parseOverride } from '../../src/spec/overrides.js';
import { corpusOf } from '../sampling/corpus-of-text.js';

const TREEBANK: Normalization = { normalize: 'nfc', lowerCase: true, numbers: 'N', punctuation: 'treebank' };
const KEPT: Normalization = { ...TREEBANK, punctuation: 'keep' };

/** Texts to repeat between two letters: every mark of a rule, and pairs of them. */
const RUNS = [
  ...'/\'-.,:%°!?"(_;$£&#5aA1 \u0301\u00a0',
  ...['.,', ",'", '/.', "'s", "n't", '%.', '!)', '."', '(1', 'a.', 'A-', '1.', 'a!', '[[', '.5', '" '],
];

/** How many times longer a text of eight times the length takes: 8 where time is linear, 64 where it is quadratic. */
function growth(work: (text: string) => unknown, textOf: (length: number) => string): number {
  const [short, long] = [textOf(16_000), textOf(128_000)];
  let least = Number.POSITIVE_INFINITY;
  // Other programs, the compiler and the garbage collector disturb single measurements, but not all of them.
  for (let attempt = 0; attempt < 10 && least > LINEAR; attempt++) {
    least = Math.min(
      least,
      milliseconds(() => work(long)) /
        Math.max(
          milliseconds(() => work(short)),
          1,
        ),
    );
  }
  return least;
}

/** Between the 8 of linear time and the 64 of quadratic time. */
const LINEAR = 30;

function milliseconds(work: () => unknown): number {
  // Processor time, since other programs run at the same time.
  const start = process.cpuUsage();
  work();
  return process.cpuUsage(start).user / 1000;
}

const WORKS: readonly [what: string, work: (text: string) => unknown][] = [
  ['words as in the Treebank', (text) => normalizeLine(text, { unit: 'word', ...TREEBANK })],
  ['words as they are', (text) => normalizeLine(text, { unit: 'word', ...KEPT })],
  ['characters as in the Treebank', (text) => normalizeLine(text, { unit: 'character', ...TREEBANK })],
  ['characters as they are', (text) => normalizeLine(text, { unit: 'character', ...KEPT })],
  ['sentences', splitSentences],
  ['the key of an override', (text) => attempt(() => parseOverride(`${text}=5`))],
  ['the value of an override', (text) => attempt(() => parseOverride(`model.init=${text}`))],
];

/** Most of these texts are not overrides. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
  }
}

describe.each(WORKS)('%s', (_, work) => {
  it.each(RUNS)('the time for a run of %j is linear in its length', (run) => {
    const between = (start: string, end: string) => (length: number) =>
      start + run.repeat(length / run.length) + end;
    expect(growth(work, between('a', 'b'))).toBeLessThan(LINEAR);
    expect(growth(work, between('', ''))).toBeLessThan(LINEAR);
    expect(growth(work, between('a', '. B'))).toBeLessThan(LINEAR);
  });
});

it.each(RUNS)('the time to read a prompt with a run of %j is linear in its length', async (run) => {
  const corpus = await corpusOf('we must act\n');
  const work = (text: string) => readPrompt(text, corpus);
  expect(growth(work, (length) => `we${run.repeat(length / run.length)}b`)).toBeLessThan(LINEAR);
});
