/** Trainings on TensorFlow: the losses are those of another backend, and interrupted ones end in the same bytes. */
import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../src/training/events.js';
import { BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { afterWindows, contentOf, type SmallTraining, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const obstacle = whyNot('tensorflow');
const OTHER = whyNot('native') === undefined ? 'native' : 'wasm';

/** Masks at every place where the paper has them. */
const DROPPED = ['input', 'between', 'output'].map((edge) => `dropout.${edge}={rate: 0.3, mask: step}`);

const WINDOWS = 20;

const trainOn = (backend: 'tensorflow' | 'native' | 'wasm', training: SmallTraining) =>
  trainSmall(place, { backend, backendOptions: BACKEND_OPTIONS, ...training });

/** Trains 20 windows or a few more, and returns the loss of each. */
async function lossesOn(backend: 'tensorflow' | 'native' | 'wasm', name: string): Promise<number[]> {
  const losses: number[] = [];
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === 'window') losses.push(event.nll / event.predictions);
  };
  await trainOn(backend, { name, overrides: DROPPED, interruptAt: afterWindows(WINDOWS), onEvent });
  return losses.slice(0, WINDOWS);
}

describe.skipIf(obstacle)(['a training on tensorflow', obstacle].filter(Boolean).join(', '), () => {
  it(`the losses of 20 windows are within 1e-4 of those on ${OTHER}`, async () => {
    const [losses, expected] = [await lossesOn('tensorflow', 'ours'), await lossesOn(OTHER, 'other')];
    expect(losses).toHaveLength(WINDOWS);
    for (const [window, loss] of expected.entries())
      expect(Math.abs(losses[window] - loss)).toBeLessThanOrEqual(1e-4 * loss);
  });

  it.each([
    ['sgd', []],
    ['adam', ['training.optimizer={adam: { learningRate: 0.01 }}', 'training.schedule={constant: {}}']],
  ])(
    'a training on tensorflow with %s that was interrupted twice ends in the same bytes',
    async (name, more) => {
      const overrides = [...DROPPED, ...more];
      await trainOn('tensorflow', { name, overrides });
      const broken = `${name}-broken`;
      await trainOn('tensorflow', { name: broken, overrides, interruptAt: afterWindows(13) });
      await trainOn('tensorflow', { resume: broken, interruptAt: afterWindows(28) });
      await trainOn('tensorflow', { resume: broken });
      for (const checkpoint of ['last', 'best'] as const) {
        expect(await contentOf(place.run(broken), checkpoint)).toEqual(
          await contentOf(place.run(name), checkpoint),
        );
      }
    },
  );
});
