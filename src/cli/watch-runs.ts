/** `zlm runs --watch`: redraws the table in place on a terminal; elsewhere prints it when runs have changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { clip } from './text-width.js';

/** A stream that may be a terminal. */
export type WatchStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** One snapshot of the runs. */
export interface View {
  /** A table that cannot be redrawn is printed again only if this text differs. */
  readonly state: string;
  /** @param width in columns; infinite without a terminal */
  render(width: number): string;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_SCREEN = '\u001b[2J\u001b[H';

/**
 * Shows views until the signal is aborted. The last one stays on the terminal, with the cursor below it.
 *
 * @param look     takes a snapshot of the runs
 * @param interval seconds between two snapshots
 * @param stream   the stream to write to
 */
export async function watch(
  look: () => Promise<View>,
  interval: number,
  signal: AbortSignal,
  stream: WatchStream = process.stdout,
): Promise<void> {
  const screen = openViewer(stream);
  try {
    while (!signal.aborted) {
      screen.show(await look());
      await sleep(1000 * interval, undefined, { signal }).catch(() => {});
    }
  } finally {
    screen.close();
  }
}

/** Shows one view after the other. */
export interface Viewer {
  show(view: View): void;
  /** Leaves the last view where it is, with the cursor below it. */
  close(): void;
}

/** Returns a viewer that redraws views in place on a terminal, and elsewhere prints those that have changed. */
export function openViewer(stream: WatchStream): Viewer {
  return isScreen(stream) ? new Screen(stream) : new Log(stream);
}

/** Tells whether a stream is a terminal that understands control sequences. */
export function isScreen(stream: WatchStream): boolean {
  return stream.isTTY === true && process.env.TERM !== 'dumb';
}

/** Redraws views in place. */
class Screen {
  #lines = 0;
  #view: View | undefined;

  constructor(private readonly stream: WatchStream) {
    stream.write(HIDE_CURSOR);
    stream.on('resize', this.#resized);
  }

  show(view: View): void {
    this.#view = view;
    // A terminal may say that it has neither, such as one that was just opened.
    const [columns, rows] = [this.stream.columns || 80, this.stream.rows || 24];
    // A full last column would wrap on some terminals, and a full screen would scroll.
    const lines = fitting(view.render(columns - 1).split('\n'), columns - 1, rows - 1);
    const back = this.#lines === 0 ? '' : `\u001b[${this.#lines}F`;
    this.#lines = lines.length;
    this.stream.write(`${back}${CLEAR_BELOW}${lines.join('\n')}\n`);
  }

  close(): void {
    this.stream.removeListener('resize', this.#resized);
    this.stream.write(SHOW_CURSOR);
  }

  /** Clears the screen: a narrower terminal has wrapped the lines, so their number is unknown. */
  readonly #resized = (): void => {
    this.stream.write(CLEAR_SCREEN);
    this.#lines = 0;
    if (this.#view) this.show(this.#view);
  };
}

/** Prints changed views, separated by empty lines. */
class Log {
  #state: string | undefined;

  constructor(private readonly stream: WatchStream) {}

  show(view: View): void {
    if (view.state === this.#state) return;
    const separator = this.#state === undefined ? '' : '\n';
    this.#state = view.state;
    this.stream.write(`${separator}${view.render(Number.POSITIVE_INFINITY)}\n`);
  }

  close(): void {}
}

/** Cuts lines to the width, and their number to the height. */
function fitting(lines: readonly string[], width: number, height: number): string[] {
  const kept = lines.length <= height ? lines : lines.slice(0, height - 1);
  const more = lines.length - kept.length;
  return [...kept, ...(more > 0 ? [`… ${more} more ${more === 1 ? 'line' : 'lines'}`] : [])].map((line) =>
    clip(line, width),
  );
}
