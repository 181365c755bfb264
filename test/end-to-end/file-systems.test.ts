/** Runs zlm on file systems that refuse operations, and among files of the user. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CC } from '../backends/native/compiled.js';
import { spawnZlm, ZLM } from '../cli/capture.js';
import { CAN_PRELOAD, NEEDS_PRELOAD } from '../reliability/preloaded.js';
import { SMALL_CORPUS } from '../small-corpus.js';
import { trainSmall, useWorkplace } from '../small-runs.js';
import { useRefusals } from '../storage/refusing-files.js';
import { tempFolder } from '../temp-folder.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const place = useWorkplace();
const refusing = useRefusals();
const BRIEFLY = ['training.epochs=1', 'training.schedule={constant: {}}'].flatMap((text) => ['--set', text]);

beforeAll(async () => {
  await trainSmall(place, {
    name: 'base',
    overrides: ['training.epochs=1', 'training.schedule={constant: {}}'],
  });
});

const train = (runs: string, env: NodeJS.ProcessEnv = {}) =>
  spawnZlm(['train', place.spec, '--name', 'new', '--data', place.data, '--runs', runs, ...BRIEFLY], { env });
const evaluate = (env: NodeJS.ProcessEnv, flags: readonly string[] = []) =>
  spawnZlm(['eval', 'base', '--data', place.data, '--runs', place.runs, ...flags], { env });

describe.skipIf(!CAN_PRELOAD)(`a file system without symbolic links${NEEDS_PRELOAD}`, () => {
  it.each([
    ['ENOSYS, as FUSE', 38, 'the file system does not offer this operation'],
    ['EPERM, as FAT', 1, 'permission denied'],
  ])(
    'a training succeeds where symbolic links fail with %s, and "latest" names its run',
    async (_, error, words) => {
      const runs = tempFolder();
      const { code, stderr } = await train(runs, refusing({ symlink: error }));
      expect(stderr).toContain(
        `Warning: Cannot make the link ${join(runs, 'latest')}: ${words}; name the run instead: new`,
      );
      expect(code).toBe(0);
      expect(readdirSync(runs)).toEqual(['new']);
      const { code: evaluated, stdout } = await spawnZlm([
        'eval',
        '--data',
        place.data,
        '--runs',
        runs,
        '--json',
      ]);
      expect(JSON.parse(stdout)).toMatchObject({ run: 'new' });
      expect(evaluated).toBe(0);
    },
  );
});

describe.skipIf(!CAN_PRELOAD)(`a file system that does not sync folders${NEEDS_PRELOAD}`, () => {
  it.each([
    ['EINVAL, as Samba', 22],
    ['EACCES', 13],
  ])('a training succeeds where syncing a folder fails with %s', async (_, error) => {
    const { code, stderr } = await train(tempFolder(), refusing({ sync: error }));
    expect(stderr).not.toContain('Cannot');
    expect(code).toBe(0);
  });

  it('a fault of the disk while a folder is synced is reported', async () => {
    const { code, stderr } = await train(tempFolder(), refusing({ sync: 5 }));
    expect(stderr).toMatch(/✖ Cannot write .*: the disk reports a fault\n/);
    expect(code).toBe(4);
  });
});

describe.skipIf(!CAN_PRELOAD)(`a file that cannot be opened${NEEDS_PRELOAD}`, () => {
  it.each([
    ['ESTALE', 116, 'the network file system has removed or replaced it (stale file handle)'],
    ['ENODEV, which has no words of ours', 19, 'no such device (ENODEV)'],
    ['EDQUOT, which Node has no name for', 122, 'no space left on the disk'],
    ['EUCLEAN, which nobody has a name for', 117, 'the file system answers with error 117'],
  ])('a file that cannot be opened is reported as a fault of the data: %s', async (_, error, words) => {
    const path = `${SMALL_CORPUS}/vocabulary.txt`;
    const { code, stderr } = await evaluate(refusing({ open: { path, error } }));
    expect(stderr).toContain(`✖ Cannot read ${join(place.data, path)}: ${words}\n  → `);
    expect(code).toBe(4);
  });
});

it.skipIf(process.platform === 'win32')('a limit on the size of files is explained (not on Windows)', () => {
  const runs = tempFolder();
  const words = ['train', place.spec, '--name', 'new', '--data', place.data, '--runs', runs, ...BRIEFLY];
  const script = 'ulimit -f 8; exec "$@"';
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, ZLM, ...words], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stderr).toMatch(
    /✖ Cannot write .*: the file would be larger than is allowed\n {2}→ Raise the limit/,
  );
  expect(status).toBe(4);
});

describe.skipIf(!existsSync('/proc/self'))('a folder in /proc, which accepts no new folders', () => {
  // A process that tries without end is ended by its limit of time, and has no exit code then.
  const within = (words: readonly string[]) =>
    spawnSync(process.execPath, [ZLM, ...words], {
      encoding: 'utf8',
      timeout: 180_000,
      killSignal: 'SIGKILL',
      env: { ...process.env, NO_COLOR: '1' },
    });
  const words = (path: string) =>
    `✖ Cannot create ${path}: the file system of /proc accepts no new folders\n`;

  it('a runs folder that cannot be made is refused', () => {
    const { status, stderr } = within(['train', place.spec, '--data', place.data, '--runs', '/proc/nope']);
    expect(stderr).toContain(words('/proc/nope'));
    expect(status).toBe(4);
  });

  it('a data folder that cannot be made is refused', () => {
    const text = join(tempFolder(), 'text');
    writeFileSync(text, 'a b c\n'.repeat(100));
    const { status, stderr } = within(['prepare', 'text', 'x', '--text', text, '--data', '/proc/nope']);
    expect(stderr).toContain(words('/proc/nope'));
    expect(status).toBe(4);
  });

  it('doctor reports a cache that cannot be made', () => {
    const { status, stdout } = within(['doctor', '--cache', '/proc/nope', '--data', place.data, '--json']);
    const backends: { readonly name: string; readonly reason: string }[] = JSON.parse(stdout).backends;
    const native = backends.find(({ name }) => name === 'native');
    if (CC) expect(native?.reason).toContain('the file system of /proc accepts no new folders');
    expect(status).toBe(0);
  });
});

describe('files of the user', () => {
  it('a file in the place of the link latest is left as it is, and the training continues', async () => {
    const runs = tempFolder();
    writeFileSync(join(runs, 'latest'), 'precious\n');
    const { code, stderr } = await train(runs);
    expect(stderr).toContain(
      `Warning: ${join(runs, 'latest')} is a file and was left as it is; name the run`,
    );
    expect(code).toBe(0);
    expect(readFileSync(join(runs, 'latest'), 'utf8')).toBe('precious\n');
  });

  it('a folder in the place of the link latest does not stop a training', async () => {
    const runs = tempFolder();
    cpSync(place.run('base').path, join(runs, 'latest'), { recursive: true });
    const { code, stderr } = await train(runs);
    expect(stderr).toContain('latest is a folder and was left as it is');
    expect(code).toBe(0);
    expect(existsSync(join(runs, 'new/checkpoints/last.safetensors'))).toBe(true);
  });

  it('a folder with a spec of the user cannot be resumed, and is left as it is', async () => {
    const folder = tempFolder();
    const files = { 'spec.yaml': `# mine\n${readFileSync(place.spec, 'utf8')}`, 'metrics.jsonl': 'mine\n' };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    await expect(trainSmall(place, { resume: folder })).rejects.toMatchObject({
      kind: 'data',
      message: expect.stringContaining('is not a run: it has a spec, but zlm has trained nothing in it'),
    });
    for (const [name, text] of Object.entries(files)) {
      expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
    }
    expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
  });

  it.skipIf(process.platform === 'win32')(
    'a link latest of the user to another folder is left as it is (not on Windows)',
    async () => {
      const runs = tempFolder();
      mkdirSync(join(runs, 'mine'));
      symlinkSync('mine', join(runs, 'latest'));
      expect((await train(runs)).code).toBe(0);
      expect(readlinkSync(join(runs, 'latest'))).toBe('mine');
    },
  );
});
