/** A corpus and a spec so small that a whole, real training takes a second. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareText } from '../src/corpus/user-text.js';

/** Name of the corpus that {@link prepareSmallCorpus} makes. */
export const SMALL_CORPUS = 'small';

/** Lines of each split of the corpus. */
const LINES = { train: 100, valid: 20, test: 20 };

/** A grammar that generates itself a text: a word in capitals is replaced by one of its choices. */
const GRAMMAR: Readonly<Record<string, readonly string[]>> = {
  SENTENCE: ['NOUNS VERB', 'NOUNS VERB and VERB', 'ADVERB NOUNS VERB', 'NOUNS VERB near NOUNS'],
  NOUNS: ['the NOUN', 'a NOUN', 'the ADJECTIVE NOUN', 'every NOUN'],
  NOUN: ['river', 'heron', 'boat', 'fisherman', 'willow', 'stone', 'mill'],
  ADJECTIVE: ['old', 'quiet', 'silver', 'distant'],
  VERB: ['waits', 'rests', 'turns', 'shines', 'sleeps', 'drifts'],
  ADVERB: ['today', 'sometimes', 'often'],
};

/** The same text for the same seed. */
export function generateText(lines: number, seed: number): string {
  const random = generator(seed);
  const expand = (text: string): string =>
    text
      .split(' ')
      .map((word) => {
        const choices = GRAMMAR[word];
        return choices ? expand(choices[Math.floor(random() * choices.length)]) : word;
      })
      .join(' ');
  return Array.from({ length: lines }, () => `${expand('SENTENCE')}\n`).join('');
}

/**
 * Prepares a corpus of a few thousand tokens in `dataFolder`.
 *
 * @param texts replaces the generated text of a split
 */
export async function prepareSmallCorpus(
  dataFolder: string,
  { name = SMALL_CORPUS, ...texts }: { name?: string; train?: string; valid?: string } = {},
): Promise<void> {
  const sources = join(dataFolder, `${name}-text`);
  mkdirSync(sources, { recursive: true });
  const write = (split: keyof typeof LINES, text: string): string => {
    writeFileSync(join(sources, split), text);
    return join(sources, split);
  };
  const files = {
    train: write('train', texts.train ?? generateText(LINES.train, 1)),
    valid: write('valid', texts.valid ?? generateText(LINES.valid, 2)),
    test: write('test', generateText(LINES.test, 3)),
  };
  await prepareText({
    name,
    input: { files },
    unit: 'word',
    normalization: { lowerCase: true, numbers: 'keep', punctuation: 'keep' },
    vocabularySize: null,
    minCount: 1,
    unknown: 'unk',
    dataFolder,
    force: true,
  });
}

/** Every key that a small model needs; dropout at each of the vertical places. */
const SMALL_SPEC = `
corpus: ${SMALL_CORPUS}
model:
  embedding: 8
  layers: [{ lstm: 8 }, { lstm: 8 }]
dropout:
  input: { rate: 0.2 }
  between: { rate: 0.2 }
  output: { rate: 0.2 }
training:
  batchSize: 4
  bptt: 5
  epochs: 3
  optimizer: { sgd: { learningRate: 1 } }
  schedule: { decay: { factor: 0.5, afterEpoch: 1 } }
`;

/** Writes the small spec into a folder and returns its path. */
export function writeSmallSpec(folder: string, name = 'tiny.yaml'): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, SMALL_SPEC);
  return path;
}

/** Numbers in [0, 1) from a seed: a linear congruential generator (Knuth's MMIX constants, upper bits). */
function generator(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 32n) / 2 ** 32;
  };
}
