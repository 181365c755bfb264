import { Args, Flags } from '@oclif/core';
import { dataFlag, integerFlag } from '../../cli/flags.js';
import { forceFlag, PrepareCommand } from '../../cli/prepare-command.js';
import type { PrepareResult } from '../../cli/prepared-report.js';
import type { TextInput } from '../../corpus/text.js';
import { UserError } from '../../errors.js';

/** Of word-level corpora, as of the Penn Treebank: the softmax is most of the work, and rare words are not learned. */
const USUAL_VOCABULARY_SIZE = 10_000;

const USUAL_SPLIT = '0.9,0.05,0.05';

export default class PrepareText extends PrepareCommand<typeof PrepareText> {
  static override summary = 'Prepare a text of your own, by words or by characters.';

  static override description =
    'The text is UTF-8, of any size; every line ends with <eos>, so that best a sentence or a paragraph stands on each. ' +
    'Words are what white space separates. Either name three files, or one that is split into contiguous parts of ' +
    'whole lines: the first for train, the next for valid, the last for test. The vocabulary comes from train alone, ' +
    'most frequent words first. Memory grows with the number of different words only, about 200 bytes for each.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> novels --train train.txt --valid valid.txt --test test.txt',
    '<%= config.bin %> <%= command.id %> novels --text novels.txt --split 0.8,0.1,0.1 --lower-case --numbers N --punctuation treebank',
    '<%= config.bin %> <%= command.id %> letters --text novels.txt --unit character',
  ];

  static override args = { name: Args.string({ description: 'Name of the corpus.', required: true }) };

  static override flags = {
    train: Flags.string({
      description: 'Text to train on.',
      helpValue: 'FILE',
      dependsOn: ['valid', 'test'],
    }),
    valid: Flags.string({ description: 'Text to validate on.', helpValue: 'FILE', dependsOn: ['train'] }),
    test: Flags.string({ description: 'Text to test on.', helpValue: 'FILE', dependsOn: ['train'] }),
    text: Flags.string({ description: 'One text for all three.', helpValue: 'FILE', exclusive: ['train'] }),
    split: Flags.string({
      description: 'Shares of the lines of --text for train, valid and test.',
      // No default of oclif's, behind which one could not tell whether the flag was given.
      defaultHelp: async () => USUAL_SPLIT,
      helpValue: 'A,B,C',
    }),
    unit: Flags.option({
      description: 'What a token is; a character is a Unicode code point.',
      options: ['word', 'character'] as const,
      default: 'word' as const,
    })(),
    'vocab-size': integerFlag({
      description:
        'Most words in the vocabulary, <eos> and <unk> included; 10000 for words, no limit for characters.',
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
      default: 'keep' as const,
    })(),
    punctuation: Flags.option({
      description: 'Keep punctuation, or drop and split it as the Penn Treebank corpus does (English).',
      options: ['keep', 'treebank'] as const,
      default: 'keep' as const,
    })(),
    unknown: Flags.option({
      description: 'Words outside the vocabulary become <unk>, or fail with the line of the first.',
      options: ['unk', 'fail'] as const,
      default: 'unk' as const,
    })(),
    force: forceFlag,
    data: dataFlag,
  };

  async run(): Promise<PrepareResult> {
    const { prepareText } = await import('../../corpus/text.js');
    const { firstTrainingOn } = await import('../../cli/suggested-training.js');
    const { unit, numbers, punctuation, unknown, force, data } = this.flags;
    const input = await this.input();
    const minCount = this.flags['min-count'];
    const usualSize = unit === 'word' && minCount === undefined ? USUAL_VOCABULARY_SIZE : null;
    return await this.prepare(
      (hooks) =>
        prepareText({
          name: this.args.name,
          input,
          unit,
          normalization: { lowerCase: this.flags['lower-case'], numbers, punctuation },
          vocabularySize: this.flags['vocab-size'] ?? usualSize,
          minCount: minCount ?? 1,
          unknown,
          force,
          dataFolder: data,
          ...hooks,
        }),
      ({ manifest }) => firstTrainingOn(manifest, this.config.root),
      data,
    );
  }

  private async input(): Promise<TextInput> {
    const { parseFractions } = await import('../../corpus/text.js');
    const { train, valid, test, text, split } = this.flags;
    if (text !== undefined) return { file: text, fractions: parseFractions(split ?? USUAL_SPLIT) };
    if (split !== undefined) {
      throw new UserError('usage', '--split shares out one text; none was given', [
        'Give the text with --text FILE, or leave --split out: three files are what they are.',
      ]);
    }
    if (train !== undefined && valid !== undefined && test !== undefined)
      return { files: { train, valid, test } };
    throw new UserError('usage', 'No text was given', [
      'Give one text with --text FILE, or three with --train FILE --valid FILE --test FILE.',
    ]);
  }
}
