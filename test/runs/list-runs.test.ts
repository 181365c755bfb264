import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markLatest } from '../../src/runs/latest-link.js';
import { findRun, listRuns } from '../../src/runs/list-runs.js';
import { type LiveProgress, writeLiveProgress } from '../../src/runs/live-progress.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import type { RunStatus } from '../../src/runs/status.js';
import { lockFolder } from '../../src/storage/folder-lock.js';
import { tempFolder } from '../temp-folder.js';

const STATUS: RunStatus = {
  state: 'finished',
  corpus: 'small',
  epoch: 3,
  epochs: 3,
  best: { epoch: 2, perplexity: 20.5 },
  seconds: 12,
  updatedAt: '2026-01-31T12:00:00.000Z',
};

const LIVE: LiveProgress = {
  phase: 'training',
  epoch: 1,
  done: 3,
  total: 10,
  unit: 'windows',
  trainPerplexity: 30.25,
  tokensPerSecond: 1000,
  secondsLeft: 12,
  seconds: 3,
  updatedAt: STATUS.updatedAt,
};

function makeRun(runs: string, name: string, status: Partial<RunStatus> | string = {}): RunFolder {
  const run = new RunFolder(join(runs, name));
  mkdirSync(run.path, { recursive: true });
  writeFileSync(run.spec, 'corpus: small\n');
  writeFileSync(run.status, typeof status === 'string' ? status : JSON.stringify({ ...STATUS, ...status }));
  return run;
}

describe('listRuns', () => {
  it('listRuns finds nothing when there is no folder, or an empty one', async () => {
    const folder = tempFolder();
    expect(await listRuns(folder)).toEqual([]);
    expect(await listRuns(join(folder, 'none'))).toEqual([]);
  });

  it('listRuns describes each run, the newest first', async () => {
    const runs = tempFolder();
    makeRun(runs, 'old', { updatedAt: '2025-01-31T12:00:00.000Z', best: null });
    await markLatest(makeRun(runs, 'new'));
    expect(await listRuns(runs)).toEqual([
      {
        name: 'new',
        folder: join(runs, 'new'),
        state: 'finished',
        corpus: 'small',
        epoch: 3,
        epochs: 3,
        bestValidPerplexity: 20.5,
        seconds: 12,
        updatedAt: '2026-01-31T12:00:00.000Z',
        live: null,
        evaluations: [],
        differences: null,
        latest: true,
      },
      expect.objectContaining({ name: 'old', latest: false, bestValidPerplexity: null }),
    ]);
  });

  it('listRuns reports that a run stopped improving before its last epoch', async () => {
    const runs = tempFolder();
    makeRun(runs, 'early', { epoch: 2, stoppedEarly: true });
    expect(await listRuns(runs)).toMatchObject([
      { state: 'finished', epoch: 2, epochs: 3, stoppedEarly: true },
    ]);
  });

  it('listRuns distinguishes a run in training from one that was killed', async () => {
    const runs = tempFolder();
    const alive = makeRun(runs, 'alive', { state: 'running' });
    const killed = makeRun(runs, 'killed', { state: 'running' });
    makeRun(runs, 'rested', { state: 'interrupted' });
    makeRun(runs, 'hot', { state: 'diverged' });
    const lock = await lockFolder(alive.path);
    const dead = { pid: 99_999_999, host: hostname(), since: STATUS.updatedAt };
    writeFileSync(join(killed.path, 'lock.1000000000000.99999999.0123abcd.json'), JSON.stringify(dead));
    const states = Object.fromEntries((await listRuns(runs)).map(({ name, state }) => [name, state]));
    expect(states).toEqual({
      alive: 'running',
      killed: 'interrupted',
      rested: 'interrupted',
      hot: 'diverged',
    });
    await lock.release();
  });

  it('listRuns reports the progress of a run in training, and none of one that was killed', async () => {
    const runs = tempFolder();
    const [alive, killed, resumed] = ['alive', 'killed', 'resumed'].map((name) =>
      makeRun(runs, name, { state: 'running' }),
    ) as [RunFolder, RunFolder, RunFolder];
    await writeLiveProgress(resumed, { ...LIVE, updatedAt: new Date(Date.now() - 1000).toISOString() });
    const locks = [await lockFolder(alive.path), await lockFolder(resumed.path)];
    const live = { ...LIVE, updatedAt: new Date().toISOString() };
    for (const run of [alive, killed]) await writeLiveProgress(run, live);
    const found = Object.fromEntries((await listRuns(runs)).map((run) => [run.name, run]));
    expect(found.alive).toMatchObject({ state: 'running', live });
    expect(found.killed).toMatchObject({ state: 'interrupted', live: null });
    // A resumed one shows nothing until its first window is trained.
    expect(found.resumed).toMatchObject({ state: 'running', live: null });
    for (const lock of locks) await lock.release();
  });

  it.each(['', '{"phase":', '[]', '{"phase": "sleeping"}', 'null'])(
    'listRuns ignores a progress file that contains %j',
    async (text) => {
      const runs = tempFolder();
      const run = makeRun(runs, 'alive', { state: 'running' });
      const lock = await lockFolder(run.path);
      writeFileSync(run.progress, text);
      expect(await listRuns(runs)).toMatchObject([{ state: 'running', live: null }]);
      await lock.release();
    },
  );

  it.each([
    ['no status', undefined],
    ['an empty status', ''],
    ['half a status', '{"state": "runn'],
    ['a status that is none', '["running"]'],
    ['an unknown state', JSON.stringify({ ...STATUS, state: 'walking' })],
    ['a status without a date', JSON.stringify({ ...STATUS, updatedAt: undefined })],
    ['a status that stopped in some other way', JSON.stringify({ ...STATUS, stoppedEarly: 'yes' })],
    ['a status with a strange best epoch', JSON.stringify({ ...STATUS, best: { epoch: 1 } })],
  ])('listRuns shows a folder with %s as unreadable, with the reason', async (_, status) => {
    const runs = tempFolder();
    if (status === undefined) mkdirSync(join(runs, 'broken'));
    else makeRun(runs, 'broken', status);
    makeRun(runs, 'whole');
    const found = Object.fromEntries((await listRuns(runs)).map((run) => [run.name, run]));
    expect(found.whole.state).toBe('finished');
    expect(found.broken).toMatchObject({
      state: 'unreadable',
      bestValidPerplexity: null,
      problem: expect.stringContaining(join(runs, 'broken', 'status.json')),
    });
  });

  it('listRuns ignores files and hidden folders', async () => {
    const runs = tempFolder();
    makeRun(runs, 'a');
    makeRun(runs, '.trash');
    writeFileSync(join(runs, 'notes.txt'), '');
    expect((await listRuns(runs)).map(({ name }) => name)).toEqual(['a']);
  });

  it('listRuns refuses a file in place of the folder', async () => {
    const file = join(tempFolder(), 'runs');
    writeFileSync(file, '');
    await expect(listRuns(file)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining(file),
    });
  });
});

describe('findRun', () => {
  it('findRun finds a run by name, by path, and as the latest, also after the runs were moved', async () => {
    const folder = tempFolder();
    const before = join(folder, 'before');
    await markLatest(makeRun(before, 'a'));
    const runs = join(folder, 'runs');
    renameSync(before, runs);
    makeRun(runs, 'b');
    expect((await findRun(runs, 'b')).name).toBe('b');
    expect((await findRun(runs, 'latest')).name).toBe('a');
    expect((await findRun('elsewhere', join(runs, 'b'))).path).toBe(join(runs, 'b'));
    expect((await findRun('elsewhere', join(runs, 'latest'))).name).toBe('a');
  });

  it('findRun prefers the name of a run to a path', async () => {
    const runs = tempFolder();
    makeRun(runs, 'test');
    expect((await findRun(runs, 'test')).path).toBe(join(runs, 'test'));
  });

  it('findRun names the newest runs when there is none of this name', async () => {
    const runs = tempFolder();
    for (let index = 1; index <= 7; index++) {
      makeRun(runs, `run-${index}`, { updatedAt: `2026-01-0${index}T00:00:00.000Z` });
    }
    symlinkSync('gone', join(runs, 'latest'));
    for (const wanted of ['run', 'latest', '.', '']) {
      await expect(findRun(runs, wanted)).rejects.toMatchObject({
        kind: 'data',
        message: `There is no run "${wanted}" in ${runs}; the newest are run-7, run-6, run-5, run-4, run-3`,
        cures: [expect.stringContaining('zlm runs')],
      });
    }
  });

  it('findRun says how to make the first run', async () => {
    const runs = join(tempFolder(), 'none');
    await expect(findRun(runs, 'latest')).rejects.toMatchObject({
      kind: 'data',
      message: `There is no run in ${runs}`,
      cures: [expect.stringContaining('zlm train'), expect.stringContaining('--runs')],
    });
  });
});
