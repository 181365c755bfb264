/** The folder of a new run, which a training may find that was killed before it began, and others at the same time. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { RunFolder } from '../../src/runs/run-folder.js';
import { loadSpec } from '../../src/spec/load.js';
import { FolderHeldError } from '../../src/storage/folder-lock.js';
import { holdRun } from '../../src/training/session-files.js';
import { writeSmallSpec } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

/** What another process does just before a folder is locked. */
let meanwhile = (): void => {};

vi.mock('../../src/storage/folder-lock.js', async (original) => {
  const actual = await original<typeof import('../../src/storage/folder-lock.js')>();
  const lockFolder: typeof actual.lockFolder = (folder) => {
    meanwhile();
    return actual.lockFolder(folder);
  };
  return { ...actual, lockFolder };
});

async function newRun(runsFolder: string) {
  const loaded = await loadSpec(writeSmallSpec(runsFolder));
  return { resume: null, loaded, runsFolder, name: 'mine' };
}

it('of two trainings that take the folder of a killed one at once, one has it, and the other leaves it as it is', async () => {
  const runs = tempFolder();
  const run = new RunFolder(join(runs, 'mine'));
  mkdirSync(run.path);
  const choice = await newRun(runs);
  const held = await Promise.allSettled([holdRun(choice), holdRun(choice)]);
  const [first, ...others] = held.filter((one) => one.status === 'fulfilled');
  expect(others).toEqual([]);
  const [failed] = held.filter((one) => one.status === 'rejected');
  expect(failed.reason).toBeInstanceOf(FolderHeldError);
  expect(existsSync(run.path)).toBe(true);
  await first.value.lock.release();
});

it('the records of a training that was killed before it began are not those of the next', async () => {
  const runs = tempFolder();
  const run = new RunFolder(join(runs, 'mine'));
  mkdirSync(run.path);
  for (const path of [run.overrides, run.environment]) writeFileSync(path, 'training.epochs=5\n');
  const { lock } = await holdRun(await newRun(runs));
  expect([run.overrides, run.environment].filter((path) => existsSync(path))).toEqual([]);
  await lock.release();
});

it('a run that another process has trained to its end before the folder was locked is left as it is', async () => {
  const runs = tempFolder();
  const run = new RunFolder(join(runs, 'mine'));
  const choice = await newRun(runs);
  meanwhile = () => {
    for (const path of [run.spec, run.environment]) writeFileSync(path, 'of the other\n');
  };
  await expect(holdRun(choice)).rejects.toThrow('exists already');
  meanwhile = () => {};
  expect(readdirSync(run.path).sort()).toEqual(['environment.json', 'spec.yaml']);
});
