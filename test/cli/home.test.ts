/** Checks zlm without a home folder, and with foreign files where a library looks for one. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DoctorReport } from '../../src/cli/doctor-report.js';
import { settleHome } from '../../src/cli/home.js';
import { userCacheFolder } from '../../src/storage/user-cache.js';
import { CAN_PRELOAD, NEEDS_PRELOAD } from '../reliability/preloaded.js';
import { useRefusals } from '../storage/refusing-files.js';
import { tempFolder } from '../temp-folder.js';
import { ROOT, spawnZlm } from './capture.js';

const refusing = useRefusals();

/** Puts a user plugin of oclif's into a data folder, whose hook prints "foreign" in every command. */
function plantPlugin(dataFolder: string): void {
  const plugin = join(dataFolder, 'zlm/node_modules/foreign');
  mkdirSync(plugin, { recursive: true });
  const write = (file: string, content: object) => writeFileSync(file, JSON.stringify(content));
  write(join(dataFolder, 'zlm/package.json'), {
    name: 'plugins',
    oclif: { plugins: [{ name: 'foreign', type: 'user' }] },
    dependencies: { foreign: '1' },
  });
  write(join(plugin, 'package.json'), {
    name: 'foreign',
    version: '1.0.0',
    main: 'hook.js',
    oclif: { hooks: { init: './hook.js' } },
  });
  writeFileSync(join(plugin, 'hook.js'), 'module.exports = async () => console.log("foreign");\n');
}

describe('foreign code', () => {
  it.each<[string, (folder: string) => NodeJS.ProcessEnv]>([
    ['the folder of temporary files, where HOME is empty', (folder) => ({ HOME: '', TMPDIR: folder })],
    ['the home folder', (folder) => ({ HOME: folder })],
    [
      'the data folder of the XDG specification',
      (folder) => ({ XDG_DATA_HOME: join(folder, '.local/share') }),
    ],
    ["oclif's own variable", (folder) => ({ ZLM_DATA_DIR: join(folder, '.local/share/zlm') })],
  ])('foreign code is not loaded from %s', async (_, environment) => {
    const folder = tempFolder();
    plantPlugin(join(folder, '.local/share'));
    const { stdout, stderr, code } = await spawnZlm(['--version'], { env: environment(folder) });
    expect(stdout).toMatch(/^zlm\/\S+ .*\n$/);
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });
});

describe('settleHome', () => {
  const settled = (environment: NodeJS.ProcessEnv) => {
    settleHome(environment);
    return environment;
  };

  it('settleHome leaves an absolute home unchanged', () => {
    expect(settled({ HOME: '/home/me' }).HOME).toBe('/home/me');
  });

  it.skipIf(process.platform === 'win32').each(['', 'relative', '.'])(
    'settleHome asks the user database when HOME is "%s" (not on Windows)',
    (home) => {
      expect(settled({ HOME: home }).HOME).toMatch(/^\//);
    },
  );

  it.skipIf(process.platform === 'win32')('settleHome drops a relative XDG folder (not on Windows)', () => {
    const environment = { HOME: '/home/me', XDG_CACHE_HOME: 'cache', XDG_DATA_HOME: '/data' };
    expect(settled(environment)).toEqual({ HOME: '/home/me', XDG_DATA_HOME: '/data' });
  });
});

describe.skipIf(process.platform !== 'linux')('userCacheFolder on Linux', () => {
  it.each([
    [{ HOME: '/home/me' }, '/home/me/.cache/zlm'],
    [{ HOME: '/home/me', XDG_CACHE_HOME: '/caches' }, '/caches/zlm'],
    [{ HOME: '/dev/null', XDG_CACHE_HOME: '/caches' }, '/caches/zlm'],
    [{ HOME: '/dev/null' }, null],
    [{}, null],
    [{ HOME: '' }, null],
    [{ HOME: 'here' }, null],
    [{ HOME: '/home/me', XDG_CACHE_HOME: 'here' }, '/home/me/.cache/zlm'],
  ])('the cache folder for %j is %s', (environment, folder) => {
    expect(userCacheFolder(environment)).toBe(folder);
  });
});

describe.skipIf(!CAN_PRELOAD)(
  `without HOME, for a user that the system does not know${NEEDS_PRELOAD}`,
  () => {
    const homeless = { HOME: undefined, SHELL: undefined, XDG_CACHE_HOME: undefined, ZLM_CACHE: undefined };
    const run = (words: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const folder = tempFolder();
      const ended = spawnZlm(words, {
        cwd: folder,
        env: { ...refusing({ user: false }), ...homeless, ...env },
      });
      return ended.then((result) => ({ ...result, left: readdirSync(folder) }));
    };

    it.each([
      [['--version']],
      [['--help']],
      [['spec', 'check', join(ROOT, 'configs/small.yaml')]],
      [['runs']],
    ])('zlm %j works without a home folder and leaves nothing in the current folder', async (words) => {
      expect(await run(words)).toMatchObject({ code: 0, stderr: '', left: [] });
    });

    it('a download without a home folder says what it needs', async () => {
      const { code, stderr, left } = await run(['prepare', 'ptb']);
      expect(stderr).toBe(
        '✖ There is no folder for downloads and compiled kernels: HOME is not set\n' +
          '  → Name one: `--cache FOLDER`, or the environment variable ZLM_CACHE.\n',
      );
      expect({ code, left }).toEqual({ code: 2, left: [] });
    });

    it('doctor reports that there is no cache and what the native backend needs', async () => {
      const { code, stdout, left } = await run(['doctor', '--json']);
      const { backends, folders }: DoctorReport = JSON.parse(stdout);
      expect(backends.find(({ name }) => name === 'native')?.reason).toMatch(
        /since HOME is not set; with a cache folder \(--cache or ZLM_CACHE\)/,
      );
      expect(folders.cache).toMatchObject({
        path: null,
        problem: expect.stringContaining('HOME is not set'),
      });
      expect({ code, left }).toEqual({ code: 0, left: [] });
    });
  },
);
