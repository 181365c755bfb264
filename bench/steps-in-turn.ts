/** Steps of zlm and of a script of PyTorch, timed in turn: the parts that benchmarks of training share. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script that trains when it is asked to. */
export interface StepScript {
  /** Sends a line if there is one, and returns the next line of the script. @throws Error when the script has ended */
  ask(line?: string): Promise<string>;
  /** Lets it train for some seconds, and returns the seconds of a step. */
  secondsOfStep(seconds: number): Promise<number>;
  end(): void;
}

/**
 * Starts a script beside this file.
 *
 * @param python the interpreter
 * @param name   of the script: "speech.py"
 */
export function startScript(python: string, name: string, words: readonly string[] = []): StepScript {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(python, [script, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line?: string) => {
    if (line !== undefined) child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python} bench/${name} ended without an answer`);
    return value;
  };
  return {
    ask,
    secondsOfStep: async (seconds) => Number(await ask(String(seconds))),
    end: () => child.stdin.end(),
  };
}

/** Trains for some seconds, one step at least, and returns the seconds of a step. */
export async function secondsOfStep(step: () => Promise<unknown>, seconds: number): Promise<number> {
  const began = performance.now();
  let steps = 0;
  do {
    await step();
    steps += 1;
  } while (performance.now() - began < 1000 * seconds);
  return (performance.now() - began) / 1000 / steps;
}
