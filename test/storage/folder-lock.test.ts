import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { lockFolder, lockOwner } from '../../src/storage/folder-lock.js';
import { processIsDead, processStart } from '../../src/storage/temporary.js';
import { tempFolder } from '../temp-folder.js';
import { startChild } from './child.js';

/** More than Linux ever gives to a process. */
const NOBODY = 99_999_999;

function putClaim(folder: string, owner: object, milliseconds = 1_000_000_000_000): string {
  const path = join(folder, `lock.${milliseconds}.1.0123abcd.json`);
  const content = {
    pid: NOBODY,
    host: hostname(),
    processStart: '1',
    since: '2026-01-02T03:04:05.000Z',
    ...owner,
  };
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const refusal = (...parts: string[]) =>
  expect.objectContaining({ kind: 'data', message: expect.stringMatching(new RegExp(parts.join('.*'))) });

describe('lockFolder', () => {
  it('lockFolder makes the folder, keeps other processes out until it is released, and leaves no files', async () => {
    const folder = join(tempFolder(), 'run');
    const lock = await lockFolder(folder);
    const since = new Date().toISOString().slice(0, 10);
    await expect(lockFolder(folder)).rejects.toEqual(
      refusal(folder, 'in use', `process ${process.pid} on ${hostname()}`, since),
    );
    expect(await lockOwner(folder)).toMatchObject({ pid: process.pid, host: hostname() });
    await lock.release();
    await lock.release();
    expect(await lockOwner(folder)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    await (await lockFolder(folder)).release();
  });

  it('lockFolder removes the files of a process that was killed while it took the lock, and keeps those of a living one', async () => {
    const folder = tempFolder();
    const temporary = (pid: number) =>
      `.lock.1000000000000.1.0123abcd.json.${hostname()}.${pid}.0123abcd.tmp`;
    for (const pid of [NOBODY, process.pid]) writeFileSync(join(folder, temporary(pid)), '');
    await (await lockFolder(folder)).release();
    expect(readdirSync(folder)).toEqual([temporary(process.pid)]);
  });

  it('lockFolder respects the lock of a living process and takes over that of a killed one', async () => {
    const folder = tempFolder();
    const child = startChild('hold-lock.child.ts', folder, folder);
    expect(await child.nextLine()).toBe('ready');
    expect(await child.nextLine()).toBe('held');
    await expect(lockFolder(folder)).rejects.toEqual(refusal(`process ${child.pid} on`));
    await expect(lockFolder(folder)).rejects.toMatchObject({
      cures: [expect.stringContaining(`kill ${child.pid}`)],
    });
    expect(await lockOwner(folder)).toMatchObject({ pid: child.pid });
    await child.kill();
    expect(await lockOwner(folder)).toBeUndefined();
    const lock = await lockFolder(folder);
    expect(readdirSync(folder)).toHaveLength(1);
    await lock.release();
  });

  it.skipIf(process.platform !== 'linux')(
    'lockFolder takes over when the process id was used again (Linux: /proc)',
    async () => {
      const folder = tempFolder();
      putClaim(folder, { pid: process.pid, processStart: '1' });
      expect(await lockOwner(folder)).toBeUndefined();
      await (await lockFolder(folder)).release();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('lockFolder respects a living process whose start time is unknown', async () => {
    const folder = tempFolder();
    putClaim(folder, { pid: process.pid, processStart: undefined });
    await expect(lockFolder(folder)).rejects.toEqual(refusal(`process ${process.pid}`));
  });

  it('lockFolder respects another host, and says how to remove its lock by hand', async () => {
    const folder = tempFolder();
    const path = putClaim(folder, { host: 'elsewhere' });
    await expect(lockFolder(folder)).rejects.toMatchObject({
      message: expect.stringMatching(/process 99999999 on elsewhere, since 2026-01-02/),
      cures: [expect.stringContaining(`rm ${path}`)],
    });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('lockFolder respects a process whose clock is ahead', async () => {
    const folder = tempFolder();
    putClaim(folder, { host: 'elsewhere' }, 9_000_000_000_000);
    await expect(lockFolder(folder)).rejects.toEqual(refusal('elsewhere'));
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it.each(['', '{"pid":', 'null', '{"pid":"1","host":"a","since":"b"}'])(
    'lockFolder names a damaged lock: %j',
    async (text) => {
      const folder = tempFolder();
      const path = join(folder, 'lock.1.1.0123abcd.json');
      writeFileSync(path, text);
      await expect(lockFolder(folder)).rejects.toMatchObject({
        message: expect.stringContaining(`${path} is damaged`),
        cures: [expect.stringContaining(`rm ${path}`)],
      });
      expect(readdirSync(folder)).toHaveLength(1);
    },
  );

  it('exactly one of many callers in one process takes over from a dead process', async () => {
    for (let round = 0; round < 5; round++) {
      const folder = tempFolder();
      putClaim(folder, {});
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(folder)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(readdirSync(folder)).toHaveLength(1);
    }
  });

  it('exactly one of many processes takes over from a dead process', async () => {
    const folder = join(tempFolder(), 'run');
    mkdirSync(folder);
    putClaim(folder, {});
    const signal = join(tempFolder(), 'go');
    const children = Array.from({ length: 4 }, () => startChild('hold-lock.child.ts', folder, signal));
    for (const child of children) expect(await child.nextLine()).toBe('ready');
    writeFileSync(signal, '');
    const outcomes = await Promise.all(children.map((child) => child.nextLine()));
    expect(outcomes.filter((line) => line === 'held')).toHaveLength(1);
    expect(outcomes.filter((line) => line.includes('in use by process'))).toHaveLength(3);
  });

  it('lockFolder reports a folder that cannot be created', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    await expect(lockFolder(join(file, 'run'))).rejects.toEqual(refusal(file));
  });
});

describe('lockOwner', () => {
  it('lockOwner reports no owner for a missing folder', async () => {
    expect(await lockOwner(join(tempFolder(), 'missing'))).toBeUndefined();
  });
});

describe('processIsDead', () => {
  it('processIsDead distinguishes this process from one that does not exist', async () => {
    expect(await processIsDead(process.pid)).toBe(false);
    expect(await processIsDead(process.pid, await processStart(process.pid))).toBe(false);
    expect(await processIsDead(NOBODY)).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')(
    'processIsDead counts a zombie as dead (Linux: /proc)',
    async () => {
      // The shell's child outlives the shell's turning into another program, which never collects it.
      const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60']);
      onTestFinished(() => {
        parent.kill();
      });
      const [line] = await once(parent.stdout, 'data');
      const zombie = Number(line);
      await vi.waitFor(async () => expect(await processIsDead(zombie)).toBe(true), 5000);
      expect(process.kill(zombie, 0)).toBe(true);
    },
  );
});
