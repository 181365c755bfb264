import { expect, it } from 'vitest';
import { splitSentences } from '../../../src/corpus/english/sentences.js';

it.each([
  ['We came. We saw! Did we win? Yes.', ['We came.', 'We saw!', 'Did we win?', 'Yes.']],
  ['Mr. Speaker, Gen. Grant met Messrs. Smith and Hon. Jones on Jan. 5.', 1],
  ['He quoted "It is over." Then he left.', ['He quoted "It is over."', 'Then he left.']],
  ['He left (in haste.) They stayed.', ['He left (in haste.)', 'They stayed.']],
  [
    'The U.S. Navy sailed from the U.S. The crew was glad.',
    ['The U.S. Navy sailed from the U.S.', 'The crew was glad.'],
  ],
  [
    'President J. Q. Adams spoke. "We must," he said.',
    ['President J. Q. Adams spoke.', '"We must," he said.'],
  ],
  [
    'Article No. 5 was cited. The answer was no. We went on.',
    ['Article No. 5 was cited.', 'The answer was no.', 'We went on.'],
  ],
  ['It cost 3.5 million. 40 ships sank.', ['It cost 3.5 million.', '40 ships sank.']],
  ['e.g. this, etc. and so on', 1],
  ['   ', []],
])('%s', (text, expected) => {
  const sentences = splitSentences(text);
  expect(sentences).toEqual(typeof expected === 'number' ? [text] : expected);
});
