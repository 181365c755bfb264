/**
 * Draws progress on stderr: a bar on a terminal, else a plain line now and then, so that a log file stays short.
 */
import cliProgress, { type Options } from 'cli-progress';
import type { Progress } from '../progress.js';
import { visible, visibleData } from '../visible.js';
import { formatProgress, type ProgressText } from './progress-text.js';

/** Without a terminal, a line is written at most this often. */
const PLAIN_INTERVAL_SECONDS = 5;

const BAR_OPTIONS: Options = {
  barCompleteChar: '█',
  barIncompleteChar: '░',
  // Lines are cut at the terminal's width; switching the terminal's own wrapping off would outlive a kill.
  linewrap: true,
};

/** The bar takes the width that the figures leave: at most this, and none at all when less than the least is left. */
const BAR_WIDTH = { least: 8, most: 24 };

/** A writable stream that may be a terminal. */
type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Shows how far work has come. Each new label begins a new bar (or a new line); the last state always stays. */
export class ProgressReporter {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #bar: cliProgress.SingleBar | undefined;
  #current: Progress | undefined;
  /** Where and when the current label began: rates count from there. */
  #start = { done: 0, seconds: 0 };
  /** The progress last written as a plain line, and when. */
  #written: { progress: Progress; seconds: number } | undefined;

  /**
   * @param stream where to draw
   * @param now    a clock in seconds
   */
  constructor(stream: ProgressStream = process.stderr, now: () => number = () => performance.now() / 1000) {
    this.#stream = stream;
    this.#now = now;
  }

  /** Shows the newest progress; cheap enough to be called at every step. */
  update(progress: Progress): void {
    if (progress.label !== this.#current?.label) this.#begin(progress);
    this.#current = progress;
    if (this.#stream.isTTY) this.#drawBar(progress);
    else this.#writeLineNowAndThen(progress);
  }

  /** Writes a line that stays, above the bar when there is one. */
  note(line: string): void {
    const interrupted = this.#bar !== undefined;
    this.#removeBar('clear');
    this.#stream.write(`${visible(line)}\n`);
    if (interrupted && this.#current) this.#drawBar(this.#current);
  }

  /** Leaves the last state in place and frees the terminal; may be called more than once. */
  stop(): void {
    this.#finishLabel();
    this.#current = undefined;
  }

  #begin(progress: Progress): void {
    this.#finishLabel();
    this.#start = { done: progress.done, seconds: this.#now() };
  }

  #finishLabel(): void {
    this.#removeBar('keep');
    const last = this.#current;
    if (last && !this.#stream.isTTY && this.#written?.progress !== last) this.#writeLine(last);
    this.#written = undefined;
  }

  #writeLineNowAndThen(progress: Progress): void {
    const written = this.#written;
    const due = written === undefined || this.#now() - written.seconds >= PLAIN_INTERVAL_SECONDS;
    if (due) this.#writeLine(progress);
  }

  #writeLine(progress: Progress): void {
    const { label, figures } = this.#text(progress);
    this.#stream.write(`${label}: ${figures}\n`);
    this.#written = { progress, seconds: this.#now() };
  }

  #drawBar(progress: Progress): void {
    if (this.#bar) {
      this.#bar.setTotal(progress.total ?? 0);
      this.#bar.update(progress.done);
      return;
    }
    this.#bar = new cliProgress.SingleBar({
      ...BAR_OPTIONS,
      stream: this.#stream,
      format: (options) => this.#barLine(options),
    });
    this.#bar.start(progress.total ?? 0, progress.done);
  }

  #barLine(options: Options): string {
    if (!this.#current) return '';
    const { label, figures, fraction } = this.#text(this.#current);
    const width = (this.#stream.columns ?? 80) - `${label}  ${figures} `.length;
    if (fraction === undefined || width < BAR_WIDTH.least) return `${label} ${figures}`;
    const barsize = Math.min(width, BAR_WIDTH.most);
    return `${label} ${cliProgress.Format.BarFormat(fraction, { ...options, barsize })} ${figures}`;
  }

  #removeBar(lastLine: 'keep' | 'clear'): void {
    const bar = this.#bar;
    if (!bar) return;
    this.#bar = undefined;
    bar.stop();
    // cli-progress ends below the bar's line: go back up and wipe it.
    if (lastLine === 'clear') this.#stream.write('\u001b[1A\u001b[2K\r');
  }

  #text(progress: Progress): ProgressText {
    const seconds = this.#now() - this.#start.seconds;
    return formatProgress(visibleData(progress), { done: progress.done - this.#start.done, seconds });
  }
}
