import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compilerFlags, findCompiler } from '../../../src/backends/libraries/compiler.js';
import { buildLibrary } from '../../../src/backends/native/build.js';
import { ROOT } from '../../cli/capture.js';
import { startChild } from '../../storage/child.js';
import { tempFolder } from '../../temp-folder.js';
import { type FakeCompiler, fakeCompiler } from './fake-compiler.js';

let folder: string;
let cache: string;

beforeEach(() => {
  folder = tempFolder();
  cache = join(folder, 'cache');
});

interface Build {
  /** Without the descriptor, which is another one each time. */
  readonly result: unknown;
  /** The file's path; fails when there is none. */
  readonly path: string;
  readonly compiled: boolean;
}

async function build(command: string, build = buildLibrary): Promise<Build> {
  const search = await findCompiler(command);
  if ('failure' in search) throw new Error(search.failure);
  let compiled = false;
  const result = await build(search.compiler, cache, () => {
    compiled = true;
  });
  if ('failure' in result) return { result, path: '', compiled };
  const { descriptor, ...library } = result.library;
  expect(fstatSync(descriptor).ino).toBe(statSync(library.path).ino);
  return { result: { library }, path: library.path, compiled };
}

const fake = (name: string, kind?: FakeCompiler) => fakeCompiler(folder, name, kind);
const permissions = (path: string) => statSync(path).mode & 0o777;
const cached = () => readdirSync(join(cache, 'native'));

describe('building the library', () => {
  it('build compiles the library once, from every source, and reuses it afterwards', async () => {
    const cc = fake('cc');
    const first = await build(cc);
    expect(first).toMatchObject({ compiled: true, result: { library: { threads: true } } });
    expect(readFileSync(first.path, 'utf8')).toBe('a library\n');
    const again = await build(cc);
    expect(again).toEqual({ ...first, compiled: false });
    const runs = readFileSync(`${cc}.log`, 'utf8').trimEnd().split('\n');
    expect(runs).toHaveLength(1);
    const sources = readdirSync(join(ROOT, 'src/backends/native/kernels')).filter((name) =>
      /\.c$/.test(name),
    );
    for (const source of sources) expect(runs[0]).toContain(`/${source}`);
    expect(sources.length).toBeGreaterThan(3);
  });

  it('build leaves one private file in a private folder', async () => {
    const { path } = await build(fake('cc'));
    expect(cached()).toEqual([basename(path)]);
    expect(permissions(join(cache, 'native'))).toBe(0o700);
    expect(permissions(path)).toBe(0o700);
  });

  it('build removes the write permissions of others from its folder', async () => {
    mkdirSync(join(cache, 'native'), { recursive: true });
    chmodSync(join(cache, 'native'), 0o777);
    await build(fake('cc'));
    expect(permissions(join(cache, 'native'))).toBe(0o700);
  });

  it('build compiles another library for another compiler or another version of it', async () => {
    const paths = [
      await build(fake('cc')),
      await build(fake('gcc')),
      await build(fake('cc', { version: '2' })),
    ];
    expect(new Set(paths.map(({ path }) => path)).size).toBe(3);
    expect(paths.map(({ compiled }) => compiled)).toEqual([true, true, true]);
  });

  it('build compiles another library for other sources', async () => {
    const copy = join(folder, 'copy');
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const cc = fake('cc');
    const load = async () =>
      (await import(join(copy, 'src/backends/native/build.ts'))).buildLibrary as typeof buildLibrary;
    const first = await build(cc, await load());
    expect((await build(cc, await load())).compiled).toBe(false);
    appendFileSync(join(copy, 'src/backends/native/kernels/vec.h'), '\n');
    const second = await build(cc, await load());
    expect(second.compiled).toBe(true);
    expect(second.path).not.toBe(first.path);
  });

  it.each([
    ['cut short', (path: string) => truncateSync(path, 3)],
    ['emptied', (path: string) => truncateSync(path, 0)],
    ['changed', (path: string) => appendFileSync(path, 'more')],
    ['writable by others', (path: string) => chmodSync(path, 0o777)],
  ])('build replaces a library that was %s', async (_, spoil) => {
    const cc = fake('cc');
    const { path } = await build(cc);
    spoil(path);
    const again = await build(cc);
    expect(again).toMatchObject({ path, compiled: true });
    expect(readFileSync(path, 'utf8')).toBe('a library\n');
    expect(permissions(path)).toBe(0o700);
    expect((await build(cc)).compiled).toBe(false);
  });

  const root = process.getuid?.() === 0;
  const needsRoot = root ? '' : ', skipped: only root can give files away';
  it.skipIf(!root)(
    `build replaces a library of another user and refuses a folder of another user${needsRoot}`,
    async () => {
      const cc = fake('cc');
      const { path } = await build(cc);
      chownSync(path, 12_345, 12_345);
      expect(await build(cc)).toMatchObject({ path, compiled: true });
      expect(statSync(path).uid).toBe(0);
      chownSync(join(cache, 'native'), 12_345, 12_345);
      chownSync(path, 12_345, 12_345);
      expect((await build(cc)).result).toEqual({
        failure: `${join(cache, 'native')} belongs to another user`,
        needs: 'folder',
      });
    },
  );

  it('of two processes that build at once, one compiles, and both get the same whole library', async () => {
    const half = 'echo half > "$output"; sleep 0.3; echo whole > "$output"';
    const cc = fake('cc', { compile: half });
    const children = [1, 2].map(() => startChild('../backends/native/build.child.ts', cc, cache));
    const paths = await Promise.all(children.map((child) => child.nextLine()));
    expect(paths[0]).toBe(paths[1]);
    expect(readFileSync(paths[0], 'utf8')).toBe('whole\n');
    expect(cached()).toEqual([basename(paths[0])]);
    expect(readFileSync(`${cc}.log`, 'utf8').trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('a compiler without OpenMP', () => {
  it('build compiles a library for one thread, once, without OpenMP', async () => {
    const cc = fake('cc', { openMp: false });
    const first = await build(cc);
    expect(first).toMatchObject({ compiled: true, result: { library: { threads: false } } });
    expect(await build(cc)).toEqual({ ...first, compiled: false });
  });

  it('build compiles a library for several threads once OpenMP is installed', async () => {
    const before = await build(fake('cc', { openMp: false }));
    const after = await build(fake('cc', { openMp: true }));
    expect(after).toMatchObject({ compiled: true, result: { library: { threads: true } } });
    expect(after.path).not.toBe(before.path);
  });
});

describe('a failed build', () => {
  it('build passes the words of a failing compiler on and leaves no files', async () => {
    const cc = fake('cc', { compile: 'echo "vec.h:1: no such thing" >&2; exit 1', version: 'cc 9' });
    const { result } = await build(cc);
    expect(result).toEqual({
      failure: `${cc} cannot compile the kernels`,
      details: 'cc 9 says:\nvec.h:1: no such thing',
      needs: 'compiler',
    });
    expect(cached()).toEqual([]);
  });

  it.each(['kill -SEGV $$', 'exit 3'])('build fails when the compiler ends by "%s"', async (compile) => {
    const { result } = await build(fake('cc', { compile }));
    expect(result).toMatchObject({ failure: expect.stringContaining('cannot compile the kernels') });
  });

  it('build names a cache folder that cannot be written', async () => {
    writeFileSync(cache, 'a file where the folder should be');
    const { result } = await build(fake('cc'));
    expect(result).toEqual({
      failure: `cannot create ${join(cache, 'native')}: a part of the path is a file, not a folder`,
      needs: 'folder',
    });
  });
});

describe('findCompiler', () => {
  it('findCompiler takes the named compiler and reports one that does not run', async () => {
    const cc = fake('my-cc', { version: 'My compiler 3\nand more' });
    const compiler = { command: cc, program: cc, leading: [], version: 'My compiler 3' };
    expect(await findCompiler(cc)).toEqual({ compiler });
    expect(await findCompiler(`${cc}-not`)).toEqual({
      failure: `the C compiler "${cc}-not" does not run: the file does not exist`,
    });
    expect(await findCompiler('no-such-cc -O2')).toEqual({
      failure: 'the C compiler "no-such-cc -O2" does not run: there is no no-such-cc on the PATH',
    });
  });

  it('findCompiler takes a name with arguments, and a path with spaces in it', async () => {
    const cc = join(folder, 'my cc');
    writeFileSync(cc, '#!/bin/sh\necho "my cc [$*]"\n', { mode: 0o755 });
    const whole = { command: cc, program: cc, leading: [], version: 'my cc [--version]' };
    expect(await findCompiler(cc)).toEqual({ compiler: whole });
    const plain = join(folder, 'gcc');
    writeFileSync(plain, '#!/bin/sh\necho "gcc [$*]"\n', { mode: 0o755 });
    const split = { program: plain, leading: ['-O2', '-g'], version: 'gcc [-O2 -g --version]' };
    expect(await findCompiler(`${plain}  -O2 -g`)).toEqual({
      compiler: { command: `${plain}  -O2 -g`, ...split },
    });
  });

  it.each([
    ['exit 3', 'it fails with exit code 3 when asked for its --version'],
    [
      'echo "cannot find cc1" >&2; exit 1',
      'it fails with exit code 1 when asked for its --version (cannot find cc1)',
    ],
  ])('findCompiler reports how a compiler fails: %s', async (script, why) => {
    const cc = join(folder, 'cc');
    writeFileSync(cc, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    expect(await findCompiler(cc)).toEqual({ failure: `the C compiler "${cc}" does not run: ${why}` });
  });

  it('findCompiler reports a file that is not a program', async () => {
    writeFileSync(join(folder, 'cc'), 'text', { mode: 0o644 });
    expect(await findCompiler(join(folder, 'cc'))).toEqual({
      failure: expect.stringContaining('does not run: it is not an executable file'),
    });
  });

  it('findCompiler tries cc, gcc and clang in this order', async () => {
    const script = `import('${ROOT}/src/backends/libraries/compiler.ts').then(async ({ findCompiler }) => {
      console.log(JSON.stringify(await findCompiler(null)));
    })`;
    const findWithPath = (path: string) =>
      JSON.parse(
        execFileSync(process.execPath, ['--import', 'tsx', '--eval', script], {
          cwd: ROOT,
          env: { ...process.env, PATH: path },
          encoding: 'utf8',
        }),
      );
    fake('clang');
    expect(findWithPath(folder)).toEqual({
      compiler: { command: 'clang', program: 'clang', leading: [], version: 'clang 1.0' },
    });
    fake('cc');
    expect(findWithPath(folder)).toEqual({
      compiler: { command: 'cc', program: 'cc', leading: [], version: 'cc 1.0' },
    });
    expect(findWithPath(join(folder, 'nowhere'))).toEqual({
      failure: 'no C compiler on the PATH (cc, gcc, clang)',
    });
  });
});

describe('compilerFlags', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    ['x64', 'linux', '-march=native'],
    ['arm64', 'linux', '-mcpu=native'],
    ['arm64', 'darwin', '-mcpu=native'],
  ])('compilerFlags tunes for this machine: %s on %s gets %s', (arch, platform, tune) => {
    const machine = { arch: { value: arch }, platform: { value: platform } };
    vi.stubGlobal('process', Object.create(process, machine));
    expect(compilerFlags(false).filter((flag) => flag.endsWith('native'))).toEqual([tune]);
  });
});
