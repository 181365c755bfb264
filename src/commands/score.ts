import { Flags } from '@oclif/core';
import { onceNoted } from '../cli/backend-flags.js';
import { BaseCommand } from '../cli/base-command.js';
import { fileFlag, runArgument } from '../cli/flags.js';
import { interruptible } from '../cli/interrupt.js';
import { askedFor, methodFlags } from '../cli/method-flags.js';
import { openFlags, openRequest } from '../cli/open-flags.js';
import type { ScoreOutput } from '../cli/score-text.js';
import type { CombinationRequest } from '../evaluation/combine.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import type { CombinationReport } from '../evaluation/report.js';
import type { ScoreTotal } from '../evaluation/score.js';
import type { Progress } from '../progress.js';
import type { OpenedRun, RunOpener } from '../runs/opened-run.js';

export default class Score extends BaseCommand<typeof Score> {
  static override summary = 'Score text: how probable a trained model finds each line.';

  static override description =
    'Reads a text, one sentence a line, in the form and with the vocabulary of the corpus that the run was trained on. ' +
    'Prints for each line its negative log-likelihood in nats, its perplexity and the number of tokens that were predicted, ' +
    'then the same of the whole text. Each line is read from the zero state, its first word predicted from <eos> and its ' +
    'own <eos> predicted too. With --carry-state the lines are one stream, as for zlm eval with --batch 1. Under --json ' +
    'each line is an object on a line of its own, then the total. The method flags are those of zlm eval.';

  static override examples = [
    '<%= config.bin %> <%= command.id %> --in sentences.txt',
    'echo "the stock market fell" | <%= config.bin %> <%= command.id %> small-1 --per-token',
    {
      description: 'The five least probable lines',
      command:
        '<%= config.bin %> <%= command.id %> --in a.txt --json | jq -r \'select(.type == "line") | [.perplexity, .line] | @tsv\' | sort -rn | head -5',
    },
  ];

  static override args = {
    run: runArgument,
  };

  static override flags = {
    in: fileFlag({
      description: 'The text: a file, or - for standard input.',
      default: '-',
    }),
    'per-token': Flags.boolean({
      description: 'Print the tokens of each line with their own scores.',
      default: false,
    }),
    'carry-state': Flags.boolean({
      description: 'Read the lines as one stream that carries the state.',
      default: false,
    }),
    ...methodFlags,
    ...openFlags,
  };

  async run(): Promise<ScoreTotal> {
    const { runOpener } = await import('../systems/open-run.js');
    const { ScoreOutput, unknownWordsLine } = await import('../cli/score-text.js');
    const progress = this.progress();
    const onNote = (line: string) => progress.note(line);
    const output = new ScoreOutput(process.stdout, this.jsonEnabled() ? 'json' : 'text');
    const asked = await askedFor(this.args.run, this.flags, onNote);
    const total = await interruptible(async (signal) => {
      const onProgress = (now: Progress) => progress.update(now);
      const onBackend = onceNoted(onNote);
      const requestOf = (run: string) => openRequest(run, this.flags, onNote);
      const opener = runOpener(requestOf, { signal, onProgress, onBackend, onWarning: onNote });
      const { opened, combination } =
        'combination' in asked
          ? await this.#openCombination(asked.combination, opener, { signal, onProgress, onNote })
          : { opened: await opener.open(asked.run), combination: null };
      try {
        return await this.#score(opened, combination, output, signal);
      } finally {
        opened.dispose();
        await output.flush();
      }
    });
    const unknown = unknownWordsLine(total);
    if (unknown) onNote(unknown);
    return total;
  }

  async #openCombination(request: CombinationRequest, opener: RunOpener, hooks: EvaluationHooks) {
    const { openCombination } = await import('../evaluation/combine.js');
    const isCarried = this.flags['carry-state'];
    const opened = await openCombination({ ...request, isOneText: isCarried }, opener, hooks);
    const { combinationLines } = await import('../cli/combination-text.js');
    for (const line of combinationLines(opened.combination)) hooks.onNote?.(line);
    return opened;
  }

  async #score(
    opened: OpenedRun,
    combination: CombinationReport | null,
    output: ScoreOutput,
    signal: AbortSignal,
  ): Promise<ScoreTotal> {
    const { openLines } = await import('../corpus/text-lines.js');
    const { score } = await import('../evaluation/score.js');
    const source = openLines(this.flags.in, process.stdin, opened.corpus.textForm, signal);
    const request = {
      ...source,
      carryState: this.flags['carry-state'],
      perToken: this.flags['per-token'],
      combination,
    };
    // Rows on a terminal show by themselves how far it has come.
    const onProgress = (now: Progress) => {
      if (!process.stdout.isTTY) this.progress().update(now);
    };
    for await (const scored of score(opened, request, { signal, onProgress })) {
      await output.write(scored);
      if (scored.type === 'total') return scored;
    }
    throw new Error('A score without a total');
  }

  /** Every object has been printed already, on a line of its own. */
  override logJson(): void {}
}
