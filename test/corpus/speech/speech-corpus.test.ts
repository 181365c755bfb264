import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WrongKindError } from '../../../src/corpus/manifest-record.js';
import { PreparedCorpus } from '../../../src/corpus/prepared.js';
import { SpeechCorpus } from '../../../src/corpus/speech/speech-corpus.js';
import { prepareSmallCorpus, SMALL_CORPUS } from '../../small-corpus.js';
import { writeSpeech } from '../../speech/write-speech.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';

describe('a prepared speech corpus', () => {
  it('has features, labels and phones of each utterance, which fit each other', async () => {
    const folder = tempFolder();
    const corpus = await SpeechCorpus.open(folder, await writeSpeech(folder));
    expect(corpus.features).toBe(6);
    expect(corpus.phones).toEqual(['sil', 'a', 'i', 'u', 's', 't', 'm', 'q']);
    expect(corpus.isAligned).toBe(true);
    expect(corpus.frameSeconds).toBe(0.01);
    expect(corpus.scoring.classes.at(-1)).toBeNull();
    for (const [split, length] of [
      ['train', 24],
      ['valid', 6],
      ['test', 6],
    ] as const) {
      const source = corpus.split(split);
      expect(source.length).toBe(length);
      for (let index = 0; index < length; index++) {
        const { features, labels, phones } = source.read(index);
        expect(source.name(index)).toBe(`${split}-${index}`);
        expect(features.length).toBe(6 * source.frames[index]);
        expect(labels?.length).toBe(source.frames[index]);
        // No phone follows itself, so the labels without repetitions are the phones.
        expect(labels?.filter((label, at) => at === 0 || label !== labels[at - 1])).toEqual(phones);
        expect(phones.length).toBe(source.phoneCounts[index]);
        expect(source.readLabels(index)).toEqual({ labels, phones });
      }
    }
    corpus.close();
  });

  it('without alignment has no labels', async () => {
    const folder = tempFolder();
    const corpus = await SpeechCorpus.open(folder, await writeSpeech(folder, { aligned: false }));
    expect(corpus.isAligned).toBe(false);
    expect(corpus.split('test').read(0).labels).toBeNull();
    corpus.close();
  });

  it('reads the same numbers whatever is read before', async () => {
    const folder = tempFolder();
    const corpus = await SpeechCorpus.open(folder, await writeSpeech(folder));
    const source = corpus.split('train');
    const later = source.read(7);
    source.read(23);
    source.read(0);
    expect(source.read(7)).toEqual(later);
    corpus.close();
  });

  it.each(['global', 'speaker'] as const)('has mean 0 and variance 1 in train (%s)', async (normalize) => {
    const folder = tempFolder();
    const corpus = await SpeechCorpus.open(folder, await writeSpeech(folder, { normalize }));
    const source = corpus.split('train');
    // Speakers alternate.
    const groups = normalize === 'global' ? [[0, 1]] : [[0], [1]];
    for (const group of groups) {
      const own = Array.from({ length: source.length }, (_, i) => i).filter((i) => group.includes(i % 2));
      const values = own.flatMap((index) => Array.from(source.read(index).features));
      for (let feature = 0; feature < 6; feature++) {
        const column = values.filter((_, at) => at % 6 === feature);
        const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
        const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length;
        expect(mean).toBeCloseTo(0, 5);
        expect(variance).toBeCloseTo(1, 5);
      }
    }
    corpus.close();
  });

  it('normalizes valid by the mean and variance of train under "global"', async () => {
    const folder = tempFolder();
    const raw = await SpeechCorpus.open(folder, await writeSpeech(folder, { name: 'raw' }));
    const choices = { name: 'global', normalize: 'global' } as const;
    const normalized = await SpeechCorpus.open(folder, await writeSpeech(folder, choices));
    // The same line maps train and valid: it is found from two values of train.
    const [x, y] = [raw, normalized].map((corpus) => corpus.split('train').read(0).features);
    const slope = (y[6] - y[0]) / (x[6] - x[0]);
    const [u, v] = [raw, normalized].map((corpus) => corpus.split('valid').read(3).features);
    for (let row = 0; row < u.length; row += 6) expect(v[row]).toBeCloseTo(y[0] + slope * (u[row] - x[0]), 4);
    raw.close();
    normalized.close();
  });

  it('is refused when a file is damaged, with the command that makes it again', async () => {
    const folder = tempFolder();
    const name = await writeSpeech(folder);
    const path = join(folder, name, 'valid.features.bin');
    const bytes = readFileSync(path);
    bytes[100] ^= 1;
    writeFileSync(path, bytes);
    const fault = await faultOf(SpeechCorpus.open(folder, name));
    expect(fault.message).toMatch(/valid\.features\.bin is damaged: its SHA-256 is/);
    expect(fault.cures).toEqual(['Prepare the corpus again: `zlm prepare speech spoken …`.']);
    truncateSync(path, 8);
    expect((await faultOf(SpeechCorpus.open(folder, name))).message).toMatch(/it has 8 bytes, but/);
  });

  it('is refused when its manifest was changed', async () => {
    const folder = tempFolder();
    const name = await writeSpeech(folder);
    const path = join(folder, name, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"aligned": true', '"aligned": false'));
    const fault = await faultOf(SpeechCorpus.open(folder, name));
    expect(fault.message).toMatch(/manifest\.json is damaged: its checksum shows/);
    expect(fault.cures[0]).toContain('zlm prepare speech spoken');
    appendFileSync(path, 'x');
    expect((await faultOf(SpeechCorpus.open(folder, name))).message).toContain('not JSON');
  });

  it('and a text for language models are not confused', async () => {
    const folder = tempFolder();
    await prepareSmallCorpus(folder);
    const name = await writeSpeech(folder);
    const wrong = await faultOf(SpeechCorpus.open(folder, SMALL_CORPUS));
    expect(wrong).toBeInstanceOf(WrongKindError);
    expect(wrong.message).toContain('is a text for language models, but a speech corpus is needed');
    expect((await faultOf(PreparedCorpus.open(folder, name))).message).toContain('is a speech corpus, but');
  });

  it('that is missing is named with the command that makes it', async () => {
    const fault = await faultOf(SpeechCorpus.open(tempFolder(), 'flite'));
    expect(fault.cures[0]).toBe('Prepare it: `zlm prepare flite`.');
  });
});
