/** Pairs of an audio file and a label file of the same name in a folder and those below it. */
import { opendir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { UserError } from '../../../errors.js';
import { describeFileError } from '../../../storage/file-error.js';
import type { SpokenPhones } from '../labels/label-formats.js';
import { noUtterances, type RawUtterance, relativeTo } from './raw-utterance.js';

/** A pair of files. */
export interface FilePair {
  /** What both have in common. */
  readonly key: string;
  readonly audio: string;
  readonly labels: string;
}

/** What pairs two files. */
export interface Pairing {
  /** Extension of the label files in lower case: ".phn". */
  readonly labels: string;
  /** Returns what a file has in common with its partner, of its path relative to the folder without extension. */
  keyOf(stem: string): string;
}

const AUDIO = '.wav';

/** Copies in RIFF that some distributions of TIMIT have beside each SPHERE file: "SA1.WAV.wav". */
const SECOND_COPY = /\.wav\.wav$/i;

/**
 * Returns the paths of all files with some extension in a folder and those below it, in the order of their names. Case does not
 * matter in the extension. Links to folders are not followed.
 *
 * @param extensions in lower case, with the dot
 * @throws UserError('data') when a folder cannot be read
 */
export async function filesIn(folder: string, extensions: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const folders = [folder];
  for (let current = folders.pop(); current !== undefined; current = folders.pop()) {
    try {
      for await (const entry of await opendir(current)) {
        const path = join(current, entry.name);
        if (entry.isDirectory()) folders.push(path);
        else if (extensions.includes(extname(entry.name).toLowerCase()) && !SECOND_COPY.test(entry.name))
          found.push(path);
      }
    } catch (error) {
      throw describeFileError(error, current, 'read') ?? error;
    }
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Pairs the audio files and the label files in a folder, in the order of the audio's names.
 *
 * @throws UserError('data') for a file without its partner, two files with one key, or no file at all
 */
export async function pairedFiles(
  folder: string,
  { labels: extension, keyOf }: Pairing,
): Promise<FilePair[]> {
  const keyed = async (wanted: string) => {
    const byKey = new Map<string, string>();
    for (const path of await filesIn(folder, [wanted])) {
      const key = keyOf(relativeTo(folder, path).slice(0, -wanted.length));
      const other = byKey.get(key);
      if (other !== undefined) throw sameName(key, other, path);
      byKey.set(key, path);
    }
    return byKey;
  };
  const [audio, labels] = [await keyed(AUDIO), await keyed(extension)];
  if (audio.size === 0) throw noUtterances(folder, `no file ends in "${AUDIO}"`);
  const pairs = [...audio].map(([key, path]) => {
    const own = labels.get(key);
    if (own === undefined) throw alone(path, `${basename(key)}${extension}`);
    return { key, audio: path, labels: own };
  });
  for (const [key, path] of labels) if (!audio.has(key)) throw alone(path, `${basename(key)}${AUDIO}`);
  return pairs;
}

/**
 * Returns the utterances of a folder whose label files have the names of their audio, which occur once.
 *
 * @param extension  of the label files, as in {@link Pairing}
 * @param readLabels reads a label file, as `RawUtterance.readLabels`
 */
export async function labeledAudio(
  folder: string,
  extension: string,
  readLabels: (path: string, rate: number) => Promise<SpokenPhones>,
): Promise<RawUtterance[]> {
  const pairs = await pairedFiles(folder, { labels: extension, keyOf: (stem) => basename(stem) });
  return pairs.map(({ key, audio, labels }) => ({
    name: key,
    speaker: speakerOf(folder, audio),
    audio,
    readLabels: (rate) => readLabels(labels, rate),
  }));
}

/** Folders that name what is in them, not who speaks. */
const CONTENTS = ['wav', 'audio'];

/** Returns the folder of an audio file, without a folder "wav", as the name of its speaker. */
export function speakerOf(folder: string, audio: string): string {
  const within = relativeTo(folder, audio)
    .split('/')
    .slice(0, -1)
    .filter((part) => !CONTENTS.includes(part.toLowerCase()));
  return within.at(-1) ?? basename(folder);
}

/** Error for two utterances with one name. */
export function sameName(name: string, first: string, second: string): UserError {
  return new UserError('data', `Two utterances have the name "${name}": ${first} and ${second}`, [
    'Rename one of them, or leave it out.',
  ]);
}

function alone(path: string, partner: string): UserError {
  return new UserError('data', `${path} has no partner "${partner}"`, [
    'Each audio file needs its label file, and each label file its audio.',
  ]);
}
