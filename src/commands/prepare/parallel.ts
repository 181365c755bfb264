import { Args, Flags } from '@oclif/core';
import { dataFlag, fileFlag, integerFlag } from '../../cli/flags.js';
import type { PrepareParallelResult } from '../../cli/parallel-report.js';
import { forceFlag, PrepareCommand } from '../../cli/prepare-command.js';
import type { SideFiles } from '../../corpus/parallel/prepare.js';
import { UserError } from '../../errors.js';

/** Pairs that are held out for valid, and for test, where no files are given. */
const USUAL_HELD_OUT = 1000;

const USUAL_SEED = 1;

/** Files of one side of a split. */
const filesFlag = (description: string, dependsOn: string[]) =>
  fileFlag({ description, dependsOn, multiple: true, multipleNonGreedy: true });

/** Files of one side of train. */
const trainFlag = (description: string) =>
  fileFlag({ description, required: true, multiple: true, multipleNonGreedy: true });

export default class PrepareParallel extends PrepareCommand<typeof PrepareParallel> {
  static override summary = 'Prepare sentences in two languages, for translation.';

  static override description =
    'Line i of a source file and line i of its target file are a pair, as for the Moses tools. Files are UTF-8, plain or ' +
    'gzip; several files of a side are joined, and each source file has its target file in the same place. Name files for ' +
    'valid and test, or numbers of pairs that are cut off from train. Limits of length and the removal of repeated pairs ' +
    'apply to train and to what is cut off; files of valid and test stay whole, except for pairs with an empty line, and ' +
    'pairs of train that repeat theirs are left out. Vocabularies and subwords come from train alone. The text of valid ' +
    'and test is kept as it is, for BLEU and chrF.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> europarl --source europarl.en.gz --target europarl.fr.gz --valid 2000 --test 2000 --bpe 8000',
    '<%= config.bin %> <%= command.id %> ted --source train.de --target train.en --valid-source dev.de --valid-target dev.en --test-source test.de --test-target test.en',
    {
      description: 'Text that was tokenized before, with one vocabulary for both languages',
      command:
        '<%= config.bin %> <%= command.id %> mine --source a.tok.en --target a.tok.nl --tokenization space --shared-vocabulary --vocab-size 20000',
    },
  ];

  static override args = { name: Args.string({ description: 'Name of the corpus.', required: true }) };

  static override flags = {
    source: trainFlag('Sentences to translate from, for train; may be repeated.'),
    target: trainFlag('Their translations, for train; may be repeated.'),
    'valid-source': filesFlag('Source sentences of valid.', ['valid-target']),
    'valid-target': filesFlag('Target sentences of valid.', ['valid-source']),
    'test-source': filesFlag('Source sentences of test.', ['test-target']),
    'test-target': filesFlag('Target sentences of test.', ['test-source']),
    valid: heldOutFlag('valid'),
    test: heldOutFlag('test'),
    cut: Flags.option({
      description: 'Pairs that are cut off: the last ones of the text, valid before test, or random ones.',
      options: ['last', 'random'] as const,
      default: 'last' as const,
    })(),
    seed: integerFlag({
      description: 'Seed of --cut random.',
      defaultHelp: async () => `${USUAL_SEED}`,
      min: 0,
      max: 2 ** 32 - 1,
      helpValue: 'N',
    }),
    tokenization: Flags.option({
      description:
        'Separate words from punctuation, with marks (￭) that keep the spaces, or take what white space separates.',
      options: ['joiner', 'space'] as const,
      default: 'joiner' as const,
    })(),
    'lower-case': Flags.boolean({ description: 'Write everything in lower case, except the kept text.' }),
    normalize: Flags.option({
      description: "Unicode's normal form.",
      options: ['nfc', 'nfkc', 'none'] as const,
      default: 'nfc' as const,
    })(),
    bpe: integerFlag({
      description: 'Cut words into subwords by so many merges (byte pair encoding), learned from train.',
      min: 1,
      helpValue: 'MERGES',
    }),
    'shared-vocabulary': Flags.boolean({
      description: 'One vocabulary, and one set of subwords, for both languages.',
    }),
    'vocab-size': integerFlag({
      description: 'Most words in a vocabulary, with <eos> and <unk>; no limit by default.',
      min: 3,
      exclusive: ['min-count'],
      helpValue: 'N',
    }),
    'min-count': integerFlag({
      description: 'Fewest occurrences of a word in a vocabulary.',
      min: 1,
      helpValue: 'K',
    }),
    'min-length': integerFlag({
      description: 'Fewest words of a sentence, before they are cut into subwords.',
      default: 1,
      min: 1,
      helpValue: 'N',
    }),
    'max-length': integerFlag({
      description: 'Most words of a sentence, before they are cut into subwords; no limit by default.',
      min: 1,
      helpValue: 'N',
    }),
    deduplicate: Flags.boolean({
      description: 'Leave out pairs that occur twice, or in valid or test as well.',
      default: true,
      allowNo: true,
    }),
    force: forceFlag,
    data: dataFlag,
  };

  async run(): Promise<PrepareParallelResult> {
    const { prepareParallel } = await import('../../corpus/parallel/prepare.js');
    const { renderParallel, toParallelResult } = await import('../../cli/parallel-report.js');
    const { cut, seed = USUAL_SEED, normalize, tokenization, ...flags } = this.flags;
    if (this.flags.seed !== undefined && cut !== 'random') {
      throw new UserError('usage', '--seed needs random pairs, but the last ones are cut off', [
        'Add --cut random, or leave out --seed.',
      ]);
    }
    const summary = await this.working((hooks) =>
      prepareParallel({
        name: this.args.name,
        train: { source: flags.source, target: flags.target },
        valid: this.heldOut('valid'),
        test: this.heldOut('test'),
        cut: cut === 'last' ? { pick: cut } : { pick: cut, seed },
        form: { normalize, lowerCase: flags['lower-case'] ?? false, tokenization },
        sharedVocabulary: flags['shared-vocabulary'],
        vocabularySize: flags['vocab-size'],
        minCount: flags['min-count'],
        bpe: flags.bpe,
        minLength: flags['min-length'],
        maxLength: flags['max-length'],
        deduplicate: flags.deduplicate,
        force: flags.force,
        dataFolder: flags.data,
        ...hooks,
      }),
    );
    return this.print(toParallelResult(summary, this.flags.data), renderParallel);
  }

  /** Returns the files of a split, or the number of pairs to cut off for it. */
  private heldOut(split: 'valid' | 'test'): SideFiles | number {
    const [source, target] = [this.flags[`${split}-source`], this.flags[`${split}-target`]];
    if (source === undefined || target === undefined) return this.flags[split] ?? USUAL_HELD_OUT;
    return { source, target };
  }
}

function heldOutFlag(split: 'valid' | 'test') {
  return integerFlag({
    description: `Pairs that are cut off from train for ${split}.`,
    defaultHelp: async () => `${USUAL_HELD_OUT}, without files of ${split}`,
    min: 1,
    exclusive: [`${split}-source`],
    helpValue: 'N',
  });
}
