import { describe, expect, it } from 'vitest';
import type { PreparedCorpus } from '../../src/corpus/prepared.js';
import { readBanned, readPrompt } from '../../src/sampling/prompt.js';
import { writeText } from '../../src/sampling/text.js';
import { corpusOf } from './corpus-of-text.js';

const TEXT = "we must act <unk> in the u.s. and we don't wait for mr. monroe $ 5 million did we no\n";

function wordsOf(prompt: string, corpus: PreparedCorpus): string {
  return readPrompt(prompt, corpus)
    .ids.map((id) => corpus.vocabulary.word(id))
    .join(' ');
}

describe('a prompt for a corpus in the form of the Penn Treebank', () => {
  it.each([
    ['begins a sentence', 'we must', '<eos> we must'],
    ['may be empty', '', '<eos>'],
    ['may be blank', ' \n ', '<eos>'],
    ['is normalized', 'We DON’T wait: for $5 million', "<eos> we do n't wait for $ N million"],
    ['ends a sentence with a mark', 'We must act.', '<eos> we must act <eos>'],
    ['ends a sentence with other marks', '"Did we?"', '<eos> did we <eos>'],
    [
      'has several sentences, in capitals or not',
      'we act! we must. We',
      '<eos> we act <eos> we must <eos> we',
    ],
    [
      'goes on after an abbreviation',
      'in the U.S. we wait for Mr. Monroe',
      '<eos> in the u.s. we wait for mr. monroe',
    ],
    ['stays open after an abbreviation', 'in the u.s.', '<eos> in the u.s.'],
    ['ends a sentence with its line', 'we must act\nwe', '<eos> we must act <eos> we'],
    ['is not ended by a mark alone', '... we', '<eos> we'],
    ['is ended by a mark that stands apart', 'we act . no', '<eos> we act <eos> no'],
  ])('%s', async (_, prompt, words) => {
    expect(wordsOf(prompt, await corpusOf(TEXT))).toBe(words);
  });

  it.each(['...', '?!', ' — "…" \n (:) '])('is refused when nothing of it is left: %j', async (prompt) => {
    const corpus = await corpusOf(TEXT);
    expect(() => readPrompt(prompt, corpus)).toThrow(
      `The prompt ${JSON.stringify(prompt)} has no word in the form of text, which has no punctuation`,
    );
  });

  it('names unknown words, each once, and reads them as <unk>', async () => {
    const corpus = await corpusOf(TEXT);
    const { ids, unknown } = readPrompt('Bismarck, we must <unk> Bismarck and frobnicate', corpus);
    expect(ids.map((id) => corpus.vocabulary.word(id)).join(' ')).toBe(
      '<eos> <unk> we must <unk> <unk> and <unk>',
    );
    expect(unknown).toEqual(['bismarck', 'frobnicate']);
  });

  it('reads back what a sample shows', async () => {
    const corpus = await corpusOf(TEXT);
    const text = "we don't wait. in the u.s. and for $N million. we";
    expect(writeText(readPrompt(text, corpus).ids.slice(1), corpus)).toBe(text);
  });
});

describe('a prompt for other corpora', () => {
  it('ends lines where it does, not where sentences end', async () => {
    const corpus = await corpusOf('so it goes. we\n', { punctuation: 'keep' });
    expect(wordsOf('So it goes. we\n\nwe\n', corpus)).toBe('<eos> so it goes. we <eos> <eos> we <eos>');
  });

  it('is cut into characters', async () => {
    const corpus = await corpusOf('so it goes.\n', { unit: 'character', punctuation: 'keep' });
    expect(wordsOf('go. \r\nit', corpus)).toBe('<eos> g o .   <eos> i t');
  });

  it('is refused when nothing of it is left, by characters too', async () => {
    const corpus = await corpusOf('so it goes\n', { unit: 'character', punctuation: 'treebank' });
    expect(() => readPrompt('...\n', corpus)).toThrow('has no character in the form of text');
    expect(wordsOf('\n', corpus)).toBe('<eos> <eos>');
  });

  it('is refused where nothing can stand for an unknown word', async () => {
    const corpus = await corpusOf('so it goes.\n', {
      unit: 'character',
      punctuation: 'keep',
      unknown: 'fail',
    });
    expect(() => readPrompt('go zoo', corpus)).toThrow(
      'The prompt has "z", which is not in the vocabulary of text',
    );
  });
});

describe('banned words', () => {
  const banned = (bans: string | readonly string[], corpus: PreparedCorpus) =>
    [...readBanned([bans].flat(), corpus)].map((id) => corpus.vocabulary.word(id));

  it.each([
    ['', []],
    ['<unk>', ['<unk>']],
    ['<unk>,N,$', ['<unk>', 'N', '$']],
    [' <unk>, N ,we,we', ['<unk>', 'N', 'we']],
    ['<eos>', ['<eos>']],
  ])('"%s"', async (list, words) => {
    expect(banned(list, await corpusOf(TEXT))).toEqual(words);
  });

  it.each([
    [',', [',']],
    ['so,,,goes', ['so', ',', 'goes']],
    [',,so', [',', 'so']],
    ['so,,', ['so', ',']],
    ['so,,,,goes', null],
    ['so,,goes', null],
    ['so,', null],
    [',so', null],
  ])('may be the comma, which stands between commas: "%s"', async (list, words) => {
    const corpus = await corpusOf('so , it goes\n', { punctuation: 'keep' });
    if (words) expect(banned(list, corpus)).toEqual(words);
    else expect(() => readBanned([list], corpus)).toThrow('has nothing before or behind one of its commas');
  });

  it('must be in the vocabulary, the comma too', async () => {
    const corpus = await corpusOf('so it goes\n');
    expect(() => readBanned([','], corpus)).toThrow('--ban names ","');
  });

  it('may be named by several flags, words with commas in them too', async () => {
    const corpus = await corpusOf('well, so it goes\n', { punctuation: 'keep' });
    expect(banned(['well,', 'it,goes', ''], corpus)).toEqual(['well,', 'it', 'goes']);
    expect(() => readBanned(['it,well,'], corpus)).toThrow('has nothing before or behind one of its commas');
  });

  it('may name <unk> where the vocabulary lacks it', async () => {
    const corpus = await corpusOf('so it goes\n', { unknown: 'fail' });
    expect(banned('<unk>,so', corpus)).toEqual(['so']);
  });

  it('may be a space among characters', async () => {
    const corpus = await corpusOf('so it goes\n', { unit: 'character', punctuation: 'keep' });
    expect(banned(' ,g', corpus)).toEqual([' ', 'g']);
  });

  it('must be words of the vocabulary', async () => {
    const corpus = await corpusOf(TEXT);
    expect(() => readBanned(['we,The'], corpus)).toThrow(
      '--ban names "The", which is not in the vocabulary of text',
    );
  });

  it('must leave something to draw', async () => {
    const corpus = await corpusOf(TEXT);
    const list = corpus.vocabulary.words.join();
    expect(() => readBanned([list], corpus)).toThrow('--ban leaves no word to draw');
  });
});
