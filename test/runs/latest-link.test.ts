/** Checks the link `latest`: it is made and moved, and never replaces a file of the user. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markLatest } from '../../src/runs/latest-link.js';
import { findRun, listRuns } from '../../src/runs/list-runs.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { writeStatus } from '../../src/runs/status.js';
import { tempFolder } from '../temp-folder.js';

/** A run with a spec and a status, as far as `latest` looks at one. */
async function makeRun(runs: string, name: string): Promise<RunFolder> {
  const run = new RunFolder(join(runs, name));
  mkdirSync(run.path);
  writeFileSync(run.spec, 'corpus: ptb\n');
  await writeStatus(run, 'finished', { corpus: 'ptb', epochs: 1 }, { epochs: 1, best: null, seconds: 1 });
  return run;
}

describe('markLatest', () => {
  it('markLatest points to the newest run each time, and leaves no other files', async () => {
    const runs = tempFolder();
    for (const name of ['a', 'b']) {
      const run = await makeRun(runs, name);
      expect(await markLatest(run)).toBeNull();
      expect(realpathSync(join(runs, 'latest'))).toBe(realpathSync(run.path));
    }
    expect(readdirSync(runs).sort()).toEqual(['a', 'b', 'latest']);
  });

  it.skipIf(process.platform === 'win32')(
    'the link survives a move of the runs (not on Windows)',
    async () => {
      const folder = tempFolder();
      mkdirSync(join(folder, 'runs'));
      await markLatest(await makeRun(join(folder, 'runs'), 'a'));
      renameSync(join(folder, 'runs'), join(folder, 'moved'));
      expect(readlinkSync(join(folder, 'moved', 'latest'))).toBe('a');
      expect(realpathSync(join(folder, 'moved', 'latest'))).toBe(realpathSync(join(folder, 'moved', 'a')));
    },
  );

  it('markLatest replaces its own link to a run that was removed', async () => {
    const runs = tempFolder();
    const old = await makeRun(runs, 'old');
    await markLatest(old);
    rmSync(old.path, { recursive: true });
    expect(await markLatest(await makeRun(runs, 'new'))).toBeNull();
    expect(readlinkSync(join(runs, 'latest'))).toBe('new');
  });

  it('markLatest removes the unfinished link of a killed process, not the run that it leads to', async () => {
    const runs = tempFolder();
    const run = await makeRun(runs, 'a');
    await markLatest(run);
    // More than any system gives to a process.
    symlinkSync('a', join(runs, `.latest.${hostname()}.99999999.0123abcd.tmp`), 'junction');
    await markLatest(run);
    expect(readdirSync(runs).sort()).toEqual(['a', 'latest']);
    expect(existsSync(run.spec)).toBe(true);
  });

  it('markLatest leaves a file of the user as it is, and says so', async () => {
    const runs = tempFolder();
    writeFileSync(join(runs, 'latest'), 'precious\n');
    expect(await markLatest(await makeRun(runs, 'a'))).toBe(
      `Warning: ${join(runs, 'latest')} is a file and was left as it is; name the run instead: a`,
    );
    expect(readFileSync(join(runs, 'latest'), 'utf8')).toBe('precious\n');
    expect(readdirSync(runs).sort()).toEqual(['a', 'latest']);
  });

  it('markLatest leaves a folder of the user as it is, with everything in it', async () => {
    const runs = tempFolder();
    mkdirSync(join(runs, 'latest'));
    writeFileSync(join(runs, 'latest', 'notes'), 'precious\n');
    expect(await markLatest(await makeRun(runs, 'a'))).toContain('latest is a folder and was left as it is');
    expect(readFileSync(join(runs, 'latest', 'notes'), 'utf8')).toBe('precious\n');
  });

  it.each([
    ['a file beside the runs', 'notes.txt'],
    ['a folder that is no run', 'elsewhere'],
    ['a run somewhere else', '../other/run'],
    ['the folder itself', '.'],
    ['nothing, somewhere else', '/nowhere/at/all'],
  ])('markLatest leaves a link of the user to %s as it is', async (_, target) => {
    const folder = tempFolder();
    const runs = join(folder, 'runs');
    mkdirSync(join(runs, 'elsewhere'), { recursive: true });
    mkdirSync(join(folder, 'other'));
    await makeRun(join(folder, 'other'), 'run');
    writeFileSync(join(runs, 'notes.txt'), '');
    symlinkSync(target, join(runs, 'latest'));
    expect(await markLatest(await makeRun(runs, 'a'))).toContain("latest is a link that is not zlm's");
    expect(readlinkSync(join(runs, 'latest'))).toBe(target);
  });
});

describe('latest without its link', () => {
  it('latest means the newest run when a file has this name', async () => {
    const runs = tempFolder();
    await makeRun(runs, 'old');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const run = await makeRun(runs, 'new');
    writeFileSync(join(runs, 'latest'), 'precious\n');
    expect((await findRun(runs, 'latest')).path).toBe(realpathSync(run.path));
    expect((await listRuns(runs)).filter(({ latest }) => latest).map(({ name }) => name)).toEqual(['new']);
  });

  it('latest means no other run when the linked one was removed', async () => {
    const runs = tempFolder();
    await makeRun(runs, 'kept');
    const removed = await makeRun(runs, 'removed');
    await markLatest(removed);
    rmSync(removed.path, { recursive: true });
    await expect(findRun(runs, 'latest')).rejects.toMatchObject({
      message: expect.stringContaining('There is no run "latest"'),
    });
    expect(existsSync(join(runs, 'kept'))).toBe(true);
  });
});
