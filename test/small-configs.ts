/** The networks of configs/, narrowed and on the small corpus but otherwise as shipped. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { loadSpec } from '../src/spec/load.js';
import { isNgram, type NetworkSpec, recognizesSpeech, translates } from '../src/spec/systems.js';
import { prepareTopics } from '../src/topics/prepare-topics.js';
import { ROOT } from './cli/capture.js';
import { prepareTinyParallel } from './corpus/parallel/tiny-parallel.js';
import { numberPairs } from './number-words.js';
import { SMALL_CORPUS } from './small-corpus.js';
import { writeSpeech } from './speech/write-speech.js';

const CONFIGS = join(ROOT, 'configs');
const SMALL_PAIRS = 'pairs';
const SMALL_SPEECH = 'spoken';

/** A spec of configs/ as a request to train it on the small corpus. */
export interface SmallConfig {
  readonly name: string;
  readonly spec: string;
  readonly overrides: readonly string[];
  /** True for an n-gram model, which is counted in one go. */
  readonly isNgram: boolean;
  readonly translates: boolean;
  readonly recognizesSpeech: boolean;
}

/** All configs. Fine-tuning begins with the run of the spec that it extends, which comes before it. */
export const SMALL_CONFIGS: readonly SmallConfig[] = await Promise.all(
  readdirSync(CONFIGS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort()
    .map(async (name) => {
      const path = join(CONFIGS, `${name}.yaml`);
      const { spec } = await loadSpec(path);
      const overrides = isNgram(spec) ? [] : overridesFor(spec);
      return {
        name,
        spec: path,
        overrides,
        isNgram: isNgram(spec),
        translates: translates(spec),
        recognizesSpeech: recognizesSpeech(spec),
      };
    }),
);

/** Makes the topics that some of them read, the pairs that others translate, and the speech that others recognize. */
export async function prepareForConfigs(dataFolder: string): Promise<void> {
  await prepareSmallPairs(dataFolder);
  // Utterances of one length, in whole batches, as the pairs are.
  await writeSpeech(dataFolder, {
    name: SMALL_SPEECH,
    utterances: [24, 4, 4],
    length: [3, 3],
    duration: [3, 3],
  });
  const choices = { topics: 3, iterations: 5, sentences: 10, seed: 1 };
  await prepareTopics({ dataFolder, corpus: SMALL_CORPUS, force: false, ...choices });
}

/** Sentences of one length, in whole batches: so all batches are of one shape, as windows of a stream are. */
async function prepareSmallPairs(dataFolder: string): Promise<void> {
  const pairs = numberPairs(96, 1, { fewest: 3, most: 3 });
  const splits = { train: pairs.slice(0, 80), valid: pairs.slice(80, 88), test: pairs.slice(88) };
  await prepareTinyParallel(dirname(dataFolder), { name: SMALL_PAIRS, dataFolder }, splits);
}

function corpusFor(spec: NetworkSpec): string {
  if (recognizesSpeech(spec)) return SMALL_SPEECH;
  return translates(spec) ? SMALL_PAIRS : SMALL_CORPUS;
}

/** Equal widths stay equal, and no narrowed model takes longer than a second. */
function narrow(width: number): number {
  return 3 + Math.ceil(width / 200);
}

/** Returns what makes a shipped spec one for the small corpus, as `--set` texts. */
function overridesFor(spec: NetworkSpec): string[] {
  const { model, training } = spec;
  const layers = model.layers.map((layer) => {
    const [[cell, shape]] = Object.entries(layer);
    return { [cell]: typeof shape === 'number' ? narrow(shape) : { ...shape, units: narrow(shape.units) } };
  });
  return [
    `corpus=${corpusFor(spec)}`,
    ...(model.embedding === undefined ? [] : [`model.embedding=${narrow(model.embedding)}`]),
    `model.layers=${JSON.stringify(layers)}`,
    ...(model.context ? ['model.context.topics=3'] : []),
    'training.batchSize=4',
    ...(training.windowsPerEpoch === null ? [] : ['training.windowsPerEpoch=3']),
  ];
}
