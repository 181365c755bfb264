import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRunFolder } from '../../src/runs/run-folder.js';
import { lockFolder } from '../../src/storage/folder-lock.js';
import { tempFolder } from '../temp-folder.js';

const NOW = new Date(2026, 0, 31, 23, 59, 59);

describe('createRunFolder', () => {
  it('createRunFolder names a run after the time and the spec, and a second run of the same second differently', async () => {
    const runs = join(tempFolder(), 'made', 'runs');
    for (const name of [
      '2026-01-31-235959-small',
      '2026-01-31-235959-small-2',
      '2026-01-31-235959-small-3',
    ]) {
      const run = await createRunFolder(runs, null, 'small', NOW);
      expect(run).toMatchObject({ name, path: join(runs, name) });
    }
    expect(readdirSync(runs)).toHaveLength(3);
  });

  it('createRunFolder accepts a name once', async () => {
    const runs = tempFolder();
    const run = await createRunFolder(runs, 'mine', 'small', NOW);
    expect(run.name).toBe('mine');
    const others = join(run.path, 'mine.txt');
    writeFileSync(others, '');
    const taken = (cure: string) => ({
      kind: 'data',
      message: `${join(runs, 'mine')} exists already`,
      cures: [expect.stringContaining(cure), expect.stringContaining('--name')],
    });
    await expect(createRunFolder(runs, 'mine', 'small', NOW)).rejects.toMatchObject(taken('move it away'));
    writeFileSync(run.spec, '');
    await expect(createRunFolder(runs, 'mine', 'small', NOW)).rejects.toMatchObject(
      taken('zlm train --resume mine'),
    );
  });

  it('createRunFolder takes the folder of a training that was killed before it began, while no other process has it', async () => {
    const runs = tempFolder();
    const run = await createRunFolder(runs, 'mine', 'small', NOW);
    writeFileSync(run.environment, '{}');
    writeFileSync(join(run.path, '.spec.yaml.host.1.0123abcd.tmp'), '');
    expect(await createRunFolder(runs, 'mine', 'small', NOW)).toMatchObject({ path: run.path });
    const lock = await lockFolder(run.path);
    await expect(createRunFolder(runs, 'mine', 'small', NOW)).rejects.toMatchObject({
      message: expect.stringContaining('exists already'),
      cures: [expect.stringContaining(`Process ${process.pid} on`), expect.stringContaining('--name')],
    });
    await lock.release();
  });

  it.each(['latest', '', '.', '..', '.hidden', 'a/b', '../a', '/a', '-a', 'a b', 'a\0'])(
    'createRunFolder refuses the name "%s"',
    async (name) => {
      const runs = join(tempFolder(), 'runs');
      await expect(createRunFolder(runs, name, 'small', NOW)).rejects.toMatchObject({ kind: 'usage' });
      expect(readdirSync(join(runs, '..'))).toEqual([]);
    },
  );

  it.each(['größe-2', '1', 'small.v2_b'])('createRunFolder accepts the name "%s"', async (name) => {
    expect((await createRunFolder(tempFolder(), name, 'small', NOW)).name).toBe(name);
  });

  it('createRunFolder names the path when a file is in the way', async () => {
    const runs = join(tempFolder(), 'file');
    writeFileSync(runs, '');
    await expect(createRunFolder(runs, null, 'small', NOW)).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining(runs),
    });
  });
});
