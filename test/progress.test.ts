import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type OnProgress, withProgress } from '../src/progress.js';

const report = (done: number) => ({ label: 'work', done, unit: 'tokens' as const });
const doneOf = ({ done }: { done: number }) => done;
const { signal } = new AbortController();

/** Reports 1 to `count`, one a turn of the event loop. */
const steps =
  (count: number) =>
  async ({ onProgress }: { onProgress: OnProgress }) => {
    for (let done = 1; done <= count; done++) {
      onProgress(report(done));
      await nextTurn();
    }
    return 'result';
  };

it('a consumer that keeps up gets every report and the result', async () => {
  const events = withProgress(steps(3), signal, doneOf);
  expect([await events.next(), await events.next(), await events.next(), await events.next()]).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: false, value: 3 },
    { done: true, value: 'result' },
  ]);
});

it('a slow consumer gets the newest report, and always the last one', async () => {
  const seen: number[] = [];
  for await (const done of withProgress(steps(20), signal, doneOf)) {
    seen.push(done);
    for (let turn = 0; turn < 30; turn++) await nextTurn();
  }
  expect(seen).toEqual([1, 20]);
});

it('an error of the work is thrown after its last report', async () => {
  const events = withProgress(
    async ({ onProgress }) => {
      onProgress(report(1));
      throw new Error('broken');
    },
    signal,
    doneOf,
  );
  expect(await events.next()).toEqual({ done: false, value: 1 });
  await expect(events.next()).rejects.toThrow('broken');
});

it('the signal and its reason reach the work', async () => {
  const controller = new AbortController();
  const events = withProgress(
    async (listener) => {
      controller.abort(new Error('enough'));
      listener.signal.throwIfAborted();
    },
    controller.signal,
    doneOf,
  );
  await expect(events.next()).rejects.toThrow('enough');
});

it('the work of a consumer that stops early is aborted, and its end is awaited', async () => {
  let hasEnded = false;
  const work = async (listener: { signal: AbortSignal; onProgress: OnProgress }) => {
    try {
      for (;;) {
        listener.onProgress(report(1));
        await nextTurn();
        listener.signal.throwIfAborted();
      }
    } finally {
      await nextTurn();
      hasEnded = true;
    }
  };
  for await (const _ of withProgress(work, signal, doneOf)) break;
  expect(hasEnded).toBe(true);
});
