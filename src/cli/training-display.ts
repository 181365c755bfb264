/** Shows a training's events: a bar for the windows of an epoch, a line for each epoch. */

import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { isNgram } from '../spec/systems.js';
import type { EpochEvent, TrainingEvent, WindowEvent } from '../training/events.js';
import type { TrainHooks, TrainOutcome } from '../training/train.js';
import { visible } from '../visible.js';
import { backendLine } from './backend-flags.js';
import { formatDuration, formatPerplexity } from './format.js';
import { fallbackLines, ngramInterruption, ngramOutcomeLine } from './ngram-text.js';
import type { ProgressReporter } from './progress.js';

/** Weight of the newest window in the shown perplexity and speed. */
const SMOOTHING = 0.05;

/** Draws one session. */
export class TrainingDisplay {
  private epochs = 0;
  /** What an interruption waits for. */
  private waitsFor = 'finishing the window and saving';
  private meanNll: number | null = null;
  private tokensPerSecond: number | null = null;
  /** Every warning of the session, for `--json`. */
  readonly warnings: string[] = [];

  constructor(private readonly progress: ProgressReporter) {}

  /** What the training service calls. */
  readonly hooks: Omit<TrainHooks, 'signal'> = {
    onWarning: (line) => {
      this.warnings.push(line);
      this.progress.note(line);
    },
    onBackend: (backend) => this.progress.note(backendLine(backend)),
    onSession: ({ run, spec, position, isOver }) => {
      if (isNgram(spec)) this.waitsFor = 'stopping';
      else this.epochs = spec.training.epochs;
      const { windows } = position;
      const from = windows > 0 && !isOver ? `, going on after ${windows} windows` : '';
      this.progress.note(`run ${run.path}${from}`);
    },
    onEvent: (event) => this.show(event),
  };

  announceInterruption(): void {
    this.progress.note(`${this.waitsFor}; interrupt again to stop at once`);
  }

  private show(event: TrainingEvent): void {
    if (event.kind === 'window') this.showWindow(event);
    if (event.kind === 'validation' || event.kind === 'counting') this.progress.update(event.progress, true);
    if (event.kind === 'epoch') this.progress.note(epochLine(event, this.epochs));
  }

  private showWindow(event: WindowEvent): void {
    const { epoch, done, total, nll, predictions, seconds } = event;
    this.meanNll = smooth(this.meanNll, nll / predictions);
    this.tokensPerSecond = smooth(this.tokensPerSecond, predictions / seconds);
    const figures = [`perplexity ${formatPerplexity(Math.exp(this.meanNll))}`];
    const rate = { perSecond: this.tokensPerSecond, unit: 'tokens' };
    const label = `epoch ${epoch}/${this.epochs}`;
    this.progress.update({ label, done, total, unit: 'windows', figures, rate }, true);
  }
}

/**
 * How the end of an interrupted session is reported.
 *
 * @param flags what the suggested command needs besides the run, from `placeFlags`
 */
export function interruption(outcome: TrainOutcome, flags: string): UserError {
  if (outcome.ngrams) return ngramInterruption(outcome, flags);
  return new UserError('interrupted', `interrupted after ${outcome.windows} windows; the state is saved`, [
    `Go on with it: \`zlm train --resume ${shellWord(outcome.run)}${flags}\`.`,
  ]);
}

/**
 * What is printed at the end of a run.
 *
 * @param flags what the suggested commands need besides the run, from `placeFlags`
 */
export function renderOutcome(outcome: TrainOutcome, flags: string): string {
  const { folder, alreadyFinished, longer } = outcome;
  const run = shellWord(outcome.run);
  const beginning = alreadyFinished ? `run ${visible(outcome.run)} is finished already: ` : '';
  return [
    `${beginning}${outcome.ngrams ? ngramOutcomeLine(outcome) : networkOutcomeLine(outcome)}`,
    ...fallbackLines(outcome.fallbackOrders),
    `run folder ${visible(folder)}`,
    ...(alreadyFinished && longer
      ? [`longer: zlm train --resume ${run} --set ${shellWord(longer)}${flags}`]
      : []),
    `next: zlm eval ${run} --split test${flags}`,
  ].join('\n');
}

function networkOutcomeLine({ epochs, best, seconds, stoppedEarly }: TrainOutcome): string {
  const early = stoppedEarly && best ? `stopped early, ${countOf(epochs - best.epoch)} after the best; ` : '';
  const bestEpoch =
    best && `best valid perplexity ${formatPerplexity(best.perplexity)} in epoch ${best.epoch}`;
  return `${early}trained ${countOf(epochs)} in ${formatDuration(seconds)}; ${bestEpoch}`;
}

function countOf(epochs: number): string {
  return `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}

function smooth(average: number | null, value: number): number {
  return average === null ? value : average + SMOOTHING * (value - average);
}

function epochLine(event: EpochEvent, epochs: number): string {
  const { epoch, trainPerplexity, validPerplexity, learningRate, averaged, isBest, position } = event;
  return [
    `epoch ${epoch}/${epochs}:`,
    `train perplexity ${formatPerplexity(trainPerplexity)},`,
    `valid ${formatPerplexity(validPerplexity)}${isBest ? ' (best)' : ''},`,
    `learning rate ${Number(learningRate.toPrecision(3))}${averaged ? ', averaged' : ''},`,
    formatDuration(position.seconds),
  ].join(' ');
}
