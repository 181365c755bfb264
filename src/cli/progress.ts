/**
 * Draws progress on stderr: a bar on a terminal; a plain line now and then where there is none, or one that understands no
 * control sequences (`TERM=dumb`), so that a log stays short.
 */
import type { Progress } from '../progress.js';
import { visible, visibleData } from '../visible.js';
import { type BarStream, ProgressBar } from './progress-bar.js';
import { allFigures, formatProgress, type ProgressText } from './progress-text.js';

/** Without a bar, a line is written at most this often. */
const PLAIN_INTERVAL_SECONDS = 5;

/** A writable stream that may be a terminal. */
type ProgressStream = BarStream & { readonly isTTY?: boolean };

/** Streams and clock of a reporter; by default those of the process. */
interface Surroundings {
  /** Value of the environment's TERM. */
  readonly term?: string | undefined;
  /** A clock in seconds. */
  readonly now?: () => number;
}

/** The reporter whose bar is on the screen. */
let drawing: ProgressReporter | undefined;

/** Ends the bar that is on the screen, if there is one, so that what is written next begins on a line of its own. */
export function endProgress(): void {
  drawing?.stop();
}

/** Shows how far work has come. Each new label begins a new bar (or a new line); the last state stays. */
export class ProgressReporter {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #drawsBars: boolean;
  #bar: ProgressBar | undefined;
  #current: Progress | undefined;
  /** Amount and time at which the current label began; rates count from there. */
  #start = { done: 0, seconds: 0 };
  /** Time of the newest progress. */
  #seconds = 0;
  /** The progress last written as a plain line, and when. */
  #written: { progress: Progress; seconds: number } | undefined;

  /** @param stream where to draw */
  constructor(
    stream: ProgressStream = process.stderr,
    { term = process.env.TERM, now = () => performance.now() / 1000 }: Surroundings = {},
  ) {
    this.#stream = stream;
    this.#now = now;
    this.#drawsBars = stream.isTTY === true && term !== 'dumb';
  }

  /**
   * Shows the newest progress; cheap enough to be called at every step.
   *
   * @param isPassing the bar goes when its label is finished, because another line will tell what came of it; the same for all
   *                  progress of a label
   */
  update(progress: Progress, isPassing = false): void {
    const seconds = this.#now();
    if (progress.label !== this.#current?.label) this.#begin(progress, seconds);
    this.#current = progress;
    this.#seconds = seconds;
    if (!this.#drawsBars) this.#writeLineNowAndThen(progress);
    else if (this.#bar) this.#bar.update();
    else this.#startBar(progress, isPassing);
  }

  /** Writes a line that stays, above the bar when there is one. */
  note(line: string): void {
    const text = `${visible(line)}\n`;
    if (this.#bar) this.#bar.writeAbove(text);
    else this.#stream.write(text);
  }

  /** Leaves the last state in place and frees the terminal; may be called more than once. */
  stop(): void {
    this.#finishLabel();
    this.#current = undefined;
  }

  #begin(progress: Progress, seconds: number): void {
    this.#finishLabel();
    this.#start = { done: progress.done, seconds };
  }

  #finishLabel(): void {
    const last = this.#current;
    if (this.#bar) this.#stopBar(this.#bar);
    else if (last && !this.#drawsBars && this.#written?.progress !== last) this.#writeLine(last);
    this.#written = undefined;
  }

  #writeLineNowAndThen(progress: Progress): void {
    const written = this.#written;
    const due = written === undefined || this.#seconds - written.seconds >= PLAIN_INTERVAL_SECONDS;
    if (due) this.#writeLine(progress);
  }

  #writeLine(progress: Progress): void {
    const text = this.#text(progress);
    this.#stream.write(`${text.label}: ${allFigures(text)}\n`);
    this.#written = { progress, seconds: this.#seconds };
  }

  #startBar(progress: Progress, isPassing: boolean): void {
    this.#bar = new ProgressBar(this.#stream, () => this.#text(this.#current ?? progress), isPassing);
    drawing = this;
    process.on('exit', endProgress);
  }

  #stopBar(bar: ProgressBar): void {
    this.#bar = undefined;
    drawing = undefined;
    process.off('exit', endProgress);
    bar.stop();
  }

  #text(progress: Progress): ProgressText {
    const seconds = this.#seconds - this.#start.seconds;
    return formatProgress(visibleData(progress), { done: progress.done - this.#start.done, seconds });
  }
}
