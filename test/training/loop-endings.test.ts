/** Checks the early ends of the loop: interrupted, diverged, or left by its consumer. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { UserError } from '../../src/errors.js';
import { START, type TrainingProgress } from '../../src/runs/training-progress.js';
import type { Task } from '../../src/tasks/task.js';
import type { LoopEvent } from '../../src/training/events.js';
import { trainingLoop } from '../../src/training/loop.js';
import { epochs, interruptingAt, names, run, SETTINGS, sgdOf } from './run-loop.js';
import { makeToy, validationsOf } from './toy-task.js';

beforeAll(() => activateBackend('cpu'));

describe('an interruption', () => {
  /** Returns what a checkpoint file would contain. */
  function saving() {
    const saved: { position?: TrainingProgress; count?: number; weight?: number } = {};
    const save = (event: LoopEvent, weight: () => number) => {
      if (event.kind !== 'checkpoint') return;
      Object.assign(saved, {
        position: event.position,
        count: event.state.count.dataSync()[0],
        weight: weight(),
      });
    };
    return { saved, save };
  }
  const settings = { windowsPerEpoch: 2, epochs: 4, learningRateOf: (epoch: number) => 0.1 / epoch };

  it('an interruption ends after the current window with a checkpoint, from which the run continues unchanged', async () => {
    const undisturbed = makeToy();
    const end = (await run(undisturbed, { settings })).at(-1);

    for (let at = 1; at <= 8; at++) {
      const toy = makeToy();
      const { saved, save } = saving();
      const interrupt = interruptingAt((event) => event.kind === 'window' && event.position.windows === at);
      const events = await run(toy, {
        settings,
        controller: interrupt.controller,
        onEvent: (event) => {
          interrupt.onEvent(event);
          save(event, toy.weight);
        },
      });
      expect(names(events).slice(-3)).toEqual(['window', 'interrupted', 'end']);
      expect(events.at(-1)).toMatchObject({ outcome: 'interrupted', position: { windows: at } });

      const next = makeToy({ weight: saved.weight });
      const state = { count: tf.scalar(saved.count ?? -1) };
      const rest = await run(next, { settings, start: saved.position, state });
      expect(next.seen.map(({ step }) => step / 3)).toEqual(
        Array.from({ length: 8 - at }, (_, index) => at + index),
      );
      expect([...toy.seen, ...next.seen]).toEqual(undisturbed.seen);
      expect(next.weight()).toBe(undisturbed.weight());
      expect(withoutSeconds(rest.at(-1))).toEqual(withoutSeconds(end));
    }
  });

  it('an interruption is noticed even if the backend never returns to the event loop', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new UserError('interrupted', 'Interrupted')), 5);
    const settings = { epochs: 1, windowsPerEpoch: 1000 };
    expect((await run(makeToy(), { settings, controller })).at(-1)).toMatchObject({ outcome: 'interrupted' });
  });

  it('an interruption during the validation ends at once, and the run resumes with that validation', async () => {
    const validate: Task['validate'] = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        controller.abort(new UserError('interrupted', 'Interrupted'));
      });
    const controller = new AbortController();
    const { saved, save } = saving();
    const toy = makeToy({ validate });
    const events = await run(toy, { settings, controller, onEvent: (event) => save(event, toy.weight) });
    expect(names(events)).toEqual(['window', 'window', 'epoch-trained', 'end']);
    expect(events.at(-1)).toMatchObject({ outcome: 'interrupted', position: { windows: 2, epochs: 0 } });

    const state = { count: tf.scalar(saved.count ?? -1) };
    const rest = await run(makeToy(), { settings, start: saved.position, state });
    expect(names(rest).slice(0, 4)).toEqual(['epoch', 'epoch-validated', 'window', 'window']);
    expect(epochs(rest)[0]).toMatchObject({ epoch: 1, trainPerplexity: expect.any(Number) });
  });
});

describe('divergence', () => {
  const diverged = (...parts: string[]) =>
    expect.objectContaining({ kind: 'diverged', message: expect.stringMatching(parts.join('.*')) });
  const settings = { learningRateOf: () => 0.25 };

  it('a loss that is not a number is divergence', async () => {
    const toy = makeToy({ factor: (windows) => (windows === 4 ? Number.NaN : 1) });
    await expect(run(toy, { settings })).rejects.toEqual(
      diverged('epoch 2, window 2', 'nll NaN', 'gradient norm NaN', 'learning rate 0.25'),
    );
  });

  it('an infinite gradient with a finite loss is divergence', async () => {
    const toy = makeToy({ weight: 1e-30, factor: (windows) => (windows === 1 ? 1e30 : 0) });
    await expect(run(toy, { settings })).rejects.toEqual(
      diverged('epoch 1, window 2', 'nll 3.5 nats', 'norm Infinity'),
    );
  });

  it('a loss that stays too high is divergence, and a single bad window is not', async () => {
    const bad = (from: number, to: number) => (windows: number) =>
      windows >= from && windows < to ? 1000 : 1;
    const long = { windowsPerEpoch: 80, epochs: 1 };
    await run(makeToy({ uniformNll: 4, factor: bad(10, 25) }), { settings: long });
    const toy = makeToy({ uniformNll: 4, factor: bad(10, 80) });
    await expect(run(toy, { settings: long })).rejects.toEqual(diverged('epoch 1, window 30'));
  });

  it.each([Number.NaN, 800])('a validation that finds %s nats is divergence', async (nll) => {
    const events: LoopEvent[] = [];
    const toy = makeToy({ validate: validationsOf([nll]) });
    const running = run(toy, { settings, onEvent: (event) => events.push(event) });
    await expect(running).rejects.toEqual(diverged('epoch 1, validation', String(nll)));
    expect(names(events)).not.toContain('epoch');
  });
});

describe('tensors', () => {
  it('the number of tensors does not grow over hundreds of windows', async () => {
    const toy = makeToy({ windowsPerPass: 70 });
    const before = tf.memory().numTensors;
    const during = new Set<number>();
    await run(toy, {
      settings: { windowsPerEpoch: 100, epochs: 4, clipNorm: 1, checkpointSeconds: 0.01 },
      onEvent: () => during.add(tf.memory().numTensors - before),
    });
    // The one is the state.
    expect([...during]).toEqual([1]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('all tensors are freed when the run is interrupted, diverges, or its consumer stops', async () => {
    const toy = makeToy();
    const diverging = makeToy({ factor: () => Number.NaN });
    const before = tf.memory().numTensors;
    const { controller, onEvent } = interruptingAt(({ kind }) => kind === 'window');
    await run(toy, { controller, onEvent });
    await expect(run(diverging)).rejects.toThrow('not finite before any update');
    const parts = { task: toy, optimizer: sgdOf(toy), settings: SETTINGS, queueDepth: 1 };
    for await (const _ of trainingLoop(parts, START, {}, new AbortController().signal)) break;
    expect(tf.memory().numTensors).toBe(before);
  });
});

function withoutSeconds(event: LoopEvent | undefined): object {
  if (event?.kind !== 'end') throw new Error('no end');
  return { ...event, position: { ...event.position, seconds: 0 } };
}
