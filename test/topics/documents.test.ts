import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PreparedCorpus } from '../../src/corpus/prepared.js';
import { cutIntoDocuments, documentCount } from '../../src/topics/documents.js';
import { prepareTiny } from '../corpus/tiny-corpus.js';
import { tempFolder } from '../temp-folder.js';

/** The documents of a training text, as words. */
async function documentsOfText(train: string, sentences: number): Promise<string[]> {
  const folder = tempFolder();
  await prepareTiny(folder, {}, { train });
  const corpus = await PreparedCorpus.open(join(folder, 'data'), 'tiny');
  const documents = cutIntoDocuments(corpus.split('train'), corpus.vocabulary.eos, sentences);
  corpus.close();
  const { words, starts } = documents;
  return Array.from({ length: documentCount(documents) }, (_, document) =>
    Array.from(words.subarray(starts[document], starts[document + 1]), (id) =>
      corpus.vocabulary.word(id),
    ).join(' '),
  );
}

it.each([
  [1, ['a b', 'c', 'a', 'd', 'e f']],
  [2, ['a b c', 'a d', 'e f']],
  [5, ['a b c a d e f']],
  [9, ['a b c a d e f']],
])('cuts a text into documents of %i sentences, without the ends of lines', async (sentences, expected) => {
  expect(await documentsOfText('a b\nc\na\nd\ne f\n', sentences)).toEqual(expected);
});

it('keeps count across empty lines', async () => {
  expect(await documentsOfText('a\n\n\nb\nc\n', 2)).toEqual(['a', 'b', 'c']);
});
