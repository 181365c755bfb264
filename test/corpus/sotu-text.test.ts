import { expect, it } from 'vitest';
import { sentencesOfAddress } from '../../src/corpus/sotu-text.js';

it('makes the salutation a sentence of its own', () => {
  expect(sentencesOfAddress('Fellow-Citizens of the Senate: I meet you. We go on.')).toEqual([
    'Fellow-Citizens of the Senate',
    'I meet you.',
    'We go on.',
  ]);
  expect(sentencesOfAddress('Thank you. My fellow Americans: Tonight we meet.')).toEqual([
    'Thank you.',
    'My fellow Americans',
    'Tonight we meet.',
  ]);
});

it('takes a later colon for punctuation', () => {
  const body = `${'We have done much. '.repeat(20)}There is one thing: Peace.`;
  expect(sentencesOfAddress(body).at(-1)).toBe('There is one thing: Peace.');
});

it.each([
  [
    "a transcriber's remarks",
    'We won. [Applause] We sat. (Laughter.) [p.8] End.',
    ['We won.', 'We sat.', 'End.'],
  ],
  ['a lost space', 'We have peace.We will keep it.', ['We have peace.', 'We will keep it.']],
  ['a spaced abbreviation', 'The U. S. Navy sailed.', ['The U.S. Navy sailed.']],
  [
    'hyphens for dashes',
    'these laws-they are just-hold in 1837-it is so',
    ['these laws they are just-hold in 1837 it is so'],
  ],
  ['entities', 'He said &quot;no&quot;.', ['He said "no".']],
  ['blanks', 'On ____ we met.', ['On   we met.']],
])('mends %s', (_, text, sentences) => {
  expect(sentencesOfAddress(text)).toEqual(sentences);
});

it('keeps compounds', () => {
  const text = 'A so-called state-of-the-art, up-to-date man-of-war.';
  expect(sentencesOfAddress(text)).toEqual([text]);
});
