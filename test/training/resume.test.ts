import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readStatus } from '../../src/runs/status.js';
import type { TrainingEvent } from '../../src/training/events.js';
import { type EpochRow, readMetrics } from '../../src/training/metrics.js';
import { afterWindows, contentOf, trainSmall, useWorkplace } from '../small-runs.js';

const place = useWorkplace();
const WINDOWS = 28;

beforeAll(async () => {
  await trainSmall(place, { name: 'whole' });
});

describe('a resumed run', () => {
  // In an epoch, at its end, and at the first window of the next one.
  it.each([1, 13, WINDOWS, WINDOWS + 1, 2 * WINDOWS + 5])(
    'a resumed run equals an undisturbed one, byte for byte, after an interruption at %i windows',
    async (windows) => {
      const name = `after-${windows}`;
      const first = await trainSmall(place, { name, interruptAt: afterWindows(windows) });
      expect(first).toMatchObject({ outcome: 'interrupted', windows, alreadyFinished: false });
      const second = await trainSmall(place, { resume: name });
      expect(second).toMatchObject({
        outcome: 'finished',
        windows: 3 * WINDOWS,
        epochs: 3,
        alreadyFinished: false,
      });
      expect(second.seconds).toBeGreaterThan(first.seconds);
      expect(await contentOf(place.run(name))).toEqual(await contentOf(place.run('whole')));
      expect(await contentOf(place.run(name), 'best')).toEqual(await contentOf(place.run('whole'), 'best'));
    },
  );

  it('a resumed run is byte-equal with epochs that are not a pass, and when the validation was interrupted', async () => {
    const overrides = ['training.windowsPerEpoch=11', 'dropout.recurrent={rate: 0.2, mask: sequence}'];
    await trainSmall(place, { name: 'short-whole', overrides });
    const first = await trainSmall(place, {
      name: 'short',
      overrides,
      interruptAt: (event) => event.kind === 'checkpoint' && event.position.windows === 22,
    });
    expect(first).toMatchObject({ outcome: 'interrupted', windows: 22, epochs: 1 });
    await trainSmall(place, { resume: 'short', interruptAt: afterWindows(30) });
    await trainSmall(place, { resume: 'short' });
    expect(await contentOf(place.run('short'))).toEqual(await contentOf(place.run('short-whole')));
  });

  it('a resumed run is byte-equal with a fixed number of windows of random lengths, wherever a pass ends', async () => {
    const overrides = [
      'training.windowsPerEpoch=13',
      'training.epochs=5',
      'training.randomBptt={halve: 0.3, deviation: 2, minimum: 2}',
      'training.loss=mean',
    ];
    const places: string[] = [];
    const onEvent = (event: TrainingEvent) => {
      if (event.kind === 'window') places.push(`${event.position.pass}.${event.position.windowInPass}`);
    };
    const whole = await trainSmall(place, { name: 'random-whole', overrides, onEvent });
    expect(whole).toMatchObject({ outcome: 'finished', epochs: 5, windows: 5 * 13 });
    // An epoch is not a pass: passes end elsewhere, each after another number of windows.
    const ends = places.flatMap((at, index) => (at.endsWith('.0') ? [index + 1] : []));
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.every((end) => end % 13 !== 0)).toBe(true);

    await trainSmall(place, { name: 'random', overrides, interruptAt: afterWindows(5) });
    // At the end of an epoch, at the end of a pass, and in the window after it.
    for (const windows of [13, ends[0] ?? 0, (ends[0] ?? 0) + 1, 40]) {
      const outcome = await trainSmall(place, { resume: 'random', interruptAt: afterWindows(windows) });
      expect(outcome).toMatchObject({ outcome: 'interrupted', windows });
    }
    await trainSmall(place, { resume: 'random' });
    expect(await contentOf(place.run('random'))).toEqual(await contentOf(place.run('random-whole')));
    expect(await contentOf(place.run('random'), 'best')).toEqual(
      await contentOf(place.run('random-whole'), 'best'),
    );
  });

  it('a resumed run has each row of its metrics once, and says where it trained twice', async () => {
    const run = place.run('rows');
    await trainSmall(place, { name: 'rows', interruptAt: afterWindows(13) });
    // As after a kill: windows after the checkpoint, and half a line.
    appendFileSync(
      run.metrics,
      '{"kind":"windows","epoch":1,"windows":14}\n{"kind":"windows","epoch":1,"win',
    );
    await trainSmall(place, { resume: 'rows' });
    const rows = await readMetrics(run);
    expect(rows.filter(({ kind }) => kind === 'windows').map(({ windows }) => windows)).toEqual(
      Array.from({ length: 3 * WINDOWS }, (_, index) => index + 1),
    );
    const epochs = rows.filter((row) => row.kind === 'epoch') as EpochRow[];
    expect(epochs.map(({ epoch, windows }) => [epoch, windows])).toEqual([
      [1, WINDOWS],
      [2, 2 * WINDOWS],
      [3, 3 * WINDOWS],
    ]);
    const figures = ({ seconds: _, ...row }: EpochRow) => row;
    const whole = (await readMetrics(place.run('whole'))).filter((row) => row.kind === 'epoch') as EpochRow[];
    expect(epochs.map(figures)).toEqual(whole.map(figures));

    const { sessions } = JSON.parse(readFileSync(run.environment, 'utf8'));
    expect(sessions).toHaveLength(2);
    expect(sessions[1]).toMatchObject({ backend: 'wasm', node: process.versions.node, command: 'zlm train' });
    expect(readdirSync(run.tensorboard).length).toBeGreaterThan(0);
    expect(await readStatus(run)).toMatchObject({ state: 'finished', epoch: 3, epochs: 3 });
  });

  it('a run that was stopped before the first checkpoint starts again', async () => {
    await trainSmall(place, { name: 'early', interruptAt: afterWindows(5) });
    rmSync(join(place.run('early').path, 'checkpoints'), { recursive: true });
    await trainSmall(place, { resume: 'early' });
    expect(await contentOf(place.run('early'))).toEqual(await contentOf(place.run('whole')));
    expect(await readMetrics(place.run('early'))).toHaveLength(3 * WINDOWS + 3);
  });

  it('a finished run has nothing to do, and can be trained longer', async () => {
    await trainSmall(place, { name: 'finished', overrides: ['training.epochs=2'] });
    const before = await contentOf(place.run('finished'));
    const again = await trainSmall(place, { resume: 'finished' });
    expect(again).toMatchObject({ outcome: 'finished', alreadyFinished: true, windows: 2 * WINDOWS });
    expect(await contentOf(place.run('finished'))).toEqual(before);

    const longer = await trainSmall(place, { resume: 'finished', overrides: ['training.epochs=3'] });
    expect(longer).toMatchObject({ outcome: 'finished', alreadyFinished: false, windows: 3 * WINDOWS });
    expect(await contentOf(place.run('finished'))).toEqual(await contentOf(place.run('whole')));
    expect(readFileSync(place.run('finished').overrides, 'utf8')).toBe(
      'training.epochs=2\ntraining.epochs=3\n',
    );
    expect(readFileSync(place.run('finished').spec, 'utf8')).toContain('epochs: 3');
  });

  it('a run to resume is found by name, by path, and as the latest, and becomes the latest', async () => {
    await trainSmall(place, { name: 'named', interruptAt: afterWindows(1) });
    await trainSmall(place, { name: 'other', interruptAt: afterWindows(1) });
    for (const [resume, windows] of [
      ['named', 3],
      ['latest', 5],
    ] as const) {
      const outcome = await trainSmall(place, { resume, interruptAt: afterWindows(windows) });
      expect(outcome).toMatchObject({ run: 'named', windows });
    }
    const runsFolder = join(place.root, 'nowhere');
    const resume = place.run('named').path;
    const byPath = await trainSmall(place, { resume, runsFolder, interruptAt: afterWindows(7) });
    expect(byPath).toMatchObject({ run: 'named', windows: 7 });
    expect((await trainSmall(place, { resume: 'latest', interruptAt: afterWindows(8) })).run).toBe('named');
  });

  it('a resumed run may save more or less often, and accepts a spec file with the same content', async () => {
    const overrides = ['training.checkpoint.everyMinutes=0.00001'];
    await trainSmall(place, { name: 'often', interruptAt: afterWindows(10) });
    const reasons: string[] = [];
    await trainSmall(place, {
      resume: 'often',
      spec: place.spec,
      overrides,
      onEvent: (event) => event.kind === 'checkpoint' && reasons.push(event.reason),
    });
    expect(reasons).toContain('interval');
    expect((await contentOf(place.run('often'))) as object).toEqual(await contentOf(place.run('whole')));
  });
});
