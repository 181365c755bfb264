/** Small texts and what is prepared from them, for tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PreparedSummary } from '../../src/corpus/build/corpus-recipe.js';
import { type PrepareTextOptions, prepareText } from '../../src/corpus/user-text.js';
import { UserError } from '../../src/errors.js';

export const TINY = {
  train: 'the cat sat\nthe dog sat\nthe bird sang\n',
  valid: 'the cat sang\n',
  test: 'the fish sat\n',
};

/** Writes the three texts as train.txt, valid.txt and test.txt. */
export function writeTexts(
  folder: string,
  texts: Partial<typeof TINY> = {},
): Record<keyof typeof TINY, string> {
  const path = (split: keyof typeof TINY) => {
    const file = join(folder, `${split}.txt`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, texts[split] ?? TINY[split]);
    return file;
  };
  return { train: path('train'), valid: path('valid'), test: path('test') };
}

/** Prepares a text in `<folder>/data`, by default {@link TINY} as the corpus "tiny". */
export async function prepareTiny(
  folder: string,
  options: Partial<PrepareTextOptions> = {},
  texts: Partial<typeof TINY> = {},
): Promise<PreparedSummary> {
  return await prepareText({
    name: 'tiny',
    unit: 'word',
    normalization: { lowerCase: false, numbers: 'keep', punctuation: 'keep' },
    vocabularySize: null,
    minCount: 1,
    unknown: 'unk',
    dataFolder: join(folder, 'data'),
    ...options,
    input: options.input ?? { files: writeTexts(join(folder, 'text'), texts) },
  });
}

/** Returns the error that `work` fails with, which must be a UserError. */
export async function faultOf(work: Promise<unknown>): Promise<UserError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected a UserError, but nothing failed');
}
