import { Args, Flags } from '@oclif/core';
import { backendFlags, backendLine, backendOptions } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { checkpointFlag, dataFlag, integerFlag, numberFlag, runsFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { SampleText } from '../cli/sample-text.js';
import type { SampleHooks, SampleResult } from '../sampling/sample.js';

export default class Sample extends BaseCommand<typeof Sample> {
  static override summary = 'Draw text from a trained model.';

  static override description =
    'The model reads the prompt and draws one word after the other. One seed gives one text. The paper (figure 4) ' +
    'forbids <unk>, N and $.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --temp 0.8',
    '<%= config.bin %> <%= command.id %> --prompt "the meaning of life is" --ban "<unk>,N,$"',
    {
      description: 'The likeliest continuation',
      command: '<%= config.bin %> sample --temp 0 --prompt "we must"',
    },
    '<%= config.bin %> <%= command.id %> small-1 --top-k 40 --count 3 --seed 7',
  ];

  static override args = {
    run: Args.string({ description: 'The run: a name, a path, or latest.', default: 'latest' }),
  };

  static override flags = {
    temp: numberFlag({
      description: 'Temperature: below 1 likely words get likelier; 0 always takes the likeliest.',
      default: 1,
      min: 0,
    }),
    prompt: Flags.string({ description: 'Text to go on from.', default: '' }),
    length: integerFlag({ description: 'Tokens to draw.', default: 100, min: 1 }),
    count: integerFlag({ description: 'Samples to draw.', default: 1, min: 1 }),
    'top-k': integerFlag({ description: 'Draw from the K likeliest words only.', min: 1, helpValue: 'K' }),
    ban: Flags.string({
      description:
        'Words never to draw, with commas between; may be repeated, as for words that have commas in them.',
      multiple: true,
      multipleNonGreedy: true,
      default: ['<unk>'],
      helpValue: 'WORDS',
    }),
    seed: integerFlag({ description: 'Seed of the draws.', default: 1, min: 0, max: 2 ** 32 - 1 }),
    checkpoint: checkpointFlag,
    data: dataFlag,
    runs: runsFlag,
    ...backendFlags,
  };

  async run(): Promise<SampleResult> {
    const { sample } = await import('../sampling/sample.js');
    const { temp, prompt, length, count, ban, seed, checkpoint, data, runs, backend } = this.flags;
    const request = {
      ...{ run: this.args.run, checkpoint, prompt, length, count, temperature: temp },
      ...{ topK: this.flags['top-k'] ?? null, ban, seed, dataFolder: data, runsFolder: runs, backend },
      backendOptions: backendOptions(this.flags, (line) => this.progress().note(line)),
    };
    const text = this.jsonEnabled() ? undefined : new SampleText(process.stdout);
    try {
      return await interruptible((signal) => sample(request, this.#hooks(signal, text)));
    } finally {
      await text?.end();
    }
  }

  /** Words appear as they are drawn. From the first on they show how far it has come, unless they go to a file. */
  #hooks(signal: AbortSignal, text: SampleText | undefined): SampleHooks {
    const progress = this.progress();
    let showsProgress = true;
    const onText = async (piece: string, index: number) => {
      if (showsProgress && !text?.goesToFile()) {
        showsProgress = false;
        progress.stop();
      }
      await text?.write(piece, index);
    };
    return {
      signal,
      onProgress: (now) => showsProgress && progress.update(now),
      onBackend: (backend) => progress.note(backendLine(backend)),
      onUnknownWords: (words) => {
        const quoted = words.map((word) => `"${word}"`).join(', ');
        progress.note(`not in the vocabulary, read as <unk>: ${quoted}`);
      },
      ...(text && { onText }),
    };
  }
}
