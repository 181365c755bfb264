/** Streams for the progress tests: a terminal that shows what a user would see, and a log file that keeps lines. */
import xterm from '@xterm/headless';

/** A terminal emulator that takes what a program writes; `\n` begins a new line at its start, as behind a real terminal's driver. */
export class Screen {
  readonly isTTY = true;
  /** Everything that was written. */
  bytes = '';
  readonly #terminal: xterm.Terminal;
  readonly #onResize = new Set<() => void>();
  /** The width that is known: a program learns of a change when a signal gets through to it, or when it asks. */
  #columns: number;
  /** What has been written since {@link cork}. */
  #corked: string | undefined;
  /** What the terminal itself writes after each write of the program, as it echoes a key. */
  echo = '';

  constructor(columns = 120, rows = 24) {
    this.#columns = columns;
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      convertEol: true,
      allowProposedApi: true,
    });
  }

  get columns(): number {
    return this.#columns;
  }

  /** Updates the width, as Node's terminals do. */
  _refreshSize(): void {
    this.#columns = this.#terminal.cols;
  }

  write(text: string): boolean {
    this.bytes += text;
    if (this.#corked === undefined) this.#terminal.write(text + this.echo);
    else this.#corked += text;
    return true;
  }

  /** Collects writes into one until {@link uncork}. */
  cork(): void {
    this.#corked ??= '';
  }

  uncork(): void {
    const text = this.#corked ?? '';
    this.#corked = undefined;
    this.#terminal.write(text + this.echo);
  }

  on(event: string, listener: () => void): this {
    if (event === 'resize') this.#onResize.add(listener);
    return this;
  }

  off(_event: string, listener: () => void): this {
    this.#onResize.delete(listener);
    return this;
  }

  /** Listeners for a new size. */
  get listeners(): number {
    return this.#onResize.size;
  }

  /**
   * Changes the size, once all that was written is shown.
   *
   * @param isTold whether the program learns of it at once; a busy one does not
   */
  async resize(columns: number, isTold = true): Promise<void> {
    await this.#shown();
    this.#terminal.resize(columns, this.#terminal.rows);
    if (!isTold) return;
    this._refreshSize();
    for (const listener of this.#onResize) listener();
  }

  /** The rows that the user sees or can scroll up to, without empty ones at the end. */
  async rows(): Promise<string[]> {
    await this.#shown();
    const { active } = this.#terminal.buffer;
    const rows = Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    );
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  /** Where the cursor is, counted from 0, with the rows that have been scrolled away. */
  async cursor(): Promise<{ row: number; column: number }> {
    await this.#shown();
    const { active } = this.#terminal.buffer;
    return { row: active.baseY + active.cursorY, column: active.cursorX };
  }

  #shown(): Promise<void> {
    return new Promise((resolve) => this.#terminal.write('', resolve));
  }
}

/** A stream like stderr that goes to a file. */
export class FakeLog {
  readonly isTTY = false;
  text = '';

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}
