import { Args, Flags } from '@oclif/core';
import { dataFlag, folderFlag } from '../../cli/flags.js';
import { forceFlag, PrepareCommand } from '../../cli/prepare-command.js';
import { featureFlags, featureOptions } from '../../cli/speech-flags.js';
import type { PrepareSpeechResult } from '../../cli/speech-report.js';

export default class PrepareSpeech extends PrepareCommand<typeof PrepareSpeech> {
  static override summary = 'Prepare recordings with their phones, for speech recognition.';

  static override description =
    'Reads WAV (16-bit PCM or float) and NIST SPHERE files of one rate and makes features of 25 ms every 10 ms. timit: .PHN beside ' +
    '.WAV, one folder for each speaker; SA1 and SA2 are left out, and where their speakers are there, test is the core test set and, ' +
    'without --valid, valid the development set of 50 speakers. kaldi: wav.scp, text with phones, utt2spk, and segments if there is one; ' +
    'without times. htk: .lab beside .wav, or .mlf. festvox: .lab and .wav. ' +
    'Models are trained on the phones of --phones. Errors on phones of TIMIT are counted by the usual 39.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> timit --train TIMIT/TRAIN --test TIMIT/TEST --format timit',
    {
      description: 'A data folder of Kaldi for each split',
      command:
        '<%= config.bin %> <%= command.id %> mine --train data/train --valid data/dev --test data/test --format kaldi --normalize speaker',
    },
    '<%= config.bin %> <%= command.id %> voice --train a --valid b --test c --format festvox --features mfcc --mels 26',
  ];

  static override args = { name: Args.string({ description: 'Name of the corpus.', required: true }) };

  static override flags = {
    format: Flags.option({
      description: 'Form of the folders.',
      options: ['timit', 'kaldi', 'htk', 'festvox'] as const,
      required: true,
    })(),
    train: folderFlag({ description: 'Recordings and labels of train.', required: true }),
    valid: folderFlag({ description: 'Those of valid; for timit they may come from the folder of test.' }),
    test: folderFlag({ description: 'Those of test.', required: true }),
    phones: Flags.option({
      description: "Classes of the models: TIMIT's 61, folded or not, or the labels as they are.",
      options: ['timit48', 'timit39', 'timit61', 'as-is'] as const,
      defaultHelp: async () => 'timit48 for timit, else as-is',
    })(),
    ...featureFlags('global'),
    force: forceFlag,
    data: dataFlag,
  };

  async run(): Promise<PrepareSpeechResult> {
    const { prepareSpeech } = await import('../../corpus/speech/prepare.js');
    const { renderSpeech, toSpeechResult } = await import('../../cli/speech-report.js');
    const { format, train, valid, test, phones, force, data } = this.flags;
    const prepared = await this.working((hooks) =>
      prepareSpeech({
        name: this.args.name,
        format,
        train,
        valid,
        test,
        phones,
        ...featureOptions(this.flags),
        force,
        dataFolder: data,
        ...hooks,
      }),
    );
    return this.print(toSpeechResult(prepared, data), renderSpeech);
  }
}
