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
      'continues a sentence after an abbreviation',
      'in the U.S. we wait for Mr. Monroe',
      '<eos> in the u.s. we wait for mr. monroe',
    ],
    ['stays open after an abbreviation', 'in the u.s.', '<eos> in the u.s.'],
    ['ends a sentence with its line', 'we must act\nwe', '<eos> we must act <eos> we'],
    ['does not end a sentence with a mark before its first word', '... we', '<eos> we'],
    ['ends a sentence with a mark between spaces', 'we act . no', '<eos> we act <eos> no'],
  ])('a prompt for a Penn Treebank corpus %s', async (_, prompt, words) => {
    expect(wordsOf(prompt, await corpusOf(TEXT))).toBe(words);
  });

  it.each(['...', '?!', ' — "…" \n (:) '])(
    'a prompt for a Penn Treebank corpus without any word is refused: %j',
    async (prompt) => {
      const corpus = await corpusOf(TEXT);
      expect(() => readPrompt(prompt, corpus)).toThrow(
        `The prompt ${JSON.stringify(prompt)} has no word in the form of text, which has no punctuation`,
      );
    },
  );

  it('unknown words are named, each once, and read as <unk>', async () => {
    const corpus = await corpusOf(TEXT);
    const { ids, unknown } = readPrompt('Bismarck, we must <unk> Bismarck and frobnicate', corpus);
    expect(ids.map((id) => corpus.vocabulary.word(id)).join(' ')).toBe(
      '<eos> <unk> we must <unk> <unk> and <unk>',
    );
    expect(unknown).toEqual(['bismarck', 'frobnicate']);
  });

  it('a prompt reads back the text that a sample shows', async () => {
    const corpus = await corpusOf(TEXT);
    const text = "we don't wait. in the u.s. and for $N million. we";
    expect(writeText(readPrompt(text, corpus).ids.slice(1), corpus)).toBe(text);
  });
});

describe('a prompt for other corpora', () => {
  it('a prompt of another corpus ends lines at its own line ends, not at sentence ends', async () => {
    const corpus = await corpusOf('so it goes. we\n', { punctuation: 'keep' });
    expect(wordsOf('So it goes. we\n\nwe\n', corpus)).toBe('<eos> so it goes. we <eos> <eos> we <eos>');
  });

  it('a prompt is cut into characters', async () => {
    const corpus = await corpusOf('so it goes.\n', { unit: 'character', punctuation: 'keep' });
    expect(wordsOf('go. \r\nit', corpus)).toBe('<eos> g o .   <eos> i t');
  });

  it('a prompt without any character is refused', async () => {
    const corpus = await corpusOf('so it goes\n', { unit: 'character', punctuation: 'treebank' });
    expect(() => readPrompt('...\n', corpus)).toThrow('has no character in the form of text');
    expect(wordsOf('\n', corpus)).toBe('<eos> <eos>');
  });

  it('a prompt with an unknown character is refused when the vocabulary has no <unk>', async () => {
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
  ])('the banned words "%s" are read', async (list, words) => {
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
  ])('a comma between commas is banned itself: "%s"', async (list, words) => {
    const corpus = await corpusOf('so , it goes\n', { punctuation: 'keep' });
    if (words) expect(banned(list, corpus)).toEqual(words);
    else expect(() => readBanned([list], corpus)).toThrow('has nothing before or behind one of its commas');
  });

  it('a banned comma must be in the vocabulary', async () => {
    const corpus = await corpusOf('so it goes\n');
    expect(() => readBanned([','], corpus)).toThrow('--ban names ","');
  });

  it('banned words may be given by several flags, with commas inside words', async () => {
    const corpus = await corpusOf('well, so it goes\n', { punctuation: 'keep' });
    expect(banned(['well,', 'it,goes', ''], corpus)).toEqual(['well,', 'it', 'goes']);
    expect(() => readBanned(['it,well,'], corpus)).toThrow('has nothing before or behind one of its commas');
  });

  it('<unk> may be banned when the vocabulary lacks it', async () => {
    const corpus = await corpusOf('so it goes\n', { unknown: 'fail' });
    expect(banned('<unk>,so', corpus)).toEqual(['so']);
  });

  it('a space may be banned among characters', async () => {
    const corpus = await corpusOf('so it goes\n', { unit: 'character', punctuation: 'keep' });
    expect(banned(' ,g', corpus)).toEqual([' ', 'g']);
  });

  it('banned words must be in the vocabulary', async () => {
    const corpus = await corpusOf(TEXT);
    expect(() => readBanned(['we,The'], corpus)).toThrow(
      '--ban names "The", which is not in the vocabulary of text',
    );
  });

  it('banned words must leave something to draw', async () => {
    const corpus = await corpusOf(TEXT);
    const list = corpus.vocabulary.words.join();
    expect(() => readBanned([list], corpus)).toThrow('--ban leaves no word to draw');
  });
});
