/** Checks that no other user can change what is loaded from the cache, neither through the folders above it nor between check and loading. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { checkPrivateFolder, makePrivateFolder } from '../../../src/backends/libraries/private-folder.js';
import { buildLibrary } from '../../../src/backends/native/build.js';
import { startChild } from '../../storage/child.js';
import { tempFolder } from '../../temp-folder.js';
import { CC, NEEDS_CC } from './compiled.js';
import { fakeCompiler } from './fake-compiler.js';

vi.setConfig({ testTimeout: 600_000 });

const isRoot = process.getuid?.() === 0;
const NEEDS_ROOT = isRoot ? '' : ', skipped: only root can give files away';
const STRANGER = 12_345;
let folder: string;
beforeEach(() => {
  folder = realpathSync(tempFolder());
});

/** A folder below the test's, with its permissions whatever the umask. */
function make(path: string, mode: number): string {
  const made = join(folder, path);
  mkdirSync(made);
  chmodSync(made, mode);
  return made;
}

const build = (cache: string) =>
  buildLibrary(
    { command: 'cc', program: fakeCompiler(folder, 'cc'), leading: [], version: '1' },
    cache,
    () => {},
  );

describe.skipIf(process.platform === 'win32')('a cache (not on Windows)', () => {
  it('a new cache folder is private, whatever the permissions above it', async () => {
    const cache = join(make('above', 0o755), 'cache');
    expect(await build(cache)).toHaveProperty('library');
    for (const path of [cache, join(cache, 'native')]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('a cache below a folder that all can write is refused with a cure, and nothing is compiled', async () => {
    const open = make('open', 0o777);
    expect(await build(join(open, 'cache'))).toMatchObject({
      failure: expect.stringContaining(
        `others can write to ${open}: remove the permission with \`chmod go-w ${open}\``,
      ),
      needs: 'folder',
    });
    expect(readdirSync(join(open, 'cache/native'))).toEqual([]);
  });

  it('a library is no longer loaded once a folder above its cache is open to all', async () => {
    const above = make('above', 0o700);
    expect(await build(join(above, 'cache'))).toHaveProperty('library');
    chmodSync(above, 0o777);
    expect(await build(join(above, 'cache'))).toHaveProperty('failure');
  });

  it('a cache below a sticky folder is accepted', async () => {
    expect(await build(join(make('sticky', 0o1777), 'cache'))).toHaveProperty('library');
  });

  it('a cache folder that is itself sticky and open to all is refused', async () => {
    make('cache', 0o700);
    const native = make('cache/native', 0o1777);
    writeFileSync(join(native, 'theirs'), '');
    await expect(checkPrivateFolder(native)).rejects.toMatchObject({ kind: 'data' });
  });

  it('the check follows a link to the folder that it leads to', async () => {
    const open = make('open', 0o777);
    const real = make('open/real', 0o700);
    const link = join(make('mine', 0o700), 'link');
    symlinkSync(real, link);
    await expect(checkPrivateFolder(link)).rejects.toMatchObject({ message: expect.stringContaining(open) });
  });

  it('a folder with files of another program keeps its permissions and is refused', async () => {
    make('cache', 0o700);
    const native = make('cache/native', 0o777);
    writeFileSync(join(native, 'main.cpp'), 'int main;\n');
    expect(await build(join(folder, 'cache'))).toMatchObject({
      failure: expect.stringContaining(`others can write to ${native}`),
    });
    expect(statSync(native).mode & 0o777).toBe(0o777);
    expect(readdirSync(native)).toEqual(['main.cpp']);
  });

  it.skipIf(!isRoot)(`a folder of another user is refused, and so is one below it${NEEDS_ROOT}`, async () => {
    const theirs = make('theirs', 0o755);
    const mine = make('theirs/mine', 0o700);
    expect(await checkPrivateFolder(mine)).toBe(mine);
    chownSync(theirs, STRANGER, STRANGER);
    await expect(makePrivateFolder(mine, () => true)).rejects.toMatchObject({
      message: `${theirs} belongs to another user, who could replace the cache below it`,
    });
    await expect(checkPrivateFolder(theirs)).rejects.toMatchObject({
      message: `${theirs} belongs to another user`,
    });
  });

  it.skipIf(!isRoot)(`a folder that a shared group can write is refused${NEEDS_ROOT}`, async () => {
    const shared = make('shared', 0o770);
    chownSync(shared, 0, STRANGER);
    await expect(checkPrivateFolder(shared)).rejects.toMatchObject({
      message: expect.stringContaining(`Others can write to ${shared}`),
    });
  });
});

describe.skipIf(process.platform !== 'linux' || !CC)(
  `a library that is exchanged while it is loaded${NEEDS_CC}`,
  () => {
    it('a foreign library is never loaded, however often it takes the place of the own one', async () => {
      const compile = (name: string, value: number) => {
        const path = join(folder, name);
        const source = `int zlm_number(void) { return ${value}; }\n`;
        writeFileSync(`${path}.c`, source);
        execFileSync(CC as string, ['-shared', '-fPIC', `${path}.c`, '-o', path]);
        return path;
      };
      const own = compile('own.so', 1);
      const foreign = compile('foreign.so', 2);
      chmodSync(own, 0o700);
      // As a file that others can write would be: refused.
      chmodSync(foreign, 0o777);
      const target = join(make('cache', 0o700), 'zlm.so');
      copyFileSync(own, target);
      const loader = startChild('../backends/native/load-own.child.ts', target);
      let seen = '';
      const loading = (async () => {
        for (;;) {
          seen = await loader.nextLine();
          if (seen.startsWith('{')) return;
        }
      })();
      // Both names are exchanged by renames alone, so that each moment has one whole file or the other.
      let exchanges = 0;
      while (!seen.startsWith('{')) {
        for (const from of [foreign, own]) {
          copyFileSync(from, `${target}.new`);
          chmodSync(`${target}.new`, from === own ? 0o700 : 0o777);
          renameSync(`${target}.new`, target);
          exchanges++;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
      await loading;
      const { loaded, refused, foreignLoaded } = JSON.parse(seen);
      expect(foreignLoaded).toBe(0);
      expect(loaded).toBeGreaterThan(50);
      expect(refused).toBeGreaterThan(0);
      expect(exchanges).toBeGreaterThan(50);
    });
  },
);
