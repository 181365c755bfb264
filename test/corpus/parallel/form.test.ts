import { expect, it } from 'vitest';
import { type ParallelForm, textOfWords, wordsOfSentence } from '../../../src/corpus/parallel/form.js';

const JOINER: ParallelForm = { normalize: 'nfc', lowerCase: false, tokenization: 'joiner' };

it.each([
  ['Open the file.', 'Open the file ￭.'],
  ['(see "Files"), 3.14!', '(￭ see "￭ Files ￭" ￭) ￭, 3 ￭.￭ 14 ￭!'],
  ["l'aide : non-lu", "l ￭'￭ aide : non ￭-￭ lu"],
  ['...', '. ￭. ￭.'],
  ['<unk> x<unk>', '<unk> x ￭<unk>'],
  ['fenêtre 東京 😀 naïve', 'fenêtre 東京 😀 naïve'],
])('%s becomes %s, and back', (text, words) => {
  expect(wordsOfSentence(text, JOINER).join(' ')).toBe(words);
  expect(textOfWords(words.split(' '), JOINER)).toBe(text);
});

it('a text of any marks and letters is restored', () => {
  const characters = ['a', 'É', '1', '_', '.', ',', '-', "'", '"', '(', '€', '<', '😀', ' '];
  let state = 1;
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 12 }, () => {
      state = (state * 48271) % 2147483647;
      return characters[state % characters.length];
    }).join('');
    const plain = text.replace(/ +/g, ' ').trim();
    expect(textOfWords(wordsOfSentence(text, JOINER), JOINER)).toBe(plain);
  }
});

it('a joiner in the text itself is replaced', () => {
  expect(wordsOfSentence('a￭b', JOINER)).toEqual(['a', '￭■￭', 'b']);
});

it('text that was tokenized before is cut at white space only, in the wanted case and form', () => {
  const form = { normalize: 'nfkc', lowerCase: true, tokenization: 'space' } as const;
  expect(wordsOfSentence("  L' ﬁn\u00a0. ", form)).toEqual(["l'", 'fin', '.']);
  expect(textOfWords(["l'", 'fin', '.'], form)).toBe("l' fin .");
});
