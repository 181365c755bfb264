import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Unit } from '../../src/corpus/manifest.js';
import type { Normalization } from '../../src/corpus/normalize.js';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { prepareText } from '../../src/corpus/user-text.js';
import { tempFolder } from '../temp-folder.js';

/** Options of a corpus of a test; by default those of the Penn Treebank. */
interface Form extends Partial<Normalization> {
  readonly unit?: Unit;
  readonly unknown?: 'unk' | 'fail';
}

/** A prepared corpus whose three splits are one text, open until the test that calls it ends. */
export async function corpusOf(text: string, form: Form = {}): Promise<PreparedCorpus> {
  const folder = tempFolder();
  const file = join(folder, 'source.txt');
  writeFileSync(file, text);
  const { unit = 'word', unknown = 'unk', ...normalization } = form;
  await prepareText({
    name: 'text',
    input: { files: { train: file, valid: file, test: file } },
    unit,
    normalization: { lowerCase: true, numbers: 'N', punctuation: 'treebank', ...normalization },
    vocabularySize: null,
    minCount: 1,
    unknown,
    dataFolder: folder,
    force: false,
  });
  const corpus = await PreparedCorpus.open(folder, 'text');
  onTestFinished(() => corpus.close());
  return corpus;
}

/** The ids of words with spaces between. */
export function idsOf(words: string, corpus: PreparedCorpus): number[] {
  return words.split(' ').map((word) => {
    const id = corpus.vocabulary.id(word);
    if (id === undefined) throw new Error(`${word} is not in the vocabulary`);
    return id;
  });
}
