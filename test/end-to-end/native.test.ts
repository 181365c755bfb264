/** Exact resume, through interruptions and kills, on the native backend, and the model that comes out of it. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type EpochRow, readMetrics } from '../../src/training/metrics.js';
import { BACKEND_OPTIONS, whyNot } from '../backends/each-backend.js';
import { afterWindows, contentOf, type SmallTraining, trainSmall, useWorkplace } from '../small-runs.js';
import { countRows, filesIn, hasLocked, startTrainer, until } from './killed-training.js';

vi.setConfig({ testTimeout: 180_000 });

const place = useWorkplace();
const obstacle = whyNot('native');
const EVERYWHERE_DROPPED = 'dropout.recurrent={rate: 0.2, mask: step}';

const trainNative = (training: SmallTraining) =>
  trainSmall(place, { backend: 'native', backendOptions: BACKEND_OPTIONS, ...training });

describe.skipIf(obstacle)(['a training on native', obstacle].filter(Boolean).join(', '), () => {
  const overrides = [EVERYWHERE_DROPPED];
  beforeAll(async () => {
    await trainNative({ name: 'whole', overrides });
  });

  async function expectWhole(name: string): Promise<void> {
    for (const checkpoint of ['last', 'best'] as const) {
      expect(await contentOf(place.run(name), checkpoint)).toEqual(
        await contentOf(place.run('whole'), checkpoint),
      );
    }
  }

  it.each([1, 13, 28, 61])(
    'a training on native that was interrupted after %i windows ends in the same bytes',
    async (windows) => {
      const name = `after-${windows}`;
      await trainNative({ name, overrides, interruptAt: afterWindows(windows) });
      await trainNative({ resume: name });
      await expectWhole(name);
    },
  );

  it.each([
    ['averagedSgd', '{ learningRate: 5, startEpoch: 2 }'],
    ['adam', '{ learningRate: 0.01 }'],
    ['rmsprop', '{ learningRate: 0.01 }'],
  ])(
    'a training on native with %s and random lengths that was interrupted ends in the same bytes',
    async (kind, optimizer) => {
      const given = [
        ...overrides,
        `training.optimizer={${kind}: ${optimizer}}`,
        'training.schedule={constant: {}}',
        'training.randomBptt={ halve: 0.3, deviation: 1, minimum: 2 }',
        'training.loss=mean',
        'training.weightDecay=0.001',
      ];
      await trainNative({ name: `${kind}-whole`, overrides: given });
      await trainNative({ name: kind, overrides: given, interruptAt: afterWindows(13) });
      await trainNative({ resume: kind, interruptAt: afterWindows(50) });
      await trainNative({ resume: kind });
      for (const checkpoint of ['last', 'best'] as const) {
        expect(await contentOf(place.run(kind), checkpoint)).toEqual(
          await contentOf(place.run(`${kind}-whole`), checkpoint),
        );
      }
    },
  );

  it('a training on native with several threads that was killed three times ends in the same bytes', async () => {
    const run = place.run('killed');
    const often = ['--set', 'training.checkpoint.everyMinutes=0.00001'];
    for (const threads of ['1', '2', '3']) {
      const words = existsSync(run.spec)
        ? ['--resume', run.name]
        : [place.spec, '--name', run.name, '--set', EVERYWHERE_DROPPED, ...often];
      const trainer = startTrainer(place, [...words, '--threads', threads], 'native');
      await until(() => hasLocked(run, trainer) && existsSync(run.spec), trainer);
      const rows = countRows(run) + 5 + Math.floor(10 * Math.random());
      await until(() => countRows(run) >= rows, trainer);
      await sleep(5 * Math.random());
      trainer.kill('SIGKILL');
      expect(await trainer.ended).toMatchObject({ signal: 'SIGKILL' });
    }
    await trainNative({ resume: run.name, overrides: ['training.checkpoint.everyMinutes=10'] });
    await expectWhole(run.name);
    expect(filesIn(run.path).filter((file) => file.startsWith('lock'))).toEqual([]);
  });

  it('a training on native has the perplexities of one on wasm', async () => {
    await trainSmall(place, { name: 'on-wasm', overrides });
    const perplexities = async (name: string) =>
      (await readMetrics(place.run(name)))
        .filter((row) => row.kind === 'epoch')
        .map((row) => (row as EpochRow).validPerplexity);
    const [native, wasm] = [await perplexities('whole'), await perplexities('on-wasm')];
    expect(native).toHaveLength(3);
    for (const [epoch, perplexity] of native.entries()) {
      expect(Math.abs(perplexity / wasm[epoch] - 1)).toBeLessThan(1e-4);
    }
  });
});
