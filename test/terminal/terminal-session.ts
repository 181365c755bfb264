/** A command behind a pseudo terminal, watched on the screen of a terminal emulator. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Screen } from './screen.js';

const PTY = fileURLToPath(new URL('pseudo_terminal.py', import.meta.url));

/** Empty where a session can be started, else why not, for the name of a test. */
export const NO_TERMINAL =
  spawnSync('python3', ['-c', 'import pty, termios']).status === 0 ? '' : ' (skipped: no python3 with pty)';

/** What the relay writes when the size of the terminal has changed: the emulator's size changes with it, not amid older output. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is a control sequence
const RESIZED = /\u001b_columns=(\d+)\u001b\\/;

/** A condition on a screen that a test waits for. */
type Condition = (rows: readonly string[]) => boolean;

/** One session: a user types and sees the screen. */
export class TerminalSession {
  readonly #screen: Screen;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  #onOutput = (): void => {};
  #onResized = (): void => {};

  /**
   * @param columns width of the terminal
   * @param command a program and its arguments
   */
  constructor(
    columns: number,
    command: readonly string[],
    options: { cwd: string; env?: NodeJS.ProcessEnv },
  ) {
    this.#screen = new Screen(columns, 24);
    this.#process = spawn('python3', [PTY, String(columns), ...command], {
      cwd: options.cwd,
      env: {
        ...process.env,
        TERM: 'xterm-256color',
        LC_ALL: 'C.UTF-8',
        FORCE_COLOR: undefined,
        ...options.env,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      const [before, columns, after = ''] = text.split(RESIZED);
      this.#screen.write(before);
      if (columns !== undefined) this.#screen.resize(Number(columns)).then(() => this.#onResized());
      this.#screen.write(after);
      this.#onOutput();
    });
  }

  /** All that was written to the terminal. */
  get bytes(): string {
    return this.#screen.bytes;
  }

  type(text: string): void {
    this.#process.stdin.write(`${JSON.stringify({ type: text })}\n`);
  }

  async resize(columns: number): Promise<void> {
    const resized = new Promise<void>((resolve) => {
      this.#onResized = resolve;
    });
    this.#process.stdin.write(`${JSON.stringify({ resize: columns })}\n`);
    await resized;
  }

  /** The rows once they meet a condition. */
  async until(condition: Condition, seconds = 60): Promise<string[]> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const output = new Promise<void>((resolve) => {
        this.#onOutput = resolve;
        setTimeout(resolve, 1000).unref();
      });
      const rows = await this.#screen.rows();
      if (condition(rows)) return rows;
      if (Date.now() > deadline || this.#process.exitCode !== null)
        throw new Error(`never seen on the screen:\n${rows.join('\n')}`);
      await output;
    }
  }

  /** Waits for the end of the command. */
  async ended(): Promise<number> {
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    return this.#process.exitCode ?? -1;
  }

  /** Ends the session, whatever is running in it. */
  close(): void {
    this.#process.kill();
  }
}
