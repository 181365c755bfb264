/**
 * Draws progress on stderr: a bar on a terminal; a plain line now and then where there is none, or one that understands no
 * control sequences (`TERM=dumb`), so that a log stays short.
 */
import type { Progress } from '../progress.js';
import { visible, visibleData } from '../visible.js';
import { layOut } from './progress-line.js';
import { allFigures, formatProgress, type ProgressText } from './progress-text.js';

/** Without a bar, a line is written at most this often. */
const PLAIN_INTERVAL_SECONDS = 5;

/** The bar is drawn at most this often. */
const DRAW_INTERVAL_SECONDS = 0.1;

/**
 * Wipes from the cursor to the end of the screen. The cursor waits at the beginning of the bar's line, so this wipes the bar also
 * where the terminal was made narrower and has broken its line into two.
 */
const WIPE_BELOW = '\u001b[J';
/** The same from the beginning of the line, to which a Ctrl-C may have added its `^C`. */
const WIPE = `\r${WIPE_BELOW}`;

/** A writable stream that may be a terminal. */
type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** How a reporter sees its surroundings; left out, as they are. */
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
  #current: Progress | undefined;
  /** Whether the bar is to go once its label is finished, because another line tells what came of it. */
  #isPassing = false;
  /** Where and when the current label began: rates count from there. */
  #start = { done: 0, seconds: 0 };
  /** The progress last written as a plain line, and when. */
  #written: { progress: Progress; seconds: number } | undefined;
  /** When the bar was last drawn, how wide the terminal was, and how many figures were left out. */
  #drawn: { seconds: number; columns: number; omitted: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

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
   * @param isPassing the bar goes when its label is finished: another line will tell what came of it
   */
  update(progress: Progress, isPassing = false): void {
    if (progress.label !== this.#current?.label) this.#begin(progress);
    this.#current = progress;
    this.#isPassing = isPassing;
    if (this.#drawsBars) this.#drawWhenDue();
    else this.#writeLineNowAndThen(progress);
  }

  /** Writes a line that stays, above the bar when there is one. */
  note(line: string): void {
    const text = `${visible(line)}\n`;
    if (!this.#drawn) {
      this.#stream.write(text);
      return;
    }
    this.#stream.write(`${WIPE}${text}`);
    this.#draw();
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
    const last = this.#current;
    if (this.#drawsBars) this.#finishBar();
    else if (last && this.#written?.progress !== last) this.#writeLine(last);
    this.#written = undefined;
  }

  #writeLineNowAndThen(progress: Progress): void {
    const written = this.#written;
    const due = written === undefined || this.#now() - written.seconds >= PLAIN_INTERVAL_SECONDS;
    if (due) this.#writeLine(progress);
  }

  #writeLine(progress: Progress): void {
    const text = this.#text(progress);
    this.#stream.write(`${text.label}: ${allFigures(text)}\n`);
    this.#written = { progress, seconds: this.#now() };
  }

  #drawWhenDue(): void {
    if (!this.#drawn) this.#watch(true);
    const wait = this.#drawn ? this.#drawn.seconds + DRAW_INTERVAL_SECONDS - this.#now() : 0;
    if (wait <= 0) this.#draw();
    else this.#timer ??= setTimeout(this.#draw, wait * 1000).unref();
  }

  readonly #draw = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#current) return;
    const columns = this.#stream.columns || 80;
    const omitAtLeast = this.#drawn?.columns === columns ? this.#drawn.omitted : 0;
    // The last column stays empty: a character there leaves the cursor of some terminals on the next line.
    const { line, omitted } = layOut(this.#text(this.#current), columns - 1, omitAtLeast);
    this.#stream.write(`\r${line}${WIPE_BELOW}\r`);
    this.#drawn = { seconds: this.#now(), columns, omitted };
  };

  #finishBar(): void {
    if (!this.#drawn) return;
    if (this.#isPassing) this.#stream.write(WIPE);
    else {
      this.#draw();
      this.#stream.write('\n');
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#drawn = undefined;
    this.#watch(false);
  }

  /** Draws again when the terminal changes its size, and ends the bar when the process ends, for as long as there is one. */
  #watch(begins: boolean): void {
    drawing = begins ? this : undefined;
    const change = begins ? 'on' : 'off';
    this.#stream[change]?.('resize', this.#draw);
    process[change]('exit', endProgress);
  }

  #text(progress: Progress): ProgressText {
    const seconds = this.#now() - this.#start.seconds;
    return formatProgress(visibleData(progress), { done: progress.done - this.#start.done, seconds });
  }
}
