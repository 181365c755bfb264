import { expect, it } from 'vitest';
import { TextWriter, writeText } from '../../src/sampling/text.js';
import { corpusOf, idsOf } from './corpus-of-text.js';

/** The words of the cases below, so that all are in the vocabulary. */
const TREEBANK = `fellow citizens mr. monroe don't can't we've they're i'd it's the states' i'm you'll
the u.s. spent $ 5 or £ 6 # 7 c$ 8 at&t o'clock <unk> no 's`;

it.each([
  ['a full stop for <eos>, none before the first word', 'fellow citizens <eos> the', 'fellow citizens. the'],
  ['nothing for <eos> where nothing was said', '<eos> <eos> the', 'the'],
  ['no second stop after an abbreviation', 'the u.s. <eos> the', 'the u.s. the'],
  ['no second stop for an empty sentence', 'the <eos> <eos> no', 'the. no'],
  ['split-off endings put back', "do n't ca n't we 've they 're i 'd", "don't can't we've they're i'd"],
  ['more of them', "it 's the states ' i 'm you 'll", "it's the states' i'm you'll"],
  ['an ending that begins a sentence stays alone', "the <eos> 's", "the. 's"],
  ['currency signs on their numbers', 'spent $ N or £ N # N c$ N', 'spent $N or £N #N c$N'],
  ['a currency sign without a number', 'spent $ or', 'spent $ or'],
  ['words with marks inside as they are', "at&t o'clock mr. monroe", "at&t o'clock mr. monroe"],
  ['<unk> and N as they are', 'the <unk> N', 'the <unk> N'],
])('a sample of Treebank words has %s', async (_, words, text) => {
  const corpus = await corpusOf(TREEBANK);
  expect(writeText(idsOf(words, corpus), corpus)).toBe(text);
  const writer = new TextWriter(corpus);
  let written = '';
  for (const [index, id] of idsOf(words, corpus).entries()) {
    written += writer.write(id);
    expect(written).toBe(writeText(idsOf(words, corpus).slice(0, index + 1), corpus));
  }
});

it.each([
  ['a line feed for <eos>', 'the cat <eos> the', 'the cat\nthe'],
  ['an empty line for an empty line', 'the <eos> <eos> cat <eos>', 'the\n\ncat\n'],
  ['punctuation that is part of words', '"wait," said', '"wait," said'],
  [
    'punctuation that is not part of words',
    'the cat , the ( cat ) ... said !',
    'the cat, the (cat)... said!',
  ],
])('a sample of words with their punctuation has %s', async (_, words, text) => {
  const corpus = await corpusOf('the cat , ( ) ... ! "wait," said', { punctuation: 'keep' });
  expect(writeText(idsOf(words, corpus), corpus)).toBe(text);
});

it('a sample of characters is written unchanged', async () => {
  const corpus = await corpusOf('A cat, a $ 5 (é) 🙂.', {
    unit: 'character',
    punctuation: 'keep',
    lowerCase: false,
  });
  const ids = [...'A cat, (🙂).'].map((letter) => corpus.vocabulary.id(letter) as number);
  const { eos } = corpus.vocabulary;
  expect(writeText([...ids, eos, ids[0], eos], corpus)).toBe('A cat, (🙂).\nA\n');
});
