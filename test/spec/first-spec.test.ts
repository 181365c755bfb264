/** First specs fit the corpora that they are made for, whatever their size. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type CorpusSize, firstSpec } from '../../src/spec/first-spec.js';
import { assertFitsCorpus, loadSpec } from '../../src/spec/load.js';
import { isNgram } from '../../src/spec/systems.js';
import { sharedFolder } from '../temp-folder.js';

const folder = sharedFolder();

/** Loads a first spec as its user does, without faults and warnings. */
async function loaded(corpus: CorpusSize) {
  const path = join(folder, 'first.yaml');
  writeFileSync(path, firstSpec(corpus));
  const found = await loadSpec(path);
  expect(found.warnings).toEqual([]);
  expect(found.spec.corpus).toBe(corpus.name);
  return found;
}

const text = (trainTokens: number, validTokens: number, unit: 'word' | 'character' = 'word'): CorpusSize => ({
  kind: 'text',
  name: 'mine',
  unit,
  vocabulary: 50,
  trainTokens,
  validTokens,
});

const SIZES = [2, 3, 5, 20, 41, 42, 99, 100, 719, 720, 1000, 12_345, 199_999, 200_000, 929_589, 3e6, 2e8];

it.each(
  SIZES.flatMap((size) => [text(size, Math.max(2, Math.floor(size / 10))), text(size, 2, 'character')]),
)(
  'the first spec of a text of $trainTokens and $validTokens tokens, by the $unit, fits it',
  async (corpus) => {
    const found = await loaded(corpus);
    expect(isNgram(found.spec)).toBe(false);
    assertFitsCorpus(found, corpus as CorpusSize & { kind: 'text' });
  },
);

it('networks grow with the text, and read no more than a few million tokens', async () => {
  const widths = [];
  for (const size of [50_000, 1e6, 1e8]) {
    const { spec } = await loaded(text(size, size / 10));
    if ('training' in spec) {
      const { epochs, windowsPerEpoch, batchSize, bptt } = spec.training;
      const perEpoch = windowsPerEpoch === null ? size : windowsPerEpoch * batchSize * bptt;
      expect(epochs * perEpoch).toBeLessThan(1.3e7);
      widths.push(spec.model.embedding);
    }
  }
  expect(widths).toEqual([100, 200, 300]);
});

it('where a split has one token, the first spec counts n-grams', async () => {
  const { spec } = await loaded(text(50, 1));
  expect('ngram' in spec.model).toBe(true);
});

it.each([1, 7, 25, 17_145, 1e6])('the first spec of %d pairs translates', async (pairs) => {
  const { spec } = await loaded({ kind: 'parallel', name: 'mine', pairs });
  expect(spec).toMatchObject({ task: { translation: { attention: 'general' } } });
});

it.each([
  [true, 'framewise'],
  [false, 'ctc'],
] as const)(
  'the first spec of speech takes the loss that its labels allow: aligned %s, %s',
  async (isAligned, loss) => {
    for (const utterances of [1, 8, 5000]) {
      const found = await loaded({ kind: 'speech', name: 'mine', isAligned, utterances, seconds: 60 });
      expect(found.spec).toMatchObject({ task: { speech: { loss } } });
      assertFitsCorpus(found, { name: 'mine', isAligned });
    }
  },
);

it('a name that YAML would read as a number is quoted', async () => {
  await loaded({ ...text(1000, 100), name: '2024' });
  await loaded({ kind: 'parallel', name: 'null', pairs: 100 });
});

it('each key that may be changed has a comment', () => {
  const lines = firstSpec(text(1e6, 1e5)).split('\n');
  const commented = lines.filter((line) => line.includes('#'));
  expect(commented.length).toBeGreaterThanOrEqual(10);
});
