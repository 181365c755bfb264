// Processes that a test starts, watches and kills.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A child process and the lines it has still to print. */
export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The next line of its standard output; fails when it ends without one. */
  nextLine(): Promise<string>;
  /** kill -9, then waits for its end. */
  kill(): Promise<void>;
}

/** Runs a TypeScript file of this folder in a process of its own, killed at the end of the test at the latest. */
export function startChild(script: string, ...args: string[]): Child {
  const child = spawn(process.execPath, ['--import', 'tsx', `test/storage/${script}`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return {
    process: child,
    pid: child.pid ?? 0,
    nextLine: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended without a word`);
      return value;
    },
    kill,
  };
}
