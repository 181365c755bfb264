import { Flags } from '@oclif/core';
import { onceNoted } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { beamFlag, decoderChoice, phoneDecoderFlags } from '../cli/decoding-flags.js';
import { integerFlag, runArgument } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { openFlags, openRequest } from '../cli/open-flags.js';
import type { Transcription } from '../decoding/transcribe.js';
import type { Progress } from '../progress.js';

export default class Transcribe extends BaseCommand<typeof Transcribe> {
  static override summary = 'Print what a trained model of speech recognizes, beside what is spoken.';

  static override description =
    'Recognizes utterances of the corpus that the run was trained on, and prints the phones that are spoken in each above those ' +
    'that were recognized, aligned by the fewest errors and folded as they are scored. A * stands where one of the two has no ' +
    'phone. `zlm eval` measures a whole split.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> speech-1 --split valid --utterances 3',
  ];

  static override args = { run: runArgument };

  static override flags = {
    split: Flags.option({
      description: 'Split to read.',
      options: ['train', 'valid', 'test'] as const,
      default: 'test' as const,
    })(),
    utterances: integerFlag({
      description: 'Utterances from the beginning of the split, at most.',
      default: 10,
      min: 1,
    }),
    ...phoneDecoderFlags(),
    beam: beamFlag(),
    ...openFlags,
  };

  async run(): Promise<Transcription> {
    const { openRecognizer } = await import('../systems/open-run.js');
    const { transcribe } = await import('../decoding/transcribe.js');
    const { renderTranscription } = await import('../cli/transcription-text.js');
    const { split, utterances } = this.flags;
    const choice = decoderChoice(this.flags);
    const onNote = (line: string) => this.progress().note(line);
    const transcription = await interruptible(async (signal) => {
      const onProgress = (progress: Progress) => this.progress().update(progress);
      const hooks = { signal, onProgress, onBackend: onceNoted(onNote), onWarning: onNote };
      const opened = await openRecognizer(openRequest(this.args.run ?? 'latest', this.flags, onNote), hooks);
      try {
        return await transcribe(opened, { split, utterances, ...choice }, { signal, onProgress });
      } finally {
        opened.dispose();
      }
    });
    return this.print(transcription, renderTranscription);
  }
}
