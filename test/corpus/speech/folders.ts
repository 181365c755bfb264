/** Small made-up folders of speech in each format, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sphereBytes, tones, wavBytes } from './audio-files.js';

/** Samples of each made-up utterance: half a second. */
export const SAMPLES = 8000;

/** Writes a file and the folders above it. */
export function write(path: string, content: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Phones of an utterance, each as long as the others. */
export type Phones = readonly string[];

/** Returns the ends of phones in samples. */
export function endsOf(phones: Phones): number[] {
  return phones.map((_, index) => Math.round(((index + 1) * SAMPLES) / phones.length));
}

/** Returns the text of a `.PHN` file. */
export function phnText(phones: Phones): string {
  const ends = endsOf(phones);
  return phones.map((phone, index) => `${ends[index - 1] ?? 0} ${ends[index]} ${phone}\n`).join('');
}

/** Returns the text of an HTK label file, with or without times. */
export function htkText(phones: Phones, timed = true): string {
  const ends = endsOf(phones).map((end) => (end / 16000) * 1e7);
  return phones
    .map((phone, index) => (timed ? `${ends[index - 1] ?? 0} ${ends[index]} ${phone} -12.5\n` : `${phone}\n`))
    .join('');
}

/** Returns the text of a festvox label file. */
export function festvoxText(phones: Phones): string {
  const ends = endsOf(phones).map((end) => (end / 16000).toFixed(5));
  return `signal x\nnfields 1\n#\n${phones.map((phone, index) => `  ${ends[index]} 125 ${phone}\n`).join('')}`;
}

/** Returns a WAV file of an utterance. */
export function wavOf(phones: Phones, rate = 16000): Buffer {
  return wavBytes(tones(SAMPLES, phones.length), { rate });
}

export const TIMIT_PHONES: Phones = ['h#', 'sh', 'iy', 'q', 'ae', 'dcl', 'd', 'h#'];

/** Writes an utterance as in TIMIT: SPHERE, and labels in samples. @param stem "DR1/FCJF0/SX37" */
export function writeTimit(folder: string, stem: string, phones: Phones = TIMIT_PHONES): void {
  write(join(folder, `${stem}.WAV`), sphereBytes(tones(SAMPLES, phones.length)));
  write(join(folder, `${stem}.PHN`), phnText(phones));
}

/** Writes folders TRAIN and TEST as on TIMIT's disc, each with speakers of two sentences and SA1. */
export function writeTimitDisc(folder: string, testSpeakers: readonly string[] = ['MTST0']): void {
  for (const speaker of ['FCJF0', 'MDAC0']) {
    for (const sentence of ['SA1', 'SI648', 'SX37'])
      writeTimit(join(folder, 'TRAIN'), `DR1/${speaker}/${sentence}`);
  }
  for (const [index, speaker] of testSpeakers.entries()) {
    for (const sentence of ['SA1', 'SX12']) {
      writeTimit(join(folder, 'TEST'), `DR${1 + (index % 8)}/${speaker}/${sentence}`);
    }
  }
}

/** Utterances by name. */
export type Utterances = Readonly<Record<string, Phones>>;

export const UTTERANCES: Utterances = {
  'anna-1': ['sil', 'a', 't', 'sil'],
  'anna-2': ['sil', 'i', 's', 'a', 'sil'],
  'bo-1': ['sil', 't', 'i', 'sil'],
};

/** Writes a data folder of Kaldi. */
export function writeKaldi(folder: string, utterances: Utterances = UTTERANCES): string {
  const names = Object.keys(utterances);
  for (const [name, phones] of Object.entries(utterances))
    write(join(folder, `audio/${name}.wav`), wavOf(phones));
  const list = (line: (name: string) => string) => names.map((name) => `${line(name)}\n`).join('');
  write(
    join(folder, 'wav.scp'),
    list((name) => `${name} audio/${name}.wav`),
  );
  write(
    join(folder, 'text'),
    list((name) => `${name} ${utterances[name].join(' ')}`),
  );
  write(
    join(folder, 'utt2spk'),
    list((name) => `${name} ${name.split('-')[0]}`),
  );
  return folder;
}

/** Writes a folder with audio and one label file for each utterance. @param textOf of a label file */
export function writePairs(
  folder: string,
  textOf: (phones: Phones) => string,
  utterances: Utterances = UTTERANCES,
): string {
  for (const [name, phones] of Object.entries(utterances)) {
    write(join(folder, 'wav', `${name}.wav`), wavOf(phones));
    write(join(folder, 'lab', `${name}.lab`), textOf(phones));
  }
  return folder;
}
