import { Flags } from '@oclif/core';
import { cacheFlag, dataFlag, fileFlag, integerFlag, neededCacheFolder } from '../../cli/flags.js';
import type { PrepareParallelResult } from '../../cli/parallel-report.js';
import { forceFlag, PrepareCommand } from '../../cli/prepare-command.js';

export default class PrepareLibreOffice extends PrepareCommand<typeof PrepareLibreOffice> {
  static override summary = "Prepare LibreOffice's help in English and French, for translation.";

  static override description =
    "Debian's packages libreoffice-help-en-us and libreoffice-help-fr (5 MB) have 2,560 pages each, under the Mozilla Public " +
    'License 2.0. Paragraphs with the same identifier are a pair, English to French; program text, paragraphs that are ' +
    'not translated, and variants for macOS are left out. Of every twenty pages, one is for validation and one for test. ' +
    'The packages are kept in the cache. Words are cut into subwords, unless --vocab-size asks for whole words.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --vocab-size 10000 --max-length 50',
    {
      description:
        'Without a network, from what `apt-get download libreoffice-help-en-us libreoffice-help-fr` made elsewhere',
      command:
        '<%= config.bin %> <%= command.id %> --from libreoffice-help-en-us_all.deb --from libreoffice-help-fr_all.deb --any-release',
    },
  ];

  static override flags = {
    from: fileFlag({
      description: 'Take a package from here; given twice, once for each language.',
      helpValue: 'FILE.deb',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'any-release': Flags.boolean({
      description: 'Take another release than 7.4.7-1+deb12u14; without --from, the newest of Debian 12.',
    }),
    bpe: integerFlag({
      description: 'Merges of byte pair encoding, which cut the words of a language into subwords.',
      defaultHelp: async () => '4000',
      min: 1,
      exclusive: ['vocab-size'],
      helpValue: 'MERGES',
    }),
    'vocab-size': integerFlag({
      description: 'Whole words instead of subwords: most words in a vocabulary, with <eos> and <unk>.',
      min: 3,
      helpValue: 'N',
    }),
    'shared-vocabulary': Flags.boolean({
      description: 'One vocabulary, and one set of subwords, for both languages.',
    }),
    'min-length': integerFlag({
      description: 'Fewest words of a sentence, before they are cut into subwords.',
      default: 4,
      min: 1,
      helpValue: 'N',
    }),
    'max-length': integerFlag({
      description: 'Most words of a sentence, before they are cut into subwords.',
      default: 30,
      min: 1,
      helpValue: 'N',
    }),
    force: forceFlag,
    data: dataFlag,
    cache: cacheFlag,
  };

  async run(): Promise<PrepareParallelResult> {
    const { prepareLibreOffice } = await import('../../corpus/libreoffice/prepare.js');
    const { renderParallel, toParallelResult } = await import('../../cli/parallel-report.js');
    const { from, force, data, cache, ...flags } = this.flags;
    const summary = await this.working((hooks) =>
      prepareLibreOffice({
        from,
        anyRelease: flags['any-release'],
        bpe: flags['vocab-size'] === undefined ? flags.bpe : null,
        vocabularySize: flags['vocab-size'],
        sharedVocabulary: flags['shared-vocabulary'],
        minLength: flags['min-length'],
        maxLength: flags['max-length'],
        force,
        dataFolder: data,
        // The user's own files need no cache, so a missing cache is not a fault.
        cacheFolder: from === undefined ? neededCacheFolder(cache) : undefined,
        ...hooks,
      }),
    );
    return this.print(toParallelResult(summary, data), renderParallel);
  }
}
