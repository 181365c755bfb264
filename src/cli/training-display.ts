/** Shows a training's events: a bar for the windows of an epoch, a line for each epoch. */
import type { EpochEvent, TrainingEvent, WindowEvent } from '../training/events.js';
import type { TrainHooks, TrainOutcome } from '../training/train.js';
import { formatDuration, formatRate } from './format.js';
import type { ProgressReporter } from './progress.js';

/** Weight of the newest window in the shown perplexity and speed. */
const SMOOTHING = 0.05;

/** Draws one session. */
export class TrainingDisplay {
  private epochs = 0;
  private meanNll: number | null = null;
  private tokensPerSecond: number | null = null;

  constructor(private readonly progress: ProgressReporter) {}

  /** What the training service calls. */
  readonly hooks: Omit<TrainHooks, 'signal'> = {
    onBackend: ({ name, reason }) => this.progress.note(`backend ${name}: ${reason}`),
    onSession: ({ run, spec, position }) => {
      this.epochs = spec.training.epochs;
      const { windows, epochs } = position;
      const goesOn = windows > 0 && epochs < this.epochs;
      const from = goesOn ? `, going on after ${windows} windows` : '';
      this.progress.note(`run ${run.path}${from}`);
    },
    onEvent: (event) => this.show(event),
  };

  announceInterruption(): void {
    this.progress.note('finishing the window and saving; interrupt again to stop at once');
  }

  private show(event: TrainingEvent): void {
    if (event.kind === 'window') this.showWindow(event);
    if (event.kind === 'validation') this.progress.update(event.progress);
    if (event.kind === 'epoch') this.progress.note(epochLine(event, this.epochs));
  }

  private showWindow(event: WindowEvent): void {
    const { epoch, done, total, nll, predictions, seconds } = event;
    this.meanNll = smooth(this.meanNll, nll / predictions);
    this.tokensPerSecond = smooth(this.tokensPerSecond, predictions / seconds);
    const perplexity = Math.exp(this.meanNll).toPrecision(4);
    const detail = `perplexity ${perplexity}, ${formatRate(this.tokensPerSecond)} tokens/s`;
    this.progress.update({ label: `epoch ${epoch}/${this.epochs}`, done, total, unit: 'windows', detail });
  }
}

/**
 * What is printed at the end of a run.
 *
 * @param flags what the suggested commands need besides the run, from `placeFlags`
 */
export function renderOutcome(outcome: TrainOutcome, flags: string): string {
  const { run, folder, epochs, best, seconds, alreadyFinished } = outcome;
  const beginning = alreadyFinished ? `run ${run} is finished already: ` : '';
  const bestEpoch = best && `best valid perplexity ${best.perplexity.toFixed(2)} in epoch ${best.epoch}`;
  return [
    `${beginning}trained ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} in ${formatDuration(seconds)}; ${bestEpoch}`,
    `run folder ${folder}`,
    ...(alreadyFinished
      ? [`longer: zlm train --resume ${run} --set training.epochs=${2 * epochs}${flags}`]
      : []),
    `next: zlm eval ${run} --split test${flags}`,
  ].join('\n');
}

function smooth(average: number | null, value: number): number {
  return average === null ? value : average + SMOOTHING * (value - average);
}

function epochLine(event: EpochEvent, epochs: number): string {
  const { epoch, trainPerplexity, validPerplexity, learningRate, isBest, position } = event;
  return [
    `epoch ${epoch}/${epochs}:`,
    `train perplexity ${trainPerplexity.toFixed(2)},`,
    `valid ${validPerplexity.toFixed(2)}${isBest ? ' (best)' : ''},`,
    `learning rate ${Number(learningRate.toPrecision(3))},`,
    formatDuration(position.seconds),
  ].join(' ');
}
