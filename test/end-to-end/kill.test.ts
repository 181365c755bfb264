/** Kills trainings, which must end in the bytes of one that was not killed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { listRuns } from '../../src/runs/list-runs.js';
import { type EpochRow, readMetrics } from '../../src/training/metrics.js';
import { contentOf, trainSmall, useWorkplace } from '../small-runs.js';
import { countRows, filesIn, hasLocked, isHalfSaved, startTrainer, until } from './killed-training.js';

// Each process takes a second to start, and many more on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

const place = useWorkplace();
const WINDOWS_PER_EPOCH = 28;
/** Epochs of the training that is killed many times, and of the others. */
const [LONG, SHORT] = [13, 5];
const SAVE_ALWAYS = 'training.checkpoint.everyMinutes=0.00001';
const ONE_EPOCH = ['--set', 'training.epochs=1', '--set', 'training.schedule={constant: {}}'];
const SAVE_SELDOM = 'training.checkpoint.everyMinutes=10';

beforeAll(async () => {
  for (const epochs of [LONG, SHORT]) {
    await trainSmall(place, { name: `whole-${epochs}`, overrides: [`training.epochs=${epochs}`] });
  }
});

/** Starts a new run with a checkpoint after every window. */
function startNew(name: string, epochs: number) {
  const overrides = [SAVE_ALWAYS, `training.epochs=${epochs}`].flatMap((text) => ['--set', text]);
  return startTrainer(place, [place.spec, '--name', name, ...overrides]);
}

/** Trains a run to its end, in this process. */
async function finish(resume: string): Promise<void> {
  await trainSmall(place, { resume, overrides: [SAVE_SELDOM] });
}

/** Expects the run to equal the undisturbed one, with every row of metrics once. */
async function expectWhole(name: string, epochs: number): Promise<void> {
  const [run, whole] = [place.run(name), place.run(`whole-${epochs}`)];
  expect(await contentOf(run)).toEqual(await contentOf(whole));
  expect(await contentOf(run, 'best')).toEqual(await contentOf(whole, 'best'));
  const rows = await readMetrics(run);
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const windows = rows.filter(({ kind }) => kind === 'windows').map((row) => row.windows);
  expect(windows).toEqual(upTo(epochs * WINDOWS_PER_EPOCH));
  const epochRows = rows.filter((row) => row.kind === 'epoch') as EpochRow[];
  expect(epochRows.map(({ epoch }) => epoch)).toEqual(upTo(epochs));
  expect(filesIn(join(run.path, 'checkpoints')).sort()).toEqual(['best.safetensors', 'last.safetensors']);
  expect(filesIn(run.path).filter((file) => file.startsWith('lock'))).toEqual([]);
}

describe('a training that is killed', () => {
  it('a training that is killed ten times at random moments ends in the same bytes', async () => {
    const run = place.run('killed');
    const moments: number[] = [];
    for (let kill = 0; kill < 10; kill++) {
      const trainer = kill === 0 ? startNew('killed', LONG) : startTrainer(place, ['--resume', 'killed']);
      await until(() => hasLocked(run, trainer) && existsSync(run.spec), trainer);
      const rows = countRows(run) + Math.floor(30 * Math.random());
      await until(() => countRows(run) >= rows, trainer);
      await sleep(10 * Math.random());
      trainer.kill('SIGKILL');
      expect(await trainer.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
      moments.push(countRows(run));
    }
    expect(countRows(run), `killed after ${moments} rows`).toBeLessThan(LONG * (WINDOWS_PER_EPOCH + 1));
    await finish('killed');
    await expectWhole('killed', LONG);
  });

  it('a training with averaging and random lengths that is killed three times ends in the same bytes', async () => {
    const run = place.run('averaging');
    const overrides = [
      SAVE_ALWAYS,
      `training.epochs=${SHORT}`,
      'training.schedule={constant: {}}',
      'training.optimizer={averagedSgd: { learningRate: 1, startEpoch: 1 }}',
      'training.randomBptt={ halve: 0.3, deviation: 1, minimum: 2 }',
    ];
    await trainSmall(place, { name: 'averaging-whole', overrides });
    for (let kill = 0; kill < 3; kill++) {
      const words = existsSync(run.spec)
        ? ['--resume', run.name]
        : [place.spec, '--name', run.name, ...overrides.flatMap((text) => ['--set', text])];
      const trainer = startTrainer(place, words);
      await until(() => hasLocked(run, trainer) && existsSync(run.spec), trainer);
      const rows = countRows(run) + 5 + Math.floor(20 * Math.random());
      await until(() => countRows(run) >= rows, trainer);
      trainer.kill('SIGKILL');
      expect(await trainer.ended).toMatchObject({ signal: 'SIGKILL' });
    }
    await finish(run.name);
    for (const checkpoint of ['last', 'best'] as const) {
      expect(await contentOf(run, checkpoint)).toEqual(
        await contentOf(place.run('averaging-whole'), checkpoint),
      );
    }
  });

  it('a training that is killed twice while it writes a checkpoint ends in the same bytes', async () => {
    const run = place.run('half-saved');
    for (const start of [
      () => startNew('half-saved', SHORT),
      () => startTrainer(place, ['--resume', 'half-saved']),
    ]) {
      const trainer = start();
      await until(() => hasLocked(run, trainer), trainer);
      const rows = countRows(run) + 3;
      await until(() => countRows(run) > rows, trainer);
      // Stopped when the new file is seen, it may have got its name in that very moment: then the next one is tried.
      do {
        trainer.kill('SIGCONT');
        await until(() => isHalfSaved(run, 'last'), trainer);
        trainer.kill('SIGSTOP');
        await sleep(5);
      } while (!isHalfSaved(run, 'last'));
      trainer.kill('SIGKILL');
      await trainer.ended;
      expect(isHalfSaved(run, 'last')).toBe(true);
    }
    await finish('half-saved');
    await expectWhole('half-saved', SHORT);
  });

  it('a training that is killed while it writes the best checkpoint ends in the same bytes', async () => {
    const run = place.run('best-half-saved');
    const trainer = startTrainer(place, [place.spec, '--name', run.name, ...ONE_EPOCH]);
    // Before, while or just after it gets its name.
    await until(() => isHalfSaved(run, 'best') || existsSync(run.checkpoint('best')), trainer);
    trainer.kill('SIGKILL');
    await trainer.ended;
    await finish(run.name);
    await trainSmall(place, { name: 'whole-1', overrides: ONE_EPOCH.filter((word) => word !== '--set') });
    await expectWhole(run.name, 1);
  });

  it('a training locks its run while it lives, and is shown as interrupted after it is killed', async () => {
    const trainer = startNew('dead', SHORT);
    await until(() => countRows(place.run('dead')) > 2, trainer);
    const shown = async () => (await listRuns(place.runs)).find(({ name }) => name === 'dead')?.state;
    expect(await shown()).toBe('running');
    const second = await startTrainer(place, ['--resume', 'dead']).ended;
    expect(second.code).toBe(4);
    expect(second.stderr).toMatch(
      new RegExp(`dead is in use by process ${trainer.pid} on .*\n.*kill ${trainer.pid}`),
    );
    trainer.kill('SIGKILL');
    await trainer.ended;
    expect(await shown()).toBe('interrupted');
  });
});

describe('a training that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'a training that gets %s saves its state and says how to continue',
    async (signal) => {
      const name = `after-${signal.toLowerCase()}`;
      const run = place.run(name);
      const trainer = startNew(name, SHORT);
      await until(() => countRows(run) > 40, trainer);
      trainer.kill(signal);
      const { code, stderr, stdout } = await trainer.ended;
      expect(code).toBe(130);
      expect(stdout).toBe('');
      const [, windows] = /Interrupted after (\d+) windows; the state is saved/.exec(stderr) ?? [];
      expect(await contentOf(run)).toMatchObject({ position: { windows: Number(windows) } });
      const [, line] = /`zlm (train --resume [^`]*)`/.exec(stderr) ?? [];
      expect(line).toBe(`train --resume ${name} --runs ${place.runs} --data ${place.data} --backend wasm`);
      await finish(name);
      await expectWhole(name, SHORT);
    },
  );

  it('a training that is interrupted twice stops at once and continues from its last checkpoint', async () => {
    const run = place.run('impatient');
    const trainer = startNew('impatient', SHORT);
    await until(() => countRows(run) > 10, trainer);
    // While it is stopped both signals arrive, and none is answered.
    for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) trainer.kill(signal);
    const { code, stderr } = await trainer.ended;
    expect(code).toBe(130);
    expect(stderr).not.toContain('the state is saved');
    await finish('impatient');
    await expectWhole('impatient', SHORT);
  });
});
