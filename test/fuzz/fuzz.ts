/** Points the fuzzer at targets, and sees to it that each input ends, in bounded memory. */
import { Worker } from 'node:worker_threads';
import { TARGETS } from './targets/targets.js';
import type { Finding, Order } from './worker.js';

/** What became of the inputs of one target. */
export interface FuzzReport {
  readonly target: string;
  readonly inputs: number;
  /** Inputs that were refused by a UserError; the others were taken. */
  readonly refused: number;
  readonly findings: readonly Finding[];
  readonly seconds: number;
  /** The most memory that the process had while it ran, MiB. */
  readonly residentMiB: number;
}

export interface FuzzOptions {
  readonly seed: number;
  /** Inputs of all targets together, or of the one that is named. */
  readonly inputs: number;
  /** The number of the first input of each target. */
  readonly first?: number;
}

/** An input that takes longer, by the clock, hangs. */
const SECONDS_FOR_ONE = 60;
/** Heap of the thread. Inputs are at most 1 MiB. */
const HEAP_MIB = 512;
/** More than this beyond what the process had before is unbounded. */
const GROWTH_MIB = 1024;
/** A target is left after so many findings. */
const MOST_FINDINGS = 20;

/** Node 20 gives a thread no loader for TypeScript. */
const BEGIN = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('./worker.ts', import.meta.url).href)});
})`;

/** Runs one target. */
export async function fuzz(number: number, { seed, inputs, first = 0 }: FuzzOptions): Promise<FuzzReport> {
  const { name } = TARGETS[number];
  const counters = new SharedArrayBuffer(8);
  const [progress, began, before] = [new Int32Array(counters), performance.now(), resident()];
  const findings: Finding[] = [];
  let peak = before;
  const order: Order = { target: number, seed, first, count: inputs, counters };
  const worker = new Worker(BEGIN, {
    eval: true,
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  await new Promise<void>((resolve) => {
    let [last, since] = [0, performance.now()];
    const finding = (what: string) => findings.push({ input: first + progress[0] - 1, bytes: '', what });
    const watch = setInterval(() => {
      peak = Math.max(peak, resident());
      if (progress[0] !== last) [last, since] = [progress[0], performance.now()];
      if (performance.now() - since > 1000 * SECONDS_FOR_ONE) finding(`takes more than ${SECONDS_FOR_ONE} s`);
      else if (peak - before > GROWTH_MIB) finding(`the process grew by ${peak - before} MiB`);
      else if (findings.length < MOST_FINDINGS) return;
      void worker.terminate();
    }, 250);
    worker.on('message', (message: Finding) => findings.push(message));
    worker.on('error', (error) => finding(error.stack ?? error.message));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve();
    });
  });
  const seconds = (performance.now() - began) / 1000;
  return { target: name, inputs: progress[0], refused: progress[1], findings, seconds, residentMiB: peak };
}

/** Returns how many inputs each target gets of so many in all. */
export function sharesOf(inputs: number): number[] {
  const whole = TARGETS.reduce((sum, { share }) => sum + share, 0);
  return TARGETS.map(({ share }) => Math.ceil((inputs * share) / whole));
}

function resident(): number {
  return Math.round(process.memoryUsage.rss() / 2 ** 20);
}
