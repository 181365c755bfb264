/**
 * Trainings on TensorFlow and on WebGPU: the losses are those of another backend, and interrupted ones end in the same bytes.
 */
import { describe, expect, it } from 'vitest';
import type { TrainingEvent } from '../../src/training/events.js';
import { BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { afterWindows, contentOf, type SmallTraining, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const BACKENDS = ['tensorflow', 'webgpu'] as const;
const OTHER = whyNot('native') === undefined ? 'native' : 'wasm';

/** Masks at every place where the paper has them. */
const DROPPED = ['input', 'between', 'output'].map((edge) => `dropout.${edge}={rate: 0.3, mask: step}`);

const WINDOWS = 20;

type Trained = (typeof BACKENDS)[number] | typeof OTHER;

const trainOn = (backend: Trained, training: SmallTraining) =>
  trainSmall(place, { backend, backendOptions: BACKEND_OPTIONS, ...training });

/** Trains 20 windows or a few more, and returns the loss of each. */
async function lossesOn(backend: Trained, name: string): Promise<number[]> {
  const losses: number[] = [];
  const onEvent = (event: TrainingEvent) => {
    if (event.kind === 'window') losses.push(event.nll / event.predictions);
  };
  await trainOn(backend, { name, overrides: DROPPED, interruptAt: afterWindows(WINDOWS), onEvent });
  return losses.slice(0, WINDOWS);
}

describe.each(BACKENDS)('a training on %s', (backend) => {
  const obstacle = whyNot(backend);
  const titled = (title: string) => [title, obstacle].filter(Boolean).join(', ');

  it.skipIf(obstacle)(titled(`the losses of 20 windows are within 1e-4 of those on ${OTHER}`), async () => {
    const losses = await lossesOn(backend, `ours-${backend}`);
    const expected = await lossesOn(OTHER, `other-${backend}`);
    expect(losses).toHaveLength(WINDOWS);
    for (const [window, loss] of expected.entries())
      expect(Math.abs(losses[window] - loss)).toBeLessThanOrEqual(1e-4 * loss);
  });

  it.skipIf(obstacle).each([
    ['sgd', []],
    ['adam', ['training.optimizer={adam: { learningRate: 0.01 }}', 'training.schedule={constant: {}}']],
  ])(
    titled('a training with %s that was interrupted twice ends in the same bytes'),
    async (optimizer, more) => {
      const name = `${optimizer}-${backend}`;
      const overrides = [...DROPPED, ...more];
      await trainOn(backend, { name, overrides });
      const broken = `${name}-broken`;
      await trainOn(backend, { name: broken, overrides, interruptAt: afterWindows(13) });
      await trainOn(backend, { resume: broken, interruptAt: afterWindows(28) });
      await trainOn(backend, { resume: broken });
      for (const checkpoint of ['last', 'best'] as const) {
        expect(await contentOf(place.run(broken), checkpoint)).toEqual(
          await contentOf(place.run(name), checkpoint),
        );
      }
    },
  );
});
