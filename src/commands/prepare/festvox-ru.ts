import { Flags } from '@oclif/core';
import { cacheFlag, dataFlag, fileFlag, neededCacheFolder } from '../../cli/flags.js';
import { forceFlag, PrepareCommand } from '../../cli/prepare-command.js';
import { featureFlags, featureOptions } from '../../cli/speech-flags.js';
import type { PrepareSpeechResult } from '../../cli/speech-report.js';

export default class PrepareFestvoxRu extends PrepareCommand<typeof PrepareFestvoxRu> {
  static override summary = 'Prepare the recordings of a Russian voice from Debian, for speech recognition.';

  static override description =
    "Debian's package festvox-ru (179 MB), under a license like that of BSD, has 620 sentences that one man reads, 99.5 minutes, " +
    'with labels of their phones. Of every twenty recordings, one is for validation and one for test. The package is kept in the cache.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    {
      description: 'Without a network, from what `apt-get download festvox-ru` made elsewhere',
      command: '<%= config.bin %> <%= command.id %> --from festvox-ru_0.5+dfsg-6_all.deb',
    },
  ];

  static override flags = {
    from: fileFlag({ description: 'Take the package from here.', helpValue: 'FILE.deb' }),
    'any-release': Flags.boolean({
      description: 'Take another release than 0.5+dfsg-6; without --from, the newest.',
    }),
    ...featureFlags('global'),
    force: forceFlag,
    data: dataFlag,
    cache: cacheFlag,
  };

  async run(): Promise<PrepareSpeechResult> {
    const { prepareFestvoxRu } = await import('../../corpus/speech/festvox-ru/prepare.js');
    const { renderSpeech, toSpeechResult } = await import('../../cli/speech-report.js');
    const { from, force, data, cache } = this.flags;
    const prepared = await this.working((hooks) =>
      prepareFestvoxRu({
        from,
        anyRelease: this.flags['any-release'],
        ...featureOptions(this.flags),
        force,
        dataFolder: data,
        // The user's own file needs no cache, so a missing cache is not a fault.
        cacheFolder: from === undefined ? neededCacheFolder(cache) : undefined,
        ...hooks,
      }),
    );
    return this.print(toSpeechResult(prepared, data), renderSpeech);
  }
}
