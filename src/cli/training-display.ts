/** Shows the events of a training: a bar for the windows of an epoch, a line for each epoch. */

import { plainNumber } from '../plain-number.js';
import type { PlanEvent } from '../systems/system.js';
import type { EpochEvent, SessionEvent, TrainingEvent, WindowEvent } from '../training/events.js';
import { backendLine } from './backend-flags.js';
import { formatDuration, formatPerplexity } from './format.js';
import { planLine } from './plan-table.js';
import type { ProgressReporter } from './progress.js';

/** Weight of the newest window in the shown perplexity and speed. */
const SMOOTHING = 0.05;

/** The work that an interruption waits for. */
const WAITS_FOR = { network: 'Finishing the window and saving', ngram: 'Stopping' } as const;

/** Draws one training, or the planning of one. */
export class TrainingDisplay {
  private session: Pick<SessionEvent, 'system' | 'epochs'> = { system: 'network', epochs: 0 };
  private meanNll: number | null = null;
  private tokensPerSecond: number | null = null;
  /** Every warning of the session, for `--json`. */
  readonly warnings: string[] = [];

  constructor(private readonly progress: ProgressReporter) {}

  announceInterruption(): void {
    this.progress.note(`${WAITS_FOR[this.session.system]}; interrupt again to stop at once`);
  }

  /** Shows an event; an arrow function, so that it can be passed on. */
  readonly show = (event: TrainingEvent | PlanEvent): void => {
    switch (event.kind) {
      case 'session':
        this.session = event;
        break;
      case 'warning':
        this.warnings.push(event.line);
        break;
      case 'window':
        this.showWindow(event);
        break;
      case 'validation':
      case 'counting':
        this.progress.update(event.progress, true);
        break;
    }
    const line = lineOf(event, this.session.epochs);
    if (line !== null) this.progress.note(line);
  };

  private showWindow(event: WindowEvent): void {
    const { epoch, done, total, nll, predictions, seconds } = event;
    this.meanNll = smooth(this.meanNll, nll / predictions);
    this.tokensPerSecond = smooth(this.tokensPerSecond, predictions / seconds);
    const figures = [`perplexity ${formatPerplexity(Math.exp(this.meanNll))}`];
    const rate = { perSecond: this.tokensPerSecond, unit: 'tokens' };
    const label = `epoch ${epoch}/${this.session.epochs}`;
    this.progress.update({ label, done, total, unit: 'windows', figures, rate }, true);
  }
}

/** Returns the line that stays of an event; null for one that leaves none. */
function lineOf(event: TrainingEvent | PlanEvent, epochs: number): string | null {
  switch (event.kind) {
    case 'warning':
      return event.line;
    case 'backend':
      return backendLine(event.backend);
    case 'planned':
      return planLine(event.plan);
    case 'session':
      return sessionLine(event);
    case 'epoch':
      return epochLine(event, epochs);
    default:
      return null;
  }
}

function sessionLine({ run, position, isOver }: SessionEvent): string {
  const from = position.windows > 0 && !isOver ? `, continuing after ${position.windows} windows` : '';
  return `run ${run.path}${from}`;
}

function smooth(average: number | null, value: number): number {
  return average === null ? value : average + SMOOTHING * (value - average);
}

function epochLine(event: EpochEvent, epochs: number): string {
  const { epoch, trainPerplexity, validPerplexity, validBleu, learningRate, averaged, isBest, position } =
    event;
  return [
    `epoch ${epoch}/${epochs}:`,
    `train perplexity ${formatPerplexity(trainPerplexity)},`,
    `valid ${formatPerplexity(validPerplexity)}${validBleu === undefined ? '' : `, BLEU ${validBleu.toFixed(2)}`}${isBest ? ' (best)' : ''},`,
    `learning rate ${plainNumber(learningRate, 3)}${averaged ? ', averaged' : ''},`,
    formatDuration(position.seconds),
  ].join(' ');
}
