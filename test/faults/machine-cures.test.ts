/** What is advised about compilers, caches and locks is done, and must then work. */
import { execSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { CC, NEEDS_CC } from '../backends/native/compiled.js';
import { fakeCompiler } from '../backends/native/fake-compiler.js';
import { TrainedFolder } from '../trained-folder.js';
import { advised, inCopyOf, run } from './fault.js';

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
});

afterAll(() => folder.remove());

describe('a compiler that was named and does not work', () => {
  const COMMANDS = ['eval tiny', 'sample tiny --length 2', 'train tiny.yaml --dry-run'];
  const COMPILERS: [string, () => string][] = [
    ['is missing', () => 'gcc-99'],
    [
      'refuses the kernels',
      () => fakeCompiler('.', 'broken', { compile: 'echo "vec.h:3: error" >&2; exit 1' }),
    ],
    ['writes no library', () => fakeCompiler('.', 'broken')],
  ];

  describe.each(COMPILERS)('since it %s', (_, make) => {
    it.each(COMMANDS)('%s works with wasm, as it advises', async (command) => {
      await inCopyOf(folder.path, async () => {
        const full = `${command} --cc ${make()} --cache ./cache`;
        const refused = await run(`${full} --backend auto`);
        expect(refused.exitCode).toBe(5);
        expect(refused.text).toMatch(/^✖ The native backend cannot run here with the compiler /);
        const flag = advised(refused.text, 'Train without a compiler');
        expect((await run(`${full} ${flag}`)).exitCode).toBe(0);
      });
    });

    it('a named native backend is refused with the same advice: auto would refuse too', async () => {
      await inCopyOf(folder.path, async () => {
        const { text, exitCode } = await run(`eval tiny --cc ${make()} --cache ./cache --backend native`);
        expect(exitCode).toBe(5);
        expect(text).toContain('Train without a compiler, much slower: `--backend wasm`.');
        expect(text).not.toContain('--backend auto');
      });
    });
  });

  it.skipIf(!CC)(
    `gives way to another one that is named, or to the one that is found${NEEDS_CC}`,
    async () => {
      await inCopyOf(folder.path, async () => {
        vi.stubEnv('ZLM_CC', 'gcc-99');
        onTestFinished(() => {
          vi.unstubAllEnvs();
        });
        const command = 'eval tiny --backend auto';
        const { text } = await run(command);
        expect(text).toContain('→ Name a compiler that works with --cc or ZLM_CC, or none');
        expect((await run(`${command} --cc '${CC}'`)).text).toContain('on backend native');
        vi.stubEnv('ZLM_CC', '');
        expect((await run(command)).text).toContain('on backend native');
      });
    },
  );
});

describe.skipIf(!CC)(`a cache that others can write to${NEEDS_CC}`, () => {
  it('is used once the permission is removed, as it advises', async () => {
    await inCopyOf(folder.path, async () => {
      // With kernels that are compiled already.
      await run('eval tiny --backend native');
      cpSync(join(process.env.ZLM_CACHE ?? '', 'native'), 'cache/native', { recursive: true });
      chmodSync('cache', 0o777);
      const command = 'eval tiny --cache ./cache --backend native';
      const refused = await run(command);
      expect(refused.exitCode).toBe(5);
      const [, chmod = ''] = /remove the permission with `([^`]+)`/.exec(refused.text) ?? [];
      execSync(chmod.replace(/<tmp>/, process.cwd()));
      expect((await run(command)).text).toContain('on backend native');
    });
  });

  it('is passed over with --backend auto, as it advises', async () => {
    // TensorFlow, which the tests may have, would be taken before wasm.
    vi.stubEnv('ZLM_TENSORFLOW', undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    await inCopyOf(folder.path, async () => {
      mkdirSync('cache');
      chmodSync('cache', 0o777);
      const command = 'eval tiny --cache ./cache';
      const refused = await run(`${command} --backend native`);
      const flag = advised(refused.text, 'Take the fastest that can');
      expect((await run(`${command} ${flag}`)).text).toContain('on backend wasm');
    });
  });
});

describe('a lock', () => {
  /** Puts the claim of a process into a run, as the process leaves it. */
  function claim(content: string): void {
    writeFileSync(join('runs/tiny', 'lock.1769903999000.41.0123abcd.json'), content);
  }

  const owner = (host: string) => JSON.stringify({ pid: 41, host, since: '2026-01-31T23:59:59.000Z' });

  it.each([
    [
      'of a process on another machine',
      () => claim(owner('another-machine')),
      'If that process no longer runs',
    ],
    ['that is damaged', () => claim('{"pid":'), 'Make sure that no other process uses that folder'],
  ])('%s is removed as it advises, and the run is trained', async (_, make, beginning) => {
    await inCopyOf(folder.path, async () => {
      make();
      const command = 'train --resume tiny --set training.epochs=4';
      const refused = await run(command);
      expect(refused.exitCode).toBe(4);
      execSync(advised(refused.text, beginning).replaceAll('<tmp>', process.cwd()));
      expect((await run(command)).exitCode).toBe(0);
    });
  });

  it('of a dead process on this machine is removed without being asked', async () => {
    await inCopyOf(folder.path, async () => {
      const dead = { pid: 2 ** 22 + 1, host: hostname(), since: '2026-01-31T23:59:59.000Z' };
      claim(JSON.stringify(dead));
      expect((await run('train --resume tiny --set training.epochs=4')).exitCode).toBe(0);
    });
  });
});
