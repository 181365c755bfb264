import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { readLiveProgress } from '../../src/runs/live-progress.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { START } from '../../src/runs/training-progress.js';
import type { WindowEvent } from '../../src/training/events.js';
import { LiveReporter } from '../../src/training/live-reporter.js';
import { trainSmall, useWorkplace } from '../small-runs.js';
import { tempFolder } from '../temp-folder.js';

const place = useWorkplace();

/** The nth window of an epoch of ten, in a session that began with the run; each takes half a second and has 20 tokens. */
function windowEvent(done: number, epoch = 1): WindowEvent {
  const windows = 10 * (epoch - 1) + done;
  const position = { ...START, windows, seconds: windows / 2, epochs: epoch - 1 };
  const sums = { epochNll: 20 * done * Math.log(50), epochPredictions: 20 * done };
  return {
    kind: 'window',
    epoch,
    done,
    total: 10,
    position: { ...position, ...sums },
    nll: 20 * Math.log(50),
    predictions: 20,
    gradientNorm: 1,
    learningRate: 1,
    seconds: 0.5,
  };
}

it('the progress is written at most once a second', async () => {
  const run = new RunFolder(tempFolder());
  let clock = 100;
  const live = new LiveReporter(run, 3, 7, () => clock);
  await live.begin();
  live.note(windowEvent(1));
  await vi.waitFor(async () => expect(await readLiveProgress(run)).not.toBeNull());
  expect(await readLiveProgress(run)).toEqual({
    phase: 'training',
    epoch: 1,
    done: 1,
    total: 10,
    unit: 'windows',
    trainPerplexity: expect.closeTo(50, 9),
    tokensPerSecond: 40,
    secondsLeft: 14.5,
    seconds: 7,
    updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  clock += 0.9;
  live.note(windowEvent(2));
  clock += 0.2;
  live.note(windowEvent(3));
  await vi.waitFor(async () => expect((await readLiveProgress(run))?.done).toBe(3));
  clock += 2;
  live.note({
    kind: 'validation',
    epoch: 1,
    progress: { label: 'valid', done: 5, total: 9, unit: 'tokens' },
  });
  await vi.waitFor(async () =>
    expect(await readLiveProgress(run)).toMatchObject({
      phase: 'validating',
      done: 5,
      tokensPerSecond: null,
    }),
  );
  await live.end();
  expect(readdirSync(run.path)).toEqual([]);
});

it('the reporter waits for a write in progress, and leaves no files', async () => {
  const run = new RunFolder(tempFolder());
  const live = new LiveReporter(run, 1, 0);
  live.note(windowEvent(1));
  await live.end();
  expect(readdirSync(run.path)).toEqual([]);
});

it('a failed write of the progress does not stop the training', async () => {
  const folder = tempFolder();
  const run = new RunFolder(join(folder, 'gone'));
  const live = new LiveReporter(run, 1, 0);
  await live.begin();
  live.note(windowEvent(1));
  await live.end();
  mkdirSync(run.path);
  mkdirSync(join(run.progress, 'in the way'), { recursive: true });
  const blocked = new LiveReporter(run, 1, 0);
  await blocked.begin();
  blocked.note(windowEvent(1));
  await blocked.end();
  expect(readdirSync(run.path)).toEqual(['progress.json']);
});

it('a training is live while it trains, and no longer after its end or interruption', async () => {
  const run = place.run('live');
  mkdirSync(place.runs, { recursive: true });
  const seen: boolean[] = [];
  const onEvent = () => void seen.push(existsSync(run.progress));
  await trainSmall(place, { name: 'live', onEvent, interruptAt: ({ kind }) => kind === 'epoch' });
  expect(seen).toContain(true);
  expect(existsSync(run.progress)).toBe(false);
  writeFileSync(run.progress, 'left by a killed trainer');
  await trainSmall(place, { resume: 'live' });
  expect(existsSync(run.progress)).toBe(false);
});
