import { expect, it } from 'vitest';
import { splitSentences, treebankWords } from '../../src/corpus/english.js';

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
])('splitSentences splits %s', (text, expected) => {
  const sentences = splitSentences(text);
  expect(sentences).toEqual(typeof expected === 'number' ? [text] : expected);
});

it.each([
  ['drops punctuation', '"Well," he said; (so) it is: yes!', 'Well he said so it is yes'],
  [
    'splits clitics',
    "It's what they'd said, I'm sure we'll see: they've, you're.",
    "It 's what they 'd said I 'm sure we 'll see they 've you 're",
  ],
  ['splits negations', "I don't, can't and won't; I cannot.", "I do n't ca n't and wo n't I can not"],
  ['splits possessives', "the country's and the states' rights", "the country 's and the states ' rights"],
  ['understands typographic signs', '“Don’t” — he said…', "Do n't he said"],
  ['splits off currency', 'costs $3,000 or £5 in US$', 'costs $ 3,000 or £ 5 in US$'],
  [
    'keeps periods of abbreviations',
    'Mr. J. Q. Adams of the U.S. Senate, Jan. 5',
    'Mr. J. Q. Adams of the U.S. Senate Jan. 5',
  ],
  ['drops the last period', 'We saw the U.S. and it.', 'We saw the U.S. and it'],
  ['keeps the period of a last abbreviation', 'He came from the U.S.', 'He came from the U.S.'],
  ['tells the pronoun from an initial', 'So do I.', 'So do I'],
  [
    'keeps hyphens inside words',
    'Fellow-Citizens -- a so-called man-of-war - here',
    'Fellow-Citizens a so-called man-of-war here',
  ],
  [
    'keeps names with apostrophes',
    "O'Neill at ten o'clock in the '80s",
    "O'Neill at ten o'clock in the '80s",
  ],
  ['unwraps single quotation marks', "he said 'never' twice", 'he said never twice'],
  ['drops signs of measure', 'at 50% and 49°', 'at 50 and 49'],
  [
    'keeps commas and colons in numbers',
    'in 1,000 years, at 10:30, page 5: none',
    'in 1,000 years at 10:30 page 5 none',
  ],
  ['leaves nothing of mere punctuation', '... - , " \' (', "'"],
])('treebankWords %s', (_, text, expected) => {
  expect(treebankWords(text).join(' ')).toBe(expected);
});

it.each([
  "fujitsu ltd. 's top executive took the <unk> step",
  "but fujitsu japan 's no. N computer maker is n't alone",
  'nasdaq rose N to N u.s. & canadian c$ N',
  "the companies ' actions wo n't end at N a.m. mr. smith said",
])('a sentence that has the form already is left unchanged: %s', (sentence) => {
  expect(treebankWords(sentence).join(' ')).toBe(sentence);
});
