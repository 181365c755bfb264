import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CORE_TEST_SPEAKERS, DEVELOPMENT_SPEAKERS } from '../../../src/corpus/speech/formats/timit.js';
import { type PrepareSpeechOptions, prepareSpeech } from '../../../src/corpus/speech/prepare.js';
import { SpeechCorpus } from '../../../src/corpus/speech/speech-corpus.js';
import { tempFolder } from '../../temp-folder.js';
import { faultOf } from '../tiny-corpus.js';
import { sphereBytes, tones, wavBytes } from './audio-files.js';
import {
  festvoxText,
  htkText,
  type Phones,
  phnText,
  SAMPLES,
  TIMIT_PHONES,
  UTTERANCES,
  wavOf,
  write,
  writeKaldi,
  writePairs,
  writeTimit,
  writeTimitDisc,
} from './folders.js';

/** Few features, since the tests are not about them. */
const FEATURES = { mels: 8, deltas: 0 } as const;

type Choices = Omit<PrepareSpeechOptions, 'name' | 'dataFolder'>;

async function prepared(folder: string, choices: Choices): Promise<SpeechCorpus> {
  const dataFolder = join(folder, 'data');
  await prepareSpeech({ name: 'mine', dataFolder, features: FEATURES, ...choices });
  return await SpeechCorpus.open(dataFolder, 'mine');
}

/** Prepares one folder for all three splits. */
const same = (folder: string, format: Choices['format'], more: Partial<Choices> = {}) =>
  prepared(folder, {
    format,
    train: join(folder, 'in'),
    valid: join(folder, 'in'),
    test: join(folder, 'in'),
    ...more,
  });

const spoken = (corpus: SpeechCorpus, utterance: number) =>
  [...corpus.split('train').read(utterance).phones].map((id) => corpus.phones[id]);

/** The phones of frames, without repetitions. */
function heard(corpus: SpeechCorpus, utterance: number): string[] {
  const labels = [...(corpus.split('train').read(utterance).labels ?? [])].map((id) => corpus.phones[id]);
  return labels.filter((label, at) => label !== labels[at - 1]);
}

describe('a folder in the form of TIMIT', () => {
  const disc = (folder: string, more: Partial<Choices> = {}) =>
    prepared(folder, {
      format: 'timit',
      train: join(folder, 'TRAIN'),
      valid: join(folder, 'TEST'),
      test: join(folder, 'TEST'),
      ...more,
    });

  it('has its sentences by speaker, without SA1, in SPHERE and with q left out', async () => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    const corpus = await disc(folder);
    const train = corpus.split('train');
    const names = Array.from({ length: train.length }, (_, index) => train.name(index));
    expect(names).toEqual(['fcjf0-si648', 'fcjf0-sx37', 'mdac0-si648', 'mdac0-sx37']);
    expect(corpus.manifest.splits.train).toMatchObject({ utterances: 4, speakers: 2, phones: 28 });
    expect(corpus.phones.length).toBe(48);
    expect(spoken(corpus, 0)).toEqual(['sil', 'sh', 'iy', 'ae', 'vcl', 'd', 'sil']);
    expect(heard(corpus, 0)).toEqual(spoken(corpus, 0));
    corpus.close();
  });

  it('has for each frame the phone at its center, and divides q between its neighbors', async () => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    const corpus = await disc(folder);
    const labels = [...(corpus.split('train').read(0).labels ?? [])].map((id) => corpus.phones[id]);
    // Each of the eight phones has 1000 samples; q is the fourth, and its middle is at 3500.
    const ends = [1000, 2000, 3500, 5000, 6000, 7000, 8000];
    const expected = labels.map((_, frame) => {
      const center = 160 * frame + 200;
      return ['sil', 'sh', 'iy', 'ae', 'vcl', 'd', 'sil'][ends.findIndex((end) => center < end)];
    });
    expect(labels.length).toBe(49);
    expect(labels).toEqual(expected);
    corpus.close();
  });

  it.each([
    ['timit61', 61, ['h#', 'sh', 'iy', 'q', 'ae', 'dcl', 'd', 'h#']],
    ['timit39', 39, ['sil', 'sh', 'iy', 'ae', 'sil', 'd', 'sil']],
    ['as-is', 7, ['h#', 'sh', 'iy', 'q', 'ae', 'dcl', 'd', 'h#']],
  ] as const)('has the classes of --phones %s, scored as 39', async (phones, count, sequence) => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    const corpus = await disc(folder, { phones });
    expect(corpus.phones.length).toBe(count);
    expect(spoken(corpus, 1)).toEqual(sequence);
    expect(corpus.scoring.folding).toBe('timit');
    const scored = sequence.map((phone) => corpus.scoring.classes[corpus.phones.indexOf(phone)]);
    expect(scored.filter((phone) => phone !== null)).toEqual(['sil', 'sh', 'iy', 'ae', 'sil', 'd', 'sil']);
    corpus.close();
  });

  it('is tested on the core test set and validated on the development set, both from its folder of test', async () => {
    const folder = tempFolder();
    const others = ['MZZZ0', 'FZZZ0'];
    writeTimitDisc(
      folder,
      [...CORE_TEST_SPEAKERS, ...DEVELOPMENT_SPEAKERS, ...others].map((s) => s.toUpperCase()),
    );
    const corpus = await disc(folder, { valid: undefined });
    expect(corpus.manifest.splits.test).toMatchObject({ utterances: 24, speakers: 24 });
    expect(corpus.manifest.splits.valid).toMatchObject({ utterances: 50, speakers: 50 });
    expect(corpus.split('test').name(0)).toMatch(new RegExp(`^(${CORE_TEST_SPEAKERS.join('|')})-sx12$`));
    corpus.close();
  });

  it('without the speakers of the development set needs a folder for valid', async () => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    const fault = await faultOf(disc(folder, { valid: undefined }));
    expect(fault.message).toMatch(/TEST lacks speakers of TIMIT's development set, which would be valid$/);
  });

  it('is not made again from the same files with the same options', async () => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    (await disc(folder)).close();
    const choices = { format: 'timit', train: join(folder, 'TRAIN'), valid: join(folder, 'TEST') } as const;
    const again = {
      name: 'mine',
      dataFolder: join(folder, 'data'),
      features: FEATURES,
      test: join(folder, 'TEST'),
    };
    expect((await prepareSpeech({ ...choices, ...again })).alreadyPrepared).toBe(true);
    const fault = await faultOf(prepareSpeech({ ...choices, ...again, normalize: 'speaker' }));
    expect(fault.message).toMatch(/normalize: "global", now "speaker"/);
    writeTimit(join(folder, 'TRAIN'), 'DR2/MNEW0/SX1');
    expect((await faultOf(prepareSpeech({ ...choices, ...again }))).message).toMatch(
      /TRAIN \(12 files\).*now TRAIN \(14 files\)/,
    );
    expect(
      (await prepareSpeech({ ...choices, ...again, force: true })).manifest.splits.train.utterances,
    ).toBe(5);
    // Neither the corpus nor its folder has what only the preparation needed.
    expect(readdirSync(join(folder, 'data'))).toEqual(['mine']);
    expect(readdirSync(join(folder, 'data/mine')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  const damage: [string, (folder: string) => void, RegExp][] = [
    ['labels without audio', (f) => rmSync(join(f, 'SX37.WAV')), /SX37\.PHN has no partner "sx37\.wav"$/],
    ['audio without labels', (f) => rmSync(join(f, 'SX37.PHN')), /SX37\.WAV has no partner "sx37\.phn"$/],
    ['an empty label file', (f) => writeFileSync(join(f, 'SX37.PHN'), ''), /SX37\.PHN is empty/],
    [
      'labels of blanks',
      (f) => writeFileSync(join(f, 'SX37.PHN'), ' \n\n'),
      /SX37\.PHN: The utterance has no phones$/,
    ],
    [
      'an unknown phone',
      (f) => writeFileSync(join(f, 'SX37.PHN'), phnText(['h#', 'xx', 'h#'])),
      /SX37\.PHN:2: The phone "xx" is not among the 48 that are known$/,
    ],
    [
      'labels past the end of the audio',
      (f) => appendFileSync(join(f, 'SX37.PHN'), '8000 8161 h#\n'),
      /SX37\.PHN:9: The label "h#" ends 161 samples past the end of the audio, which has 8000 samples$/,
    ],
    [
      'a gap',
      (f) => writeFileSync(join(f, 'SX37.PHN'), '0 4000 h#\n4200 8000 iy\n'),
      /SX37\.PHN:2: There is a gap of 200 samples before "iy"$/,
    ],
    [
      'an overlap',
      (f) => writeFileSync(join(f, 'SX37.PHN'), '0 4000 h#\n3800 8000 iy\n'),
      /SX37\.PHN:2: "iy" begins 200 samples before the end of the label before$/,
    ],
    [
      'labels that end early',
      (f) => writeFileSync(join(f, 'SX37.PHN'), '0 4000 h#\n4000 6000 iy\n'),
      /SX37\.PHN:2: The labels end 2000 samples before the audio$/,
    ],
    [
      'a time that is none',
      (f) => writeFileSync(join(f, 'SX37.PHN'), '0 x h#\n'),
      /SX37\.PHN:1: "x" is no time$/,
    ],
    [
      'a line of two words',
      (f) => writeFileSync(join(f, 'SX37.PHN'), '0 8000\n'),
      /SX37\.PHN:1: Expected "FIRST LAST PHONE", but the line has 2 words$/,
    ],
    [
      'a span that ends before it begins',
      (f) => writeFileSync(join(f, 'SX37.PHN'), '0 4000 h#\n4000 3900 iy\n'),
      /SX37\.PHN:2: The phone "iy" ends before it begins$/,
    ],
    [
      'labels that are not UTF-8',
      (f) => writeFileSync(join(f, 'SX37.PHN'), Buffer.from('0 8000 \xe4h\n', 'latin1')),
      /SX37\.PHN:1: The byte E4 is not UTF-8 in this place/,
    ],
    [
      'audio that is cut off',
      (f) => writeFileSync(join(f, 'SX37.WAV'), sphereBytes(tones(SAMPLES)).subarray(0, 9000)),
      /SX37\.WAV, byte \d+: The header claims 16000 bytes of samples, but 7976 are left$/,
    ],
    [
      'audio of another rate',
      (f) => writeFileSync(join(f, 'SX37.WAV'), wavBytes(tones(SAMPLES), { rate: 8000 })),
      /SX37\.WAV has 8000 samples per second, but .*SI648\.WAV has 16000; a corpus has one rate$/,
    ],
    [
      'audio shorter than a frame',
      (f) => writeFileSync(join(f, 'SX37.WAV'), wavBytes(tones(399))),
      /SX37\.WAV: The utterance has 399 samples, but a frame 400$/,
    ],
  ];
  it.each(damage)('with %s is refused with file and line', async (_what, damageIn, message) => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    damageIn(join(folder, 'TRAIN/DR1/FCJF0'));
    const fault = await faultOf(disc(folder));
    expect(fault.message).toMatch(message);
    expect(readdirSync(join(folder, 'data'))).toEqual([]);
  });

  it('with two files of one name in different case is refused', async () => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    write(join(folder, 'TRAIN/DR1/FCJF0/sx37.wav'), wavOf(TIMIT_PHONES));
    expect((await faultOf(disc(folder))).message).toMatch(/Two utterances have the name "dr1\/fcjf0\/sx37"/);
  });

  it('may miss the end of the audio and other labels by a frame', async () => {
    const folder = tempFolder();
    writeTimitDisc(folder);
    write(join(folder, 'TRAIN/DR1/FCJF0/SX37.PHN'), '0 4000 h#\n4100 6000 iy\n5900 8100 h#\n');
    const corpus = await disc(folder);
    expect(heard(corpus, 1)).toEqual(['sil', 'iy', 'sil']);
    corpus.close();
  });
});

describe('a data folder of Kaldi', () => {
  it('has the phones of its text, and no times', async () => {
    const folder = tempFolder();
    writeKaldi(join(folder, 'in'));
    const corpus = await same(folder, 'kaldi');
    expect(corpus.isAligned).toBe(false);
    expect(corpus.phones).toEqual(['a', 'i', 's', 'sil', 't']);
    expect(corpus.scoring).toEqual({ folding: 'none', classes: corpus.phones });
    expect(corpus.manifest.splits.train).toMatchObject({ utterances: 3, speakers: 2, phones: 13 });
    expect(spoken(corpus, 1)).toEqual(UTTERANCES['anna-2']);
    corpus.close();
  });

  it('cuts recordings by its segments', async () => {
    const folder = tempFolder();
    const data = writeKaldi(join(folder, 'in'));
    write(join(data, 'wav.scp'), 'rec audio/anna-1.wav\n');
    write(join(data, 'segments'), 'anna-1 rec 0 0.2\nanna-2 rec 0.2 0.45\nbo-1 rec 0.45 0.5\n');
    const corpus = await same(folder, 'kaldi');
    // 0.2 s are 3200 samples: a window of 400, and 18 steps of 160 until the end.
    expect([...corpus.split('train').frames]).toEqual([19, 24, 4]);
    corpus.close();
  });

  const damage: [string, (data: string) => void, RegExp][] = [
    [
      'a command',
      (d) => write(join(d, 'wav.scp'), 'anna-1 sph2pipe x.wav |\n'),
      /wav\.scp:1: The audio comes from a command/,
    ],
    [
      'an archive',
      (d) => write(join(d, 'wav.scp'), 'anna-1 a.ark:12\n'),
      /wav\.scp:1: The audio is in an archive of Kaldi/,
    ],
    [
      'a repeated name',
      (d) => appendFileSync(join(d, 'text'), 'bo-1 sil\n'),
      /Two utterances have the name "bo-1": .*text:3 and .*text:4$/,
    ],
    [
      'an unknown recording',
      (d) => appendFileSync(join(d, 'text'), 'bo-2 sil\n'),
      /text:4: The utterance "bo-2" is not in wav\.scp$/,
    ],
    ['no phones', (d) => write(join(d, 'text'), 'anna-1\n'), /text:1: The utterance "anna-1" has no phones$/],
    [
      'no text',
      (d) => write(join(d, 'text'), 'anna-1 sil a\n'),
      /text: The utterance "anna-2" has no line here$/,
    ],
    [
      'no speaker',
      (d) => write(join(d, 'utt2spk'), 'anna-1 anna\n'),
      /text:2: The utterance "anna-2" is not in utt2spk$/,
    ],
    [
      'a segment past the end',
      (d) => write(join(d, 'segments'), 'anna-1 anna-1 0 0.6\nanna-2 anna-2 0 0.5\nbo-1 bo-1 0 0.5\n'),
      /segments:1: The segment "anna-1" ends at 0\.6 s, but .*anna-1\.wav at 0\.500 s$/,
    ],
    ['a list that is missing', (d) => rmSync(join(d, 'utt2spk')), /utt2spk/],
    ['audio that is missing', (d) => rmSync(join(d, 'audio/bo-1.wav')), /bo-1\.wav.*no such file/],
  ];
  it.each(damage)('with %s is refused with file and line', async (_what, damageIn, message) => {
    const folder = tempFolder();
    damageIn(writeKaldi(join(folder, 'in')));
    expect((await faultOf(same(folder, 'kaldi'))).message).toMatch(message);
  });
});

describe("a folder with HTK's labels", () => {
  it('has phones with times in 100 ns', async () => {
    const folder = tempFolder();
    writePairs(join(folder, 'in'), htkText);
    const corpus = await same(folder, 'htk');
    expect(corpus.isAligned).toBe(true);
    expect(spoken(corpus, 1)).toEqual(UTTERANCES['anna-2']);
    expect(heard(corpus, 1)).toEqual(UTTERANCES['anna-2']);
    corpus.close();
  });

  it('may have no times', async () => {
    const folder = tempFolder();
    writePairs(join(folder, 'in'), (phones) => htkText(phones, false));
    const corpus = await same(folder, 'htk');
    expect(corpus.isAligned).toBe(false);
    expect(spoken(corpus, 2)).toEqual(UTTERANCES['bo-1']);
    corpus.close();
  });

  /** Writes audio, and labels in one file. */
  const writeMaster = (
    folder: string,
    entries: Readonly<Record<string, Phones>> = UTTERANCES,
    end = '.\n',
  ) => {
    for (const [name, phones] of Object.entries(UTTERANCES))
      write(join(folder, `${name}.wav`), wavOf(phones));
    const text = Object.entries(entries).map(([name, phones]) => `"*/${name}.lab"\n${htkText(phones)}${end}`);
    write(join(folder, 'all.mlf'), `#!MLF!#\n${text.join('')}`);
  };

  it('may have them in a master label file', async () => {
    const folder = tempFolder();
    writeMaster(join(folder, 'in'));
    const corpus = await same(folder, 'htk');
    expect(heard(corpus, 0)).toEqual(UTTERANCES['anna-1']);
    expect(heard(corpus, 2)).toEqual(UTTERANCES['bo-1']);
    corpus.close();
  });

  it('takes the first of several alternatives', async () => {
    const folder = tempFolder();
    writeMaster(join(folder, 'in'), UTTERANCES, '///\n0 5000000 x\n.\n');
    const corpus = await same(folder, 'htk');
    expect(corpus.phones).not.toContain('x');
    corpus.close();
  });

  it('with an entry that is missing, too many, or open is refused', async () => {
    const folder = tempFolder();
    const master = join(folder, 'in');
    const { 'bo-1': bo, ...others } = UTTERANCES;
    writeMaster(master, others);
    expect((await faultOf(same(folder, 'htk'))).message).toMatch(
      /bo-1\.wav has no labels in the master label file$/,
    );
    writeMaster(master, { ...UTTERANCES, 'cy-1': bo });
    expect((await faultOf(same(folder, 'htk'))).message).toMatch(/all\.mlf:21: There is no file "cy-1\.wav"/);
    writeMaster(master, { 'anna-1': bo }, '');
    expect((await faultOf(same(folder, 'htk'))).message).toMatch(
      /all\.mlf:2: No line with a dot ends the labels of "anna-1"$/,
    );
    write(join(master, 'all.mlf'), 'x\n');
    expect((await faultOf(same(folder, 'htk'))).message).toMatch(
      /all\.mlf:1: The first line is not "#!MLF!#"$/,
    );
  });

  it('with times in some lines only is refused', async () => {
    const folder = tempFolder();
    writePairs(join(folder, 'in'), (phones) => `${htkText(phones)}x\n`);
    expect((await faultOf(same(folder, 'htk'))).message).toMatch(
      /anna-1\.lab:5: The line has no times, but others have$/,
    );
  });
});

describe("a folder with festvox's labels", () => {
  it('has phones that begin where the ones before end', async () => {
    const folder = tempFolder();
    writePairs(join(folder, 'in'), festvoxText);
    const corpus = await same(folder, 'festvox');
    expect(corpus.isAligned).toBe(true);
    expect(heard(corpus, 0)).toEqual(UTTERANCES['anna-1']);
    expect(corpus.manifest.splits.train.speakers).toBe(1);
    corpus.close();
  });

  it('without a line "#", or with a phone that train does not have, is refused', async () => {
    const folder = tempFolder();
    writePairs(join(folder, 'in'), festvoxText);
    writePairs(join(folder, 'other'), festvoxText, { x: ['sil', 'zz', 'sil'] });
    const fault = await faultOf(same(folder, 'festvox', { test: join(folder, 'other') }));
    expect(fault.message).toMatch(/x\.lab:5: The phone "zz" is not among the 5 that are known$/);
    write(join(folder, 'in/lab/bo-1.lab'), '0.5 125 sil\n');
    expect((await faultOf(same(folder, 'festvox'))).message).toMatch(/bo-1\.lab: There is no line "#"/);
  });
});

it('a folder without utterances, without valid, or with a reserved name is refused', async () => {
  const folder = tempFolder();
  write(join(folder, 'in/readme.txt'), 'x');
  expect((await faultOf(same(folder, 'festvox'))).message).toMatch(
    /in has no utterances: no file ends in "\.wav"$/,
  );
  const options = { name: 'flite', dataFolder: folder, format: 'htk', train: folder, test: folder } as const;
  expect((await faultOf(prepareSpeech(options))).message).toMatch(/The name "flite" belongs to the corpus/);
  expect((await faultOf(prepareSpeech({ ...options, name: 'x' }))).message).toBe(
    'There is no folder for valid',
  );
  const missing = { ...options, name: 'x', valid: folder, train: join(folder, 'none') };
  expect((await faultOf(prepareSpeech(missing))).message).toMatch(/none.*no such file or folder/);
});

it('an interrupted preparation leaves nothing', async () => {
  const folder = tempFolder();
  writeTimitDisc(folder);
  const [train, test] = [join(folder, 'TRAIN'), join(folder, 'TEST')];
  const dataFolder = join(folder, 'data');
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  const options = { name: 'mine', dataFolder, format: 'timit', train, valid: test, test } as const;
  const fault = await faultOf(prepareSpeech({ ...options, onProgress, signal: stop.signal }));
  expect(fault.kind).toBe('interrupted');
  expect(() => readFileSync(join(dataFolder, 'mine/manifest.json'))).toThrow('ENOENT');
});
