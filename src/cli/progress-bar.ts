/**
 * Draws one bar on a terminal. cli-progress draws the line, ten times a second at most, and leaves or clears it at the end. The
 * line itself is laid out here, and so is what keeps the screen in order when something else writes or the width changes.
 */
import { clearScreenDown, cursorTo } from 'node:readline';
import cliProgress from 'cli-progress';
import { layOut } from './progress-line.js';
import type { ProgressText } from './progress-text.js';

/**
 * A terminal, how many columns it had when Node last looked, and what makes Node look again; and the calls that collect writes
 * between them into one.
 */
export type BarStream = NodeJS.WritableStream & {
  readonly columns?: number;
  _refreshSize?(): void;
  cork?(): void;
  uncork?(): void;
};

const OPTIONS: cliProgress.Options = {
  // Lines fit already. Switching the terminal's own wrapping off would outlive a kill.
  linewrap: true,
  // Draws a line that is the same too: a ^C or a change of width may have damaged what is on the screen.
  forceRedraw: true,
};

/** DECSC: the terminal remembers where the cursor is. */
const SAVE_CURSOR = '\u001b7';

/** A bar that is on the screen from its construction until {@link stop}. */
export class ProgressBar {
  readonly #stream: BarStream;
  readonly #bar: cliProgress.SingleBar;
  /** The width of the last line, and how many figures it did without. */
  #last = { columns: 0, omitted: 0 };

  /**
   * @param textOf    puts the newest progress into words; called whenever the bar is drawn
   * @param isPassing the bar goes when it stops
   */
  constructor(
    stream: BarStream,
    private readonly textOf: () => ProgressText,
    isPassing: boolean,
  ) {
    this.#stream = stream;
    this.#bar = new cliProgress.SingleBar({
      ...OPTIONS,
      stream,
      clearOnComplete: isPassing,
      format: () => this.#line(),
    });
    // A drawing is one write. Between two, the terminal could echo a ^C at the end of the line, where it would wrap.
    this.#bar.on('redraw-pre', () => stream.cork?.());
    this.#bar.on('redraw-post', this.#rest);
    // After this event cli-progress returns to where the cursor was at the start, which has moved if the screen has scrolled.
    this.#bar.on('stop', () => stream.write(SAVE_CURSOR));
    this.#bar.start(0, 0);
  }

  /** Lets the bar be drawn again, at once if timers have had no chance lately. */
  update(): void {
    this.#bar.update(0);
  }

  /** Writes a text of whole lines above the bar. */
  writeAbove(text: string): void {
    cursorTo(this.#stream, 0);
    clearScreenDown(this.#stream);
    this.#stream.write(text);
    this.#bar.render();
  }

  /** Draws the bar a last time and leaves the cursor below it, or clears it where it is passing. */
  stop(): void {
    this.#bar.stop();
  }

  /**
   * Wipes what is below the cursor and puts it at the beginning of the bar's line. A terminal that gets narrower breaks the
   * line into two; the next drawing then begins on the first of them.
   */
  readonly #rest = (): void => {
    clearScreenDown(this.#stream);
    cursorTo(this.#stream, 0);
    this.#stream.uncork?.();
  };

  /**
   * Lays the line out for the terminal's present width. Node learns of a new width from a signal that waits while kernels
   * compute, and a line of the old width would wrap; Node has no documented call that asks for the width.
   */
  #line(): string {
    this.#stream._refreshSize?.();
    const columns = this.#stream.columns || 80;
    const omitAtLeast = this.#last.columns === columns ? this.#last.omitted : 0;
    // The last column stays empty: a character there leaves the cursor of some terminals on the next line.
    const { line, omitted } = layOut(this.textOf(), columns - 1, omitAtLeast);
    this.#last = { columns, omitted };
    return line;
  }
}
