/** Checks the decisions by validations: learning rates, averaging, and the end of a run. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { UserError } from '../../src/errors.js';
import { START } from '../../src/runs/training-progress.js';
import { trainingLoop } from '../../src/training/loop.js';
import { AveragedSgd, disposeOptimizer } from '../../src/training/optimizers.js';
import { epochs, names, run, SETTINGS, windows } from './run-loop.js';
import { makeToy, TOY_GRADIENT, type Toy, validation, validationsOf } from './toy-task.js';

beforeAll(() => activateBackend('cpu'));

describe('the validations before', () => {
  const validate = () => validationsOf([3, 2, 2.5, 1]);

  it('learning rate, averaging and early stopping use the validations before', async () => {
    const asked: (readonly number[])[] = [];
    const note = (validation: readonly number[]) => asked.push(validation.map(Math.log).map(Math.round));
    const settings = {
      epochs: 3,
      learningRateOf: (epoch: number, validation: readonly number[]) => {
        note(validation);
        return epoch;
      },
      averagesInEpoch: (_: number, validation: readonly number[]) => {
        note(validation);
        return false;
      },
    };
    const events = await run(makeToy({ validate: validate() }), { settings });
    expect(asked).toEqual([[], [], [3], [3], [3, 2], [3, 2]]);
    expect(events.at(-1)).toMatchObject({ position: { validation: [3, 2, 2.5].map(Math.exp) } });
  });

  it('the run ends early when the validations do not improve, and stays finished', async () => {
    const settings = { epochs: 9, stopsEarly: ({ epochs }: { readonly epochs: number }) => epochs === 3 };
    const events = await run(makeToy({ validate: validate() }), { settings });
    expect(names(events).slice(-3)).toEqual(['epoch', 'epoch-validated', 'end']);
    const end = { kind: 'end', outcome: 'finished', stoppedEarly: true, position: { epochs: 3 } };
    expect(events.at(-1)).toMatchObject(end);
    const [{ position: start }] = epochs(events).slice(-1);
    const again = await run(makeToy(), { settings, start });
    expect(again).toHaveLength(1);
    expect(again[0]).toMatchObject(end);
  });

  it('a run that has trained all its epochs does not count as stopped early', async () => {
    const settings = { epochs: 3, stopsEarly: ({ epochs }: { readonly epochs: number }) => epochs === 3 };
    const events = await run(makeToy(), { settings });
    expect(events.at(-1)).toMatchObject({ outcome: 'finished', stoppedEarly: false });
  });
});

describe('averaging', () => {
  /** Averages from epoch 2 on; the weight falls by the gradient in each window. */
  const settings = { epochs: 3, learningRateOf: () => 1, averagesInEpoch: (epoch: number) => epoch >= 2 };
  const averaging = (toy: Toy) => new AveragedSgd(toy.parameters, { weightDecay: 0, clipValue: null }, false);

  it('averaging validates the mean of the parameters after each step since its start, and training continues with the last', async () => {
    const validated: number[] = [];
    const toy = makeToy({
      validate: async () => {
        validated.push(toy.weight());
        return validation(1);
      },
    });
    const saved: number[] = [];
    const events = await run(toy, {
      settings,
      optimizer: averaging(toy),
      onEvent: ({ kind }) => kind === 'checkpoint' && saved.push(toy.weight()),
    });
    const weightAfter = (steps: number) => 1 - steps * TOY_GRADIENT;
    // Steps 1 to 3 are not averaged, 4 to 6 are, and so are 4 to 9.
    expect(validated).toEqual([
      weightAfter(3),
      weightAfter((4 + 5 + 6) / 3),
      weightAfter((4 + 5 + 6 + 7 + 8 + 9) / 6),
    ]);
    expect(saved).toEqual([3, 3, 6, 6, 9, 9].map(weightAfter));
    expect(epochs(events).map(({ averaged }) => averaged)).toEqual([false, true, true]);
    expect(windows(events).map(({ position }) => position.averagedSince)).toEqual([
      null,
      null,
      null,
      ...Array(6).fill(3),
    ]);
  });

  it('averaging restores the parameters when the validation is interrupted, fails, or its consumer stops', async () => {
    const endings = [
      async (toy: Toy, controller: AbortController) =>
        run(toy, { settings, optimizer: averaging(toy), controller }),
      async (toy: Toy) => {
        await expect(run(toy, { settings, optimizer: averaging(toy) })).rejects.toThrow('broken');
      },
      async (toy: Toy) => {
        const optimizer = averaging(toy);
        const parts = { task: toy, optimizer, settings: { ...SETTINGS, ...settings }, queueDepth: 1 };
        for await (const event of trainingLoop(parts, START, {}, new AbortController().signal)) {
          if (event.kind === 'validation' && event.epoch === 2) break;
        }
        disposeOptimizer(optimizer);
      },
    ];
    for (const ending of endings) {
      const controller = new AbortController();
      let calls = 0;
      const toy = makeToy({
        validate: async (_signal, onProgress) => {
          onProgress({ label: 'valid', done: 1, total: 2, unit: 'tokens' });
          if (++calls === 1) return validation(1);
          expect(toy.weight()).toBe(1 - 5 * TOY_GRADIENT);
          controller.abort(new UserError('interrupted', 'Interrupted'));
          await nextTurn();
          throw new Error('broken');
        },
      });
      await ending(toy, controller);
      expect(calls).toBe(2);
      expect(toy.weight()).toBe(1 - 6 * TOY_GRADIENT);
    }
  });
});
