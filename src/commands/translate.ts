import { onceNoted } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { decodingFlags, decodingOptions } from '../cli/decoding-flags.js';
import { fileFlag, integerFlag, runArgument } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { openFlags, openRequest } from '../cli/open-flags.js';
import type { TranslationTotal } from '../decoding/translate.js';
import { UserError } from '../errors.js';
import type { Progress } from '../progress.js';

/** Sentences of a file that are read before the first is translated. */
const READ_AHEAD = 256;

export default class Translate extends BaseCommand<typeof Translate> {
  static override summary = 'Translate sentences with a trained model of translation.';

  static override description =
    'Reads sentences, one a line, in the source language of the corpus that the run was trained on, and prints a ' +
    'translation of each, found by beam search. With --n-best it prints several of each, in the form of n-best lists ' +
    'of Moses: number ||| translation ||| score. Under --json each sentence is an object on a line of its own, then the total.';

  static override examples = [
    'echo "Click the button." | <%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> en-fr --in sentences.txt --beam 12',
    '<%= config.bin %> <%= command.id %> --in sentences.txt --n-best 3',
  ];

  static override args = { run: runArgument };

  static override flags = {
    in: fileFlag({ description: 'The sentences: a file, or - for standard input.', default: '-' }),
    ...decodingFlags,
    'n-best': integerFlag({
      description: 'Translations of each sentence to print, at most --beam.',
      min: 1,
      helpValue: 'N',
    }),
    ...openFlags,
  };

  async run(): Promise<TranslationTotal> {
    const { openTranslator } = await import('../systems/open-run.js');
    const { translate } = await import('../decoding/translate.js');
    const { openLines } = await import('../corpus/text-lines.js');
    const { RAW } = await import('../corpus/parallel/pair-text.js');
    const { TranslationOutput, translationNotes } = await import('../cli/translation-text.js');
    const decoding = decodingOptions(this.flags);
    const nBest = this.#nBest();
    const progress = this.progress();
    const onNote = (line: string) => progress.note(line);
    const output = new TranslationOutput(process.stdout, this.#format());
    const total = await interruptible(async (signal) => {
      const onProgress = (now: Progress) => progress.update(now);
      const hooks = { signal, onProgress, onBackend: onceNoted(onNote), onWarning: onNote };
      const opened = await openTranslator(openRequest(this.args.run ?? 'latest', this.flags, onNote), hooks);
      try {
        const { lines } = openLines(this.flags.in, process.stdin, RAW, signal);
        // Who types sentences waits for each translation.
        const readAhead = this.flags.in === '-' && process.stdin.isTTY ? 1 : READ_AHEAD;
        const request = { ...decoding, nBest, readAhead, sentences: lines };
        for await (const result of translate(opened, request, { signal, onProgress })) {
          await output.write(result);
          if (result.type === 'total') return result;
        }
        throw new Error('A translation without a total');
      } finally {
        opened.dispose();
      }
    });
    for (const note of translationNotes(total)) onNote(note);
    return total;
  }

  #nBest(): number {
    const { 'n-best': nBest = 1, beam } = this.flags;
    if (nBest <= beam) return nBest;
    throw new UserError('usage', `--n-best ${nBest} asks for more translations than --beam ${beam} keeps`, [
      `Take --beam ${nBest} or more.`,
    ]);
  }

  #format(): 'text' | 'list' | 'json' {
    if (this.jsonEnabled()) return 'json';
    return this.flags['n-best'] === undefined ? 'text' : 'list';
  }

  /** Every object has been printed already, on a line of its own. */
  override logJson(): void {}
}
