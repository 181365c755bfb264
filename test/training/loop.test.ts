import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { START } from '../../src/runs/training-progress.js';
import type { Task } from '../../src/tasks/task.js';
import { checkpoints, epochs, names, run, windows } from './run-loop.js';
import { makeToy, TOY_GRADIENT, TOY_WINDOW, validation, validationsOf } from './toy-task.js';

beforeAll(() => activateBackend('cpu'));

describe('the order of events', () => {
  it('the events are windows, a checkpoint, the validation, a checkpoint, and the end', async () => {
    const epoch = ['window', 'window', 'window', 'epoch-trained', 'epoch', 'epoch-validated'];
    expect(names(await run(makeToy()))).toEqual([...epoch, ...epoch, 'end']);
  });

  it('the events number windows and epochs, and count what was trained', async () => {
    const events = await run(makeToy());
    expect(windows(events).map(({ epoch, done, total }) => [epoch, done, total])).toEqual([
      [1, 1, 3],
      [1, 2, 3],
      [1, 3, 3],
      [2, 1, 3],
      [2, 2, 3],
      [2, 3, 3],
    ]);
    expect(windows(events).map(({ position }) => position.windows)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(windows(events)[4].position).toMatchObject({ epochs: 1, epochPredictions: 12, epochNll: 42 });
    expect(events.at(-1)).toMatchObject({
      kind: 'end',
      outcome: 'finished',
      position: { epochs: 2, windows: 6 },
    });
  });

  it('the time continues from the sessions before', async () => {
    const seconds = windows(await run(makeToy(), { start: { ...START, seconds: 100 } })).map(
      ({ position }) => position.seconds,
    );
    expect(seconds[0]).toBeGreaterThan(100);
    expect(seconds.toSorted((a, b) => a - b)).toEqual(seconds);
  });
});

describe('a step', () => {
  it('a step descends the sum over time and the mean over the batch', async () => {
    const toy = makeToy();
    const events = await run(toy, { settings: { epochs: 1, windowsPerEpoch: 1, learningRateOf: () => 0.5 } });
    expect(toy.weight()).toBe(1 - 0.5 * TOY_GRADIENT);
    const { predictions, sum: nll } = TOY_WINDOW;
    expect(windows(events)[0]).toMatchObject({
      nll,
      predictions,
      gradientNorm: TOY_GRADIENT,
      learningRate: 0.5,
    });
  });

  it('a step descends the mean over all predictions when that is the loss', async () => {
    const toy = makeToy();
    const settings = { epochs: 1, windowsPerEpoch: 1, learningRateOf: () => 0.5, loss: 'mean' } as const;
    const events = await run(toy, { settings });
    expect(toy.weight()).toBe(1 - (0.5 * TOY_GRADIENT) / 3);
    expect(windows(events)[0]).toMatchObject({ nll: TOY_WINDOW.sum, gradientNorm: TOY_GRADIENT / 3 });
  });

  it.each([
    ['sum', 3],
    ['mean', 1],
  ] as const)(
    'a step adds the penalty to each prediction of a %s, and not to the reported loss',
    async (loss, times) => {
      const [plain, penalized] = [makeToy(), makeToy({ penalty: 4 })];
      const settings = { epochs: 1, windowsPerEpoch: 1, learningRateOf: () => 0.5, loss };
      const [[before], [after]] = [
        windows(await run(plain, { settings })),
        windows(await run(penalized, { settings })),
      ];
      expect(plain.weight() - penalized.weight()).toBe(0.5 * 4 * times);
      expect(after.gradientNorm - before.gradientNorm).toBe(4 * times);
      expect(after.nll).toBe(before.nll);
    },
  );

  it('a step uses a learning rate that fits the length of its window', async () => {
    const toy = makeToy({ stepsOf: (_, inPass) => [3, 6, 12][inPass] });
    const settings = { epochs: 1, learningRateOf: () => 0.5, windowFactor: (steps: number) => steps / 6 };
    const events = await run(toy, { settings });
    expect(windows(events).map((event) => event.learningRate)).toEqual([0.25, 0.5, 1]);
    expect(toy.weight()).toBe(1 - (0.25 + 0.5 + 1) * TOY_GRADIENT);
    expect(epochs(events)[0].learningRate).toBe(0.5);
    expect(toy.seen.map(({ step }) => step)).toEqual([0, 3, 9]);
    expect(windows(events).map(({ position }) => position.steps)).toEqual([3, 9, 21]);
  });

  it('a step is shortened to the norm of the clipping', async () => {
    const toy = makeToy();
    const settings = { epochs: 1, windowsPerEpoch: 1, learningRateOf: () => 0.5, clipNorm: 2 };
    const events = await run(toy, { settings });
    expect(toy.weight()).toBeCloseTo(1 - 0.5 * 2, 6);
    expect(windows(events)[0].gradientNorm).toBe(TOY_GRADIENT);
  });

  it('a step uses the learning rate of its epoch', async () => {
    const toy = makeToy();
    const rates = [0, 1, 0.5, 0.25];
    const events = await run(toy, { settings: { epochs: 3, learningRateOf: (epoch) => rates[epoch] } });
    expect(windows(events).map((event) => event.learningRate)).toEqual([
      1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25,
    ]);
    expect(toy.weight()).toBe(1 - 3 * (1 + 0.5 + 0.25) * TOY_GRADIENT);
  });
});

describe('epochs shorter than a pass', () => {
  it('epochs shorter than a pass continue at the place in the data, and only the start of a pass zeroes the state', async () => {
    const toy = makeToy({ windowsPerPass: 3 });
    await run(toy, { settings: { epochs: 4, windowsPerEpoch: 2 } });
    expect(toy.seen.map(({ pass, inPass, step, count }) => [pass, inPass, step, count])).toEqual([
      [0, 0, 0, 0],
      [0, 1, 3, 1],
      [0, 2, 6, 2],
      [1, 0, 9, 0],
      [1, 1, 12, 1],
      [1, 2, 15, 2],
      [2, 0, 18, 0],
      [2, 1, 21, 1],
    ]);
  });
});

describe('epochs of a pass each', () => {
  it('epochs of a pass each have as many windows as their pass', async () => {
    const counts = [2, 4, 1];
    const toy = { ...makeToy(), batchesIn: (pass: number) => counts[pass] };
    const events = await run(toy, { settings: { epochs: 3, windowsPerEpoch: null } });
    expect(windows(events).map(({ epoch, done, total }) => [epoch, done, total])).toEqual([
      [1, 1, 2],
      [1, 2, 2],
      [2, 1, 4],
      [2, 2, 4],
      [2, 3, 4],
      [2, 4, 4],
      [3, 1, 1],
    ]);
    expect(toy.seen.map(({ pass, inPass, count }) => [pass, inPass, count])).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
      [1, 1, 1],
      [1, 2, 2],
      [1, 3, 3],
      [2, 0, 0],
    ]);
    expect(events.at(-1)).toMatchObject({ position: { pass: 3, windowInPass: 0, windows: 7 } });
  });
});

describe('validation', () => {
  it('validation gives perplexities, and names the best', async () => {
    const events = await run(makeToy({ validate: validationsOf([3, 2, 2, 4, 1]) }), {
      settings: { epochs: 5 },
    });
    const train = Math.exp(TOY_WINDOW.sum / TOY_WINDOW.predictions);
    expect(epochs(events).map((event) => event.trainPerplexity)).toEqual(Array(5).fill(train));
    expect(epochs(events).map((event) => event.validPerplexity)).toEqual([3, 2, 2, 4, 1].map(Math.exp));
    expect(epochs(events).map((event) => event.isBest)).toEqual([true, true, false, false, true]);
    expect(epochs(events).map((event) => event.position.best?.epoch)).toEqual([1, 2, 2, 2, 5]);
    expect(checkpoints(events).map((event) => event.isBest)).toEqual(
      [true, true, false, false, true].flatMap((isBest) => [false, isBest]),
    );
  });

  it('validation passes its progress on', async () => {
    const validate: Task['validate'] = async (_signal, onProgress) => {
      for (const done of [1, 2]) {
        onProgress({ label: 'valid', done, total: 2, unit: 'tokens' });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return validation(1);
    };
    const events = await run(makeToy({ validate }), { settings: { epochs: 1 } });
    const progress = events.flatMap((event) => (event.kind === 'validation' ? [event.progress.done] : []));
    expect(progress).toEqual([1, 2]);
  });

  it('a validation that fails ends the run with its failure', async () => {
    const validate = () => Promise.reject(new RangeError('broken'));
    await expect(run(makeToy({ validate }))).rejects.toThrow(RangeError);
  });
});

describe('checkpoints inside an epoch', () => {
  it('a checkpoint inside an epoch is offered when the interval is over, but not beside the one at its end', async () => {
    const events = await run(makeToy(), { settings: { epochs: 1, checkpointSeconds: 0 } });
    expect(names(events)).toEqual([
      'window',
      'interval',
      'window',
      'interval',
      'window',
      'epoch-trained',
      'epoch',
      'epoch-validated',
      'end',
    ]);
    expect(checkpoints(events).map(({ position }) => position.windows)).toEqual([1, 2, 3, 3]);
  });

  it('a checkpoint comes an interval after the one before, of whatever kind', async () => {
    let milliseconds = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => milliseconds);
    onTestFinished(() => clock.mockRestore());
    const slow = (): number => {
      milliseconds += 1000;
      return 1;
    };
    const events = await run(makeToy({ factor: slow }), {
      settings: { windowsPerEpoch: 7, checkpointSeconds: 3 },
    });
    expect(checkpoints(events).map(({ reason, position }) => [reason, position.windows])).toEqual([
      ['interval', 3],
      ['interval', 6],
      ['epoch-trained', 7],
      ['epoch-validated', 7],
      ['interval', 10],
      ['interval', 13],
      ['epoch-trained', 14],
      ['epoch-validated', 14],
    ]);
    expect(windows(events)[4]).toMatchObject({ seconds: 1, position: { seconds: 5 } });
  });

  it('a checkpoint contains the state that belongs to its progress', async () => {
    const counts: number[] = [];
    await run(makeToy(), {
      settings: { checkpointSeconds: 0 },
      onEvent: (event) => {
        if (event.kind === 'checkpoint') counts.push(event.state.count.dataSync()[0]);
      },
    });
    expect(counts).toEqual([1, 2, 3, 3, 1, 2, 3, 3]);
  });
});
