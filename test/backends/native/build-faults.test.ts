/** Building the library on file systems that refuse it. */
import { chmodSync, mkdirSync } from 'node:fs';
import type * as files from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { buildLibrary } from '../../../src/backends/native/build.js';
import { tempFolder } from '../../temp-folder.js';
import { fakeCompiler } from './fake-compiler.js';

const { faulty } = vi.hoisted(() => ({
  faulty: { mkdir: null as Error | null, chmod: false },
}));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return {
    ...real,
    mkdir: (...given: Parameters<typeof files.mkdir>) =>
      faulty.mkdir ? Promise.reject(faulty.mkdir) : real.mkdir(...given),
    chmod: (...given: Parameters<typeof files.chmod>) =>
      faulty.chmod ? Promise.resolve() : real.chmod(...given),
  };
});

let cache: string;
let compiled: number;

beforeEach(() => {
  cache = join(tempFolder(), 'cache');
  compiled = 0;
});

afterEach(() => {
  Object.assign(faulty, { mkdir: null, chmod: false });
});

function build(command = fakeCompiler(tempFolder(), 'cc')) {
  return buildLibrary({ command, program: command, leading: [], version: '1' }, cache, () => {
    compiled += 1;
  });
}

const faultOf = (code: keyof typeof constants.errno, message: string) =>
  Object.assign(new Error(`${code}: ${message}`), { code, errno: -constants.errno[code], syscall: 'mkdir' });

it.each<[keyof typeof constants.errno, string]>([
  ['EROFS', 'the file system is read-only'],
  ['ENOTSUP', 'the file system does not offer this operation'],
  ['ENODEV', 'no such device (ENODEV)'],
])('build reports %s as the reason why there is no library', async (code, words) => {
  faulty.mkdir = faultOf(code, 'unheard of');
  expect(await build()).toEqual({
    failure: `cannot create ${join(cache, 'native')}: ${words}`,
    needs: 'folder',
  });
});

it.each(['INT', 'TERM'])(
  'build is interrupted where SIG%s ends the compiler, instead of blaming it',
  async (signal) => {
    const command = fakeCompiler(tempFolder(), 'cc', { compile: `kill -${signal} $$` });
    await expect(build(command)).rejects.toMatchObject({
      kind: 'interrupted',
      message: 'Interrupted while the kernels were compiled',
    });
  },
);

it('build names the signal that killed the compiler', async () => {
  const command = fakeCompiler(tempFolder(), 'cc', { compile: 'kill -KILL $$' });
  expect(await build(command)).toEqual({
    failure: `${command} cannot compile the kernels`,
    details: `1 says:\n${command} was ended by SIGKILL`,
    needs: 'compiler',
  });
});

it('build throws an unexpected error unchanged', async () => {
  faulty.mkdir = new TypeError('not a function');
  await expect(build()).rejects.toThrow('not a function');
});

it('build reuses a library without OpenMP where nothing can be written any more', async () => {
  const command = fakeCompiler(tempFolder(), 'cc', { openMp: false });
  const first = await build(command);
  expect(first).toMatchObject({ library: { threads: false } });
  faulty.mkdir = faultOf('EROFS', 'read-only');
  const again = await build(command);
  if (!('library' in first && 'library' in again)) throw new Error('there is no library');
  expect(again.library.path).toBe(first.library.path);
  expect(compiled).toBe(1);
});

it('build names a file system that stores no permissions and compiles nothing', async () => {
  mkdirSync(join(cache, 'native'), { recursive: true });
  faulty.chmod = true;
  chmodSync(join(cache, 'native'), 0o777);
  expect(await build()).toEqual({
    failure: `others can write to ${join(cache, 'native')}: its file system does not store permissions`,
    needs: 'folder',
  });
  expect(compiled).toBe(0);
});
