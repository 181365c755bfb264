/** A made-up speech corpus for tests of what reads one: features that are easy to tell apart, phone by phone. */
import type { NormalizationOf, Scoring } from '../../src/corpus/speech/manifest.js';
import { prepareSpeechCorpus } from '../../src/corpus/speech/prepare-corpus.js';
import type { Utterance } from '../../src/corpus/speech/recipe.js';
import { philoxWords } from '../../src/ops/philox.js';

/** Choices of a made-up corpus, each with a default. */
export interface MadeUpSpeech {
  readonly name?: string;
  readonly seed?: number;
  /** Utterances of train, valid and test. */
  readonly utterances?: readonly [train: number, valid: number, test: number];
  readonly phones?: readonly string[];
  /** Numbers of a frame, F. */
  readonly features?: number;
  /** Phones of an utterance, from and to. */
  readonly length?: readonly [from: number, to: number];
  /** Frames of a phone, from and to. */
  readonly duration?: readonly [from: number, to: number];
  /** Standard deviation of a feature around its phone's mean; the means are within ±1. */
  readonly noise?: number;
  readonly aligned?: boolean;
  readonly scoring?: Scoring;
  readonly normalize?: NormalizationOf;
}

const PHONES = ['sil', 'a', 'i', 'u', 's', 't', 'm', 'q'];

/**
 * Writes a made-up speech corpus to `<dataFolder>/<name>`, by default "spoken": 24, 6 and 6 utterances of 2 speakers, 4 to 8
 * phones of 3 to 7 frames with 6 features, aligned. The phone q is left out of the scoring. No phone follows itself.
 *
 * @returns the name of the corpus
 */
export async function writeSpeech(dataFolder: string, choices: MadeUpSpeech = {}): Promise<string> {
  const { name = 'spoken', seed = 1, utterances = [24, 6, 6], phones = PHONES, features = 6 } = choices;
  const { length = [4, 8], duration = [3, 7], noise = 0.3, aligned = true, normalize = 'none' } = choices;
  const classes = phones.map((phone) => (phone === 'q' ? null : phone));
  const scoring = choices.scoring ?? { folding: 'none', classes };
  const means = draws(seed, 0, phones.length * features).map((value) => 2 * value - 1);
  const utterance = (split: number, index: number): Utterance => {
    const drawn = draws(seed, 1 + split * 1e6 + index, 4096);
    let used = 0;
    const uniform = () => drawn[used++ % drawn.length];
    const between = ([from, to]: readonly [number, number]) => from + Math.floor(uniform() * (to - from + 1));
    const sequence: number[] = [];
    const labels: number[] = [];
    for (let left = between(length); left > 0; left--) {
      const others = phones.map((_, id) => id).filter((id) => id !== sequence.at(-1));
      const phone = others[Math.floor(uniform() * others.length)];
      sequence.push(phone);
      labels.push(...Array<number>(between(duration)).fill(phone));
    }
    const rows = labels.flatMap((phone) =>
      // A sum of uniform numbers is nearly Gaussian; three of them have variance 1/4.
      Array.from({ length: features }, (_, i) => {
        const deviate = 2 * (uniform() + uniform() + uniform() - 1.5);
        return means[phone * features + i] + noise * deviate;
      }),
    );
    return {
      name: `${['train', 'valid', 'test'][split]}-${index}`,
      speaker: `speaker-${index % 2}`,
      features: Float32Array.from(rows),
      labels: aligned ? Int32Array.from(labels) : null,
      phones: Int32Array.from(sequence),
      seconds: labels.length * 0.01,
    };
  };
  const splitOf = (split: number) => ({
    count: utterances[split],
    utterances: () => Array.from({ length: utterances[split] }, (_, index) => utterance(split, index)),
  });
  await prepareSpeechCorpus(
    {
      name,
      description: 'made-up speech',
      sourceFiles: [],
      options: { seed },
      features: { size: features, frameSeconds: 0.01, normalize },
      open: async () => ({
        phones,
        aligned,
        scoring,
        splits: { train: splitOf(0), valid: splitOf(1), test: splitOf(2) },
      }),
    },
    { dataFolder, force: true },
  );
  return name;
}

/** Numbers in [0, 1) at an address. */
function draws(seed: number, step: number, count: number): number[] {
  return Array.from(philoxWords({ seed, stream: 99, site: 0, step }, count), (word) => word / 2 ** 32);
}
