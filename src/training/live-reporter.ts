/** Keeps a run's `progress.json` up to date while it trains. */
import type { Progress } from '../progress.js';
import { type LiveProgress, removeLiveProgress, writeLiveProgress } from '../runs/live-progress.js';
import type { RunFolder } from '../runs/run-folder.js';
import { perplexityOf } from '../tasks/task.js';
import type { TrainingEvent, WindowEvent } from './events.js';

/** Seconds between two writes. */
const INTERVAL = 1;

/**
 * Takes the events of one session. It is asynchronous and never waited for, so that a slow disk slows no training, and its
 * failures are nobody's: a read-only or full folder only means that `zlm runs` shows less.
 */
export class LiveReporter {
  private lastWrite = Number.NEGATIVE_INFINITY;
  private writing: Promise<void> | null = null;
  private trainPerplexity: number | null = null;
  /** Tokens since the last write, and the seconds that their windows took. */
  private recent = { tokens: 0, seconds: 0 };
  /** Progress at the beginning of this session's first window. */
  private first: { readonly windows: number; readonly seconds: number } | null = null;

  /**
   * @param epochs  that the run is to have
   * @param seconds spent on the run before this session
   * @param now     a clock in seconds
   */
  constructor(
    private readonly run: RunFolder,
    private readonly epochs: number,
    private readonly seconds: number,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.began = now();
  }
  private readonly began: number;

  /** Removes what a killed session has left. */
  async begin(): Promise<void> {
    await removeLiveProgress(this.run).catch(() => {});
  }

  /** Notes an event, and begins to write when it is time to. */
  note(event: TrainingEvent): void {
    if (event.kind === 'window') this.noteWindow(event);
    if (event.kind === 'validation') this.write('validating', event.epoch, event.progress);
    if (event.kind === 'counting') this.write('counting', 1, event.progress);
  }

  /** Removes the file: the session has ended. */
  async end(): Promise<void> {
    await this.writing;
    await removeLiveProgress(this.run).catch(() => {});
  }

  private noteWindow(event: WindowEvent): void {
    const { epoch, done, total, position, predictions, seconds } = event;
    this.first ??= { windows: position.windows - 1, seconds: position.seconds - seconds };
    this.recent = { tokens: this.recent.tokens + predictions, seconds: this.recent.seconds + seconds };
    this.trainPerplexity = perplexityOf({ nll: position.epochNll, predictions: position.epochPredictions });
    this.write('training', epoch, { done, total, unit: 'windows' }, this.secondsLeft(event));
  }

  /** Windows left, at the windows a second of this session: its validations and checkpoints are in that time. */
  private secondsLeft({ epoch, done, total, position }: WindowEvent): number | null {
    if (!this.first) return null;
    const trained = position.windows - this.first.windows;
    const left = total - done + (this.epochs - epoch) * total;
    return (left * (position.seconds - this.first.seconds)) / trained;
  }

  private write(
    phase: LiveProgress['phase'],
    epoch: number,
    { done, total, unit }: Pick<Progress, 'done' | 'total' | 'unit'>,
    secondsLeft: number | null = null,
  ): void {
    const now = this.now();
    if (this.writing || now - this.lastWrite < INTERVAL) return;
    const { tokens, seconds } = this.recent;
    const progress: LiveProgress = {
      phase,
      epoch,
      done,
      total: total ?? null,
      unit,
      trainPerplexity: finite(this.trainPerplexity),
      tokensPerSecond: phase === 'training' ? finite(tokens / seconds) : null,
      secondsLeft: finite(secondsLeft),
      seconds: this.seconds + now - this.began,
      updatedAt: new Date().toISOString(),
    };
    this.lastWrite = now;
    this.recent = { tokens: 0, seconds: 0 };
    this.writing = writeLiveProgress(this.run, progress)
      .catch(() => {})
      .finally(() => {
        this.writing = null;
      });
  }
}

/** JSON has no infinity: an early perplexity may be one. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
