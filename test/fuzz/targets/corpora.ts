/** Texts of the user's own, and the files of prepared corpora. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAnyManifest } from '../../../src/corpus/any-manifest.js';
import { paragraphsOf } from '../../../src/corpus/libreoffice/help-page.js';
import { prepareParallel } from '../../../src/corpus/parallel/prepare.js';
import { PreparedCorpus } from '../../../src/corpus/prepared.js';
import { prepareText } from '../../../src/corpus/user-text.js';
import { Vocabulary } from '../../../src/corpus/vocabulary.js';
import { page } from '../../corpus/libreoffice/small-packages.js';
import { assertSame, type FuzzTarget, fromFile } from '../target.js';

const LINES = [
  'The river waits, and the heron (an old one) sleeps.',
  'Mr. Miller doesn\'t: "No!" he said -- 3.5% of $1,000.',
].concat([
  "a/b//c... e.g. U.S. it's o'clock",
  'Élan naïve café',
  'x',
  '日本語 の テキスト',
  'one two three four five',
]);
const TEXT = Buffer.from(`${[...LINES, ...LINES, ...LINES].join('\n')}\n`);
const TEXT_WORDS = [
  "'s",
  "n't",
  '...',
  '////',
  '--',
  '"',
  '(',
  '%',
  '<unk>',
  '<eos>',
  '\u00a0',
  '\u200b',
  '1.',
  '[[',
];

const text: FuzzTarget = {
  name: 'text',
  words: TEXT_WORDS,
  share: 15,
  async open(folder) {
    const path = join(folder, 'input.txt');
    return fromFile(path, [TEXT, Buffer.from(TEXT.toString().replaceAll('\n', '\r\n'))], async (chance) => {
      await prepareText({
        name: 'mine',
        dataFolder: folder,
        force: true,
        input: { file: path, fractions: [0.5, 0.25, 0.25], splitBy: chance.pick(['lines', 'tokens']) },
        unit: chance.pick(['word', 'character']),
        normalization: {
          normalize: chance.pick(['nfc', 'nfkc', 'none']),
          lowerCase: chance.below(2) === 0,
          numbers: chance.pick(['keep', 'N']),
          punctuation: chance.pick(['keep', 'treebank']),
        },
        vocabularySize: chance.pick([null, 5, 30]),
        minCount: 1,
        unknown: chance.pick(['unk', 'fail']),
      });
      const corpus = await PreparedCorpus.open(folder, 'mine');
      try {
        for (const split of ['train', 'valid', 'test'] as const)
          for (const _ of corpus.split(split).chunks());
      } finally {
        corpus.close();
      }
    });
  },
};

const pairs: FuzzTarget = {
  name: 'pairs',
  words: TEXT_WORDS,
  share: 10,
  async open(folder) {
    const [source, target] = [join(folder, 'input.txt'), join(folder, 'target.txt')];
    writeFileSync(target, TEXT);
    return fromFile(source, [TEXT], (chance) =>
      prepareParallel({
        name: 'pairs',
        dataFolder: folder,
        force: true,
        train: { source, target },
        valid: 2,
        test: 2,
        bpe: chance.pick([null, 20]),
        minLength: chance.pick([1, 2]),
        maxLength: chance.pick([null, 8]),
        deduplicate: chance.below(2) === 0,
      }),
    );
  },
};

const vocabulary: FuzzTarget = {
  name: 'vocabulary',
  words: ['<eos>\n', '<unk>\n', '\n'],
  share: 60,
  async open(folder) {
    const path = join(folder, 'vocabulary.txt');
    return fromFile(path, [Buffer.from('the\n<eos>\n<unk>\nriver\nheron\nÉlan\n')], async () => {
      const read = await Vocabulary.load(path);
      for (const [id, word] of read.words.entries())
        assertSame('A word', [id, word], [read.id(word), read.word(id)]);
    });
  },
};

const manifest: FuzzTarget = {
  name: 'manifest',
  words: [
    'null',
    '{}',
    '[]',
    '"kind":"speech",',
    '"kind":"parallel",',
    '"formatVersion":',
    '"__proto__":{},',
    '1e400',
  ],
  share: 50,
  async open(folder) {
    const source = join(folder, 'source.txt');
    writeFileSync(source, TEXT);
    await prepareText({
      name: 'mine',
      dataFolder: folder,
      input: { file: source, fractions: [0.5, 0.25, 0.25] },
      unknown: 'unk',
    });
    await prepareParallel({
      name: 'pairs',
      dataFolder: folder,
      train: { source, target: source },
      valid: 2,
      test: 2,
      deduplicate: false,
    });
    const path = join(folder, 'mine', 'manifest.json');
    const examples = ['mine', 'pairs'].map((name) => readFileSync(join(folder, name, 'manifest.json')));
    return fromFile(path, examples, async () => {
      await readAnyManifest(join(folder, 'mine'));
      const corpus = await PreparedCorpus.open(folder, 'mine');
      corpus.close();
    });
  },
};

const helpPage: FuzzTarget = {
  name: 'help-page',
  words: [
    '<p id="par_id2">',
    '</p>',
    '<span class="switchinline">',
    '<span class="MAC">',
    '&amp;',
    '&#x10ffff;',
    '<!--',
  ],
  share: 30,
  async open() {
    const inline =
      'Press <span class="switchinline"><span class="MAC">Cmd</span><span>Ctrl</span></span> &amp; wait.';
    return {
      examples: [Buffer.from(page({ par_id1: inline, par_id2: 'One.', hd_id3: '<em>Two</em>' }))],
      read: async (input) => {
        for (const [id, paragraph] of paragraphsOf(input.toString()))
          if (typeof paragraph !== 'string') throw new Error(`${id} is no text`);
      },
    };
  },
};

export const CORPUS_TARGETS: readonly FuzzTarget[] = [text, pairs, vocabulary, manifest, helpPage];
