/** Checks a backend with a queue: the loss of a batch is read after later ones are launched, and nothing else changes. */
import { setTimeout as later } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import type { LoopEvent } from '../../src/training/events.js';
import { AveragedSgd } from '../../src/training/optimizers.js';
import { checkpoints, interruptingAt, names, type Run, run, windows } from './run-loop.js';
import { makeToy, type Toy } from './toy-task.js';

beforeAll(() => activateBackend('cpu'));
afterEach(() => {
  vi.restoreAllMocks();
});

/** Reads of the backend take a millisecond, as those of a GPU do. */
function delayReads(): void {
  const backend = tf.backend() as unknown as { read(dataId: object): Promise<unknown> };
  const read = backend.read.bind(backend);
  vi.spyOn(backend, 'read').mockImplementation(async (dataId) => {
    const values = await read(dataId);
    await later(1);
    return values;
  });
}

/** An event without what depends on the clock. */
function withoutTime(event: LoopEvent): object {
  const { seconds: _, position, state, ...rest } = event as unknown as Record<string, unknown>;
  const counts = state as Record<string, tf.Tensor> | undefined;
  return {
    ...rest,
    position: { ...(position as object), seconds: 0 },
    state: counts && Object.values(counts).map((tensor) => tensor.isDisposed),
  };
}

const learning: Run['settings'] = { epochs: 3, learningRateOf: (epoch) => 0.01 / epoch, windowsPerEpoch: 4 };

async function trained(options: Run): Promise<{ events: LoopEvent[]; toy: Toy; weight: number }> {
  const toy = makeToy({ windowsPerPass: 5, factor: (batches) => 1 + batches / 10 });
  const optimizer = new AveragedSgd(toy.parameters, { weightDecay: 0, clipValue: null }, false);
  const settings = { ...learning, averagesInEpoch: (epoch: number) => epoch >= 2, ...options.settings };
  const events = await run(toy, { ...options, optimizer, settings });
  return { events, toy, weight: toy.weight() };
}

describe.each([2, 3, 100])('a queue of depth %d', (queueDepth) => {
  it('the same batches give the same weights and the same events in the same order', async () => {
    const waiting = await trained({ queueDepth: 1 });
    delayReads();
    const ahead = await trained({ queueDepth });
    expect(ahead.events.map(withoutTime)).toEqual(waiting.events.map(withoutTime));
    expect(ahead.toy.seen).toEqual(waiting.toy.seen);
    expect(ahead.weight).toBe(waiting.weight);
  });

  it('an interruption saves what was launched, and the run resumes to the same weights', async () => {
    delayReads();
    const whole = await trained({ queueDepth });
    const toy = makeToy({ windowsPerPass: 5, factor: (batches) => 1 + batches / 10 });
    const { controller, onEvent } = interruptingAt(
      (event) => event.kind === 'window' && event.position.windows === 2,
    );
    const settings = learning;
    const first = await run(toy, { settings, queueDepth, controller, onEvent });
    const saved = checkpoints(first).at(-1);
    // Launched batches are finished: one at least beyond the one that was interrupted at, none of the next epoch.
    expect(saved?.position.windows).toBe(Math.min(4, 1 + queueDepth));
    expect(windows(first).map(({ done }) => done)).toEqual(
      Array.from({ length: saved?.position.windows ?? 0 }, (_, i) => i + 1),
    );
    const state = { count: tf.scalar(saved?.position.windowInPass ?? 0) };
    const rest = await run(toy, { settings, queueDepth, start: saved?.position, state });
    expect(names(rest).at(-1)).toBe('end');
    const plain = makeToy({ windowsPerPass: 5, factor: (batches) => 1 + batches / 10 });
    await run(plain, { settings });
    expect(toy.weight()).toBe(plain.weight());
    expect(whole.events.length).toBeGreaterThan(first.length);
  });

  it('divergence is noticed at most the depth of the queue late, and nothing is saved in between', async () => {
    delayReads();
    const toy = makeToy({ windowsPerPass: 9, factor: (batches) => (batches === 2 ? Number.NaN : 1) });
    const events: LoopEvent[] = [];
    const settings = { epochs: 1, windowsPerEpoch: null, learningRateOf: () => 0.01, checkpointSeconds: 0 };
    const training = run(toy, { settings, queueDepth, onEvent: (event) => events.push(event) });
    await expect(training).rejects.toMatchObject({ kind: 'diverged' });
    expect(toy.seen.length).toBeLessThanOrEqual(2 + queueDepth);
    const last = checkpoints(events).at(-1)?.position.windows ?? 0;
    expect(last).toBeLessThanOrEqual(2);
  });

  it('every tensor is freed', async () => {
    delayReads();
    const toy = makeToy({ windowsPerPass: 5 });
    const before = tf.memory().numTensors;
    await run(toy, { settings: learning, queueDepth });
    const { controller, onEvent } = interruptingAt(({ kind }) => kind === 'window');
    await run(toy, { settings: learning, queueDepth, controller, onEvent });
    expect(tf.memory().numTensors).toBe(before);
  });
});
