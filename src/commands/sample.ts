import { Args, Flags } from '@oclif/core';
import { backendLine } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { fileFlag, integerFlag, numberFlag } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { openFlags, openRequest } from '../cli/open-flags.js';
import { goesToFile, renderNextWords, SampleText } from '../cli/sample-text.js';
import { UserError } from '../errors.js';
import type { OpenedRun } from '../runs/opened-run.js';
import type { NextWordsResult } from '../sampling/next-words.js';
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
    '<%= config.bin %> <%= command.id %> --top-p 0.9 --stop "<eos>" --prompt-file prompts.txt',
    {
      description: 'The likeliest next words',
      command: '<%= config.bin %> sample --prompt "the stock" --next 5',
    },
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
    prompt: Flags.string({ description: 'Text to continue.', default: '' }),
    'prompt-file': fileFlag({
      description: 'File with a prompt on each line, each continued by itself; - is standard input.',
      exclusive: ['prompt'],
    }),
    length: integerFlag({ description: 'Tokens to draw, at most.', default: 100, min: 1 }),
    count: integerFlag({ description: 'Samples to draw of each prompt.', default: 1, min: 1 }),
    'top-k': integerFlag({ description: 'Draw from the K likeliest words only.', min: 1, helpValue: 'K' }),
    'top-p': numberFlag({
      description: 'Draw from the fewest likeliest words that together have this share of the probability.',
      above: 0,
      max: 1,
      helpValue: 'P',
    }),
    stop: Flags.string({
      description: 'End a sample after this token, such as <eos>, the end of a line.',
      helpValue: 'TOKEN',
    }),
    next: integerFlag({
      description: 'Draw nothing: show the K likeliest next words, with their probabilities.',
      min: 1,
      helpValue: 'K',
      // Not `exclusive`, which the usage line would show as alternatives among all of them.
      relationships: [
        { type: 'none', flags: ['temp', 'length', 'count', 'top-k', 'top-p', 'stop', 'ban', 'seed'] },
      ],
    }),
    ban: Flags.string({
      description:
        'Words never to draw, with commas between; may be repeated, as for words that have commas in them.',
      multiple: true,
      multipleNonGreedy: true,
      default: ['<unk>'],
      helpValue: 'WORDS',
    }),
    seed: integerFlag({ description: 'Seed of the draws.', default: 1, min: 0, max: 2 ** 32 - 1 }),
    ...openFlags,
  };

  async run(): Promise<SampleResult | NextWordsResult> {
    const { openRun } = await import('../systems/open-run.js');
    const progress = this.progress();
    const onNote = (line: string) => progress.note(line);
    return await interruptible(async (signal) => {
      const opened = await openRun(openRequest(this.args.run, this.flags, onNote), {
        signal,
        onProgress: (now) => progress.update(now),
        onBackend: (backend) => onNote(backendLine(backend)),
        onWarning: onNote,
      });
      try {
        const prompt = await this.#prompt(opened, signal);
        return this.flags.next === undefined
          ? await this.#sample(opened, prompt, signal)
          : await this.#nextWords(opened, prompt, this.flags.next, signal);
      } finally {
        opened.dispose();
      }
    });
  }

  /** The prompt of `--prompt`, or the lines of `--prompt-file`. */
  async #prompt(opened: OpenedRun, signal: AbortSignal): Promise<string | string[]> {
    const path = this.flags['prompt-file'];
    if (path === undefined) return this.flags.prompt;
    const { openLines } = await import('../corpus/text-lines.js');
    const { name, lines } = openLines(path, process.stdin, opened.corpus.textForm, signal);
    const prompts: string[] = [];
    for await (const line of lines) prompts.push(line);
    if (prompts.length > 0) return prompts;
    throw new UserError('data', `${name} has no lines`, ['Put a prompt on each line of it.']);
  }

  async #sample(
    opened: OpenedRun,
    prompt: string | readonly string[],
    signal: AbortSignal,
  ): Promise<SampleResult> {
    const { sample } = await import('../sampling/sample.js');
    const { temp: temperature, length, count, ban, seed, stop = null } = this.flags;
    const { 'top-k': topK = null, 'top-p': topP = null } = this.flags;
    const request = { prompt, length, count, temperature, topK, topP, stop, ban, seed };
    const text = this.jsonEnabled() ? undefined : new SampleText(process.stdout);
    try {
      return await sample(opened, request, this.#hooks(signal, text));
    } finally {
      await text?.end();
    }
  }

  async #nextWords(
    opened: OpenedRun,
    prompt: string | readonly string[],
    count: number,
    signal: AbortSignal,
  ): Promise<NextWordsResult> {
    const { nextWords } = await import('../sampling/next-words.js');
    const onUnknownWords = (words: readonly string[]) => this.#noteUnknown(words);
    const result = await nextWords(opened, { prompt, count }, { signal, onUnknownWords });
    return this.print(result, renderNextWords);
  }

  /** Words appear as they are drawn. From the first on they show how far it has come, unless they go to a file. */
  #hooks(signal: AbortSignal, text: SampleText | undefined): SampleHooks {
    const progress = this.progress();
    let showsProgress = true;
    const onText = async (piece: string, index: number) => {
      if (showsProgress && !goesToFile(process.stdout)) {
        showsProgress = false;
        progress.stop();
      }
      await text?.write(piece, index);
    };
    return {
      signal,
      onProgress: (now) => showsProgress && progress.update(now),
      onUnknownWords: (words) => this.#noteUnknown(words),
      ...(text && { onText }),
    };
  }

  #noteUnknown(words: readonly string[]): void {
    const quoted = words.map((word) => `"${word}"`).join(', ');
    this.progress().note(`Not in the vocabulary, read as <unk>: ${quoted}`);
  }
}
