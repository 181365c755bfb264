import { cacheFlag, dataFlag, fileFlag, neededCacheFolder, wordFlag } from '../../cli/flags.js';
import { forceFlag, PrepareCommand, type PrepareResult } from '../../cli/prepare-command.js';

export default class PreparePtb extends PrepareCommand<typeof PreparePtb> {
  static override summary = "Prepare the Penn Treebank in Mikolov's form, the corpus of the paper.";

  static override description =
    'Downloads ptb.train.txt, ptb.valid.txt and ptb.test.txt, or takes them from a folder or an archive, and ' +
    'verifies size and SHA-256 of each. If a mirror fails, the next one is tried: two on GitHub, the original archive ' +
    'at FIT Brno, and a copy of it. A download that was interrupted is resumed. ' +
    'The text is licensed by the Linguistic Data Consortium.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --from ~/Downloads/simple-examples.tgz',
    '<%= config.bin %> <%= command.id %> --url https://example.org/ptb/',
  ];

  static override flags = {
    from: fileFlag({
      description: 'Take the files from here: a folder, or a .zip, .tgz or .tar file, at any depth.',
      helpValue: 'PATH',
      exclusive: ['url'],
    }),
    url: wordFlag({
      expects: 'an address',
      description:
        'Download from this folder, or this .tgz, .tar or .zip file, on the web instead of the known mirrors.',
      helpValue: 'ADDRESS',
    }),
    force: forceFlag,
    data: dataFlag,
    cache: cacheFlag,
  };

  async run(): Promise<PrepareResult> {
    const { preparePtb } = await import('../../corpus/ptb.js');
    const { from, url, force, data, cache } = this.flags;
    // The user's own files need no cache, so a missing cache is not a fault.
    const cacheFolder = from === undefined ? neededCacheFolder(cache) : undefined;
    return await this.prepare(
      (hooks) => preparePtb({ from, url, force, dataFolder: data, cacheFolder, ...hooks }),
      async () => ['configs/small.yaml'],
      data,
    );
  }
}
