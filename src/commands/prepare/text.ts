import { Args, Flags } from '@oclif/core';
import { dataFlag, fileFlag, integerFlag, wordFlag } from '../../cli/flags.js';
import { forceFlag, PrepareCommand, type PrepareResult } from '../../cli/prepare-command.js';
import type { TextForm, TextInput } from '../../corpus/user-text.js';
import { UserError } from '../../errors.js';

/** Default for words, as in the Penn Treebank: the softmax is most of the work, and rare words are not learned. */
const USUAL_VOCABULARY_SIZE = 10_000;

const USUAL_SPLIT = '0.9,0.05,0.05';

const USUAL_SEED = 1;

/** Flags that `--vocabulary-of` replaces. */
const FORM_FLAGS = [
  ...(['unit', 'vocab-size', 'min-count'] as const),
  ...(['lower-case', 'numbers', 'punctuation', 'normalize'] as const),
] as const;

/** Files that make one text. */
const filesFlag = (options: { description: string; dependsOn?: string[]; exclusive?: string[] }) =>
  fileFlag({ ...options, multiple: true, multipleNonGreedy: true });

export default class PrepareText extends PrepareCommand<typeof PrepareText> {
  static override summary = 'Prepare a text of your own, by words or by characters.';

  static override description =
    'The text is UTF-8, plain or gzip, of any size; every line ends with <eos>, so a line is best a sentence or a ' +
    'paragraph. A line ends with LF, CR LF or CR. White space separates words. Either name files for each split, or a ' +
    'text that is split into contiguous parts of whole lines: the first for train, the next for valid, the last for ' +
    'test. Several files are one text, one after the other; "-" is standard input. The vocabulary comes from train ' +
    'alone, the most frequent words first. Memory grows only with the number of different words, about 200 bytes for each.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> novels --train train.txt --valid valid.txt --test test.txt',
    '<%= config.bin %> <%= command.id %> novels --text novels.txt --split 0.8,0.1,0.1 --lower-case --numbers N --punctuation treebank',
    '<%= config.bin %> <%= command.id %> novels --text a.txt --text b.txt.gz --shuffle paragraph',
    'xz -dc news.xz | <%= config.bin %> <%= command.id %> news --text -',
    '<%= config.bin %> <%= command.id %> letters --text novels.txt --unit character',
    {
      description: 'One endless line, as text8 is',
      command: '<%= config.bin %> <%= command.id %> text8 --text text8 --split-by tokens',
    },
    {
      description: 'New text for a model that was trained on ptb',
      command: '<%= config.bin %> <%= command.id %> mine --text mine.txt --vocabulary-of ptb',
    },
  ];

  static override args = { name: Args.string({ description: 'Name of the corpus.', required: true }) };

  static override flags = {
    train: filesFlag({ description: 'Text to train on; may be repeated.', dependsOn: ['valid', 'test'] }),
    valid: filesFlag({ description: 'Text to validate on; may be repeated.', dependsOn: ['train'] }),
    test: filesFlag({ description: 'Text to test on; may be repeated.', dependsOn: ['train'] }),
    text: filesFlag({ description: 'Text for all three; may be repeated.', exclusive: ['train'] }),
    split: Flags.string({
      description: 'Shares of the lines of --text for train, valid and test.',
      // Not oclif's default, which would hide whether the user gave the flag. The same applies to the flags below.
      defaultHelp: async () => USUAL_SPLIT,
      helpValue: 'A,B,C',
    }),
    'split-by': Flags.option({
      description: 'Split --text between lines, or between tokens, which may cut a line.',
      options: ['lines', 'tokens'] as const,
      defaultHelp: async () => 'lines',
    })(),
    shuffle: Flags.option({
      description:
        'Shuffle the lines of --text, or its paragraphs, separated by empty lines, before it is split.',
      options: ['line', 'paragraph'] as const,
    })(),
    seed: integerFlag({
      description: 'Seed of --shuffle.',
      defaultHelp: async () => `${USUAL_SEED}`,
      min: 0,
      max: 2 ** 32 - 1,
      dependsOn: ['shuffle'],
      helpValue: 'N',
    }),
    unit: Flags.option({
      description: 'Kind of tokens; a character is a Unicode code point.',
      options: ['word', 'character'] as const,
      defaultHelp: async () => 'word',
    })(),
    'vocab-size': integerFlag({
      description:
        'Most words in the vocabulary, with <eos> and <unk>; default 10000 for words, no limit for characters.',
      min: 3,
      exclusive: ['min-count'],
      helpValue: 'N',
    }),
    'min-count': integerFlag({
      description: 'Fewest occurrences of a word in the vocabulary.',
      min: 1,
      helpValue: 'K',
    }),
    'lower-case': Flags.boolean({ description: 'Write everything in lower case.', allowNo: true }),
    numbers: Flags.option({
      description: 'Keep numbers, or write each as N.',
      options: ['keep', 'N'] as const,
      defaultHelp: async () => 'keep',
    })(),
    punctuation: Flags.option({
      description: 'Keep punctuation, or drop and split it as the Penn Treebank corpus does (English).',
      options: ['keep', 'treebank'] as const,
      defaultHelp: async () => 'keep',
    })(),
    normalize: Flags.option({
      description:
        "Unicode's normal form: nfc unites the spellings of é, nfkc also characters of other widths, and ligatures.",
      options: ['nfc', 'nfkc', 'none'] as const,
      defaultHelp: async () => 'nfc',
    })(),
    'vocabulary-of': wordFlag({
      expects: 'a corpus',
      description:
        'Take vocabulary and form from a corpus in the same data folder, so that its models can read the text.',
      helpValue: 'CORPUS',
    }),
    unknown: Flags.option({
      description: 'Words outside the vocabulary become <unk>, or fail with the line of the first.',
      options: ['unk', 'fail'] as const,
      default: 'unk' as const,
    })(),
    force: forceFlag,
    data: dataFlag,
  };

  async run(): Promise<PrepareResult> {
    const { prepareText } = await import('../../corpus/user-text.js');
    const { firstTrainingOn } = await import('../../cli/suggested-training.js');
    const { unknown, force, data, 'vocabulary-of': vocabularyOf } = this.flags;
    const input = await this.input();
    if (vocabularyOf !== undefined) this.refuseForm(vocabularyOf);
    return await this.prepare(
      (hooks) =>
        prepareText({
          name: this.args.name,
          input,
          vocabularyOf,
          unknown,
          force,
          dataFolder: data,
          ...hooks,
          ...(vocabularyOf === undefined && this.form()),
          standardInput: process.stdin,
        }),
      ({ manifest }) => firstTrainingOn(manifest, this.config.root),
      data,
    );
  }

  /** Refuses flags of form: form and vocabulary of another corpus are taken whole. */
  private refuseForm(corpus: string): void {
    const taken = FORM_FLAGS.find((flag) => this.flags[flag] !== undefined);
    if (taken === undefined) return;
    throw new UserError('usage', `--${taken} cannot be given with --vocabulary-of ${corpus}`, [
      `Leave it out: the text gets the form and the vocabulary of ${corpus}.`,
    ]);
  }

  private form(): TextForm {
    const { unit = 'word', numbers = 'keep', punctuation = 'keep', normalize = 'nfc' } = this.flags;
    const minCount = this.flags['min-count'];
    const usualSize = unit === 'word' && minCount === undefined ? USUAL_VOCABULARY_SIZE : null;
    return {
      unit,
      normalization: { normalize, lowerCase: this.flags['lower-case'] ?? false, numbers, punctuation },
      vocabularySize: this.flags['vocab-size'] ?? usualSize,
      minCount: minCount ?? 1,
    };
  }

  private async input(): Promise<TextInput> {
    const { parseFractions } = await import('../../corpus/user-text.js');
    const { train, valid, test, text, split, 'split-by': splitBy, shuffle, seed = USUAL_SEED } = this.flags;
    if (text !== undefined) {
      const fractions = parseFractions(split ?? USUAL_SPLIT);
      return { file: text, fractions, splitBy, shuffle: shuffle && { by: shuffle, seed } };
    }
    const [forOne] = Object.entries({ split, 'split-by': splitBy, shuffle }).filter(([, value]) => value);
    if (forOne !== undefined) {
      throw new UserError('usage', `--${forOne[0]} needs one text to split, but none was given`, [
        `Give the text with --text FILE, or leave out --${forOne[0]}: files for each split are not split.`,
      ]);
    }
    if (train !== undefined && valid !== undefined && test !== undefined)
      return { files: { train, valid, test } };
    throw new UserError('usage', 'No text was given', [
      'Give one text with --text FILE, or three with --train FILE --valid FILE --test FILE.',
    ]);
  }
}
