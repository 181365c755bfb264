/** Feeds a target with inputs, in a thread of its own: an input that never ends, or takes all memory, ends only this thread. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../../src/errors.js';
import { Chance, mutate } from './mutate.js';
import type { OpenTarget } from './target.js';
import { TARGETS } from './targets/targets.js';

/** What the thread is to do. */
export interface Order {
  /** The target's number in `TARGETS`. */
  readonly target: number;
  readonly seed: number;
  /** Inputs from `first` on. */
  readonly first: number;
  readonly count: number;
  /** Two numbers of 32 bits: inputs that were begun since the start, and inputs that were refused. */
  readonly counters: SharedArrayBuffer;
}

/** An input that a target does not deal with as it must. */
export interface Finding {
  readonly input: number;
  /** The input itself, base64. */
  readonly bytes: string;
  readonly what: string;
}

/** What a message has where a value is missing. */
const HOLES = ['undefined', '[object ', 'NaN'];

const order = workerData as Order;
const { name, words = [], open } = TARGETS[order.target];
const counters = new Int32Array(order.counters);

const folder = mkdtempSync(join(tmpdir(), `zlm-fuzz-${name}-`));
try {
  await feed(await open(folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function feed({ examples, read }: OpenTarget): Promise<void> {
  for (let input = order.first; input < order.first + order.count; input++) {
    Atomics.add(counters, 0, 1);
    const chance = new Chance(order.seed, order.target, input);
    const bytes = mutate(chance, { examples, words });
    try {
      await read(bytes, chance);
    } catch (error) {
      const what = fault(error, bytes);
      if (what === null) Atomics.add(counters, 1, 1);
      else parentPort?.postMessage({ input, bytes: bytes.toString('base64'), what } satisfies Finding);
    }
  }
}

/** What is wrong with an error: it is none that a user is meant to see, or its message has a hole. Null when nothing is. */
function fault(error: unknown, input: Buffer): string | null {
  if (!(error instanceof UserError)) return error instanceof Error ? `${error.stack}` : `threw ${error}`;
  if (error.message.trim() === '') return 'an error without a message';
  const text = [error.message, ...error.cures].join('\n');
  const hole = HOLES.find((word) => text.includes(word) && !input.includes(word));
  return hole === undefined ? null : `a message with "${hole}": ${text}`;
}
