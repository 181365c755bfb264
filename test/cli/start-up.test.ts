/** Checks the start of the built program: the files of the build, and what is not loaded. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { beforeAll, expect, it } from 'vitest';
import { commandManifest } from '../../scripts/write-manifest.js';
import { sharedFolder } from '../temp-folder.js';
import { ROOT, spawnZlm } from './capture.js';

/** A package built from the sources as they are now. */
const built = sharedFolder();

beforeAll(async () => {
  mkdirSync(join(built, 'bin'));
  for (const path of ['package.json', 'bin/run.js', 'schemas']) {
    cpSync(join(ROOT, path), join(built, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(built, 'node_modules'));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(built, 'dist')], { cwd: ROOT });
});

function zlm(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  return execFileSync(process.execPath, [join(built, 'bin/run.js'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

it('the built manifest lists every command with an existing file', async () => {
  const { commands, version } = await commandManifest(built);
  const config = await Config.load(built);
  expect(Object.keys(commands).sort()).toEqual(config.commandIDs.toSorted());
  expect(Object.keys(commands)).toEqual(expect.arrayContaining(['train', 'prepare:text', 'spec:check']));
  expect(version).toBe(config.version);
  for (const command of Object.values(commands)) {
    const { isESM, relativePath } = command as unknown as { isESM: boolean; relativePath: string[] };
    expect(isESM).toBe(true);
    expect(existsSync(join(built, ...relativePath)), relativePath.join('/')).toBe(true);
  }
});

it('the help of a built command equals that of its sources', async () => {
  const manifest = join(built, 'oclif.manifest.json');
  writeFileSync(manifest, JSON.stringify(await commandManifest(built)));
  const env = { NO_COLOR: '1', COLUMNS: '80' };
  const ofSources = execFileSync(process.execPath, [join(ROOT, 'bin/dev.js'), 'train', '--help'], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect(zlm(['train', '--help'], env)).toBe(ofSources);
  rmSync(manifest);
});

it('the build writes the manifest, and the package contains it', () => {
  const { scripts, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(scripts.build).toContain('write-manifest');
  expect(files).toContain('oclif.manifest.json');
});

it('zlm --version prints the line that oclif would print', async () => {
  const config = await Config.load(built);
  for (const flag of ['--version', '-v']) expect(zlm([flag])).toBe(`${config.userAgent}\n`);
});

it('zlm --version does not load oclif', async () => {
  const loaded = execFileSync(
    process.execPath,
    [
      '--eval',
      `process.argv = [process.argv[0], 'zlm', '--version'];
      import(${JSON.stringify(join(built, 'bin/run.js'))}).then(() =>
        console.log(Object.keys(require.cache).filter((path) => path.includes('oclif')).length))`,
    ],
    { encoding: 'utf8' },
  );
  expect(loaded.split('\n')).toEqual([expect.stringContaining('zlm/'), '0', '']);
});

it('no command loads tfjs before it runs', async () => {
  const { commands } = await commandManifest(built);
  const files = Object.values(commands).map((command) => {
    const { relativePath } = command as unknown as { relativePath: string[] };
    return join(built, ...relativePath);
  });
  const program = `(async () => {
    for (const file of ${JSON.stringify(files)}) {
      await import(file);
      if (Object.keys(require.cache).some((path) => path.includes('@tensorflow'))) throw new Error(file);
    }
    console.log('none');
  })()`;
  expect(execFileSync(process.execPath, ['--eval', program], { encoding: 'utf8' })).toBe('none\n');
});

it('zlm --version reports a full disk', async () => {
  if (!existsSync('/dev/full')) return;
  const line = `"${process.execPath}" "${built}/bin/run.js" --version > /dev/full`;
  expect(() => execFileSync('sh', ['-c', line], { stdio: 'pipe' })).toThrow(
    /Cannot write the standard output/,
  );
});

it('--help after a command and zlm help before it print the same page', async () => {
  const [flag, word] = await Promise.all([
    spawnZlm(['prepare', 'text', '--help']),
    spawnZlm(['help', 'prepare', 'text']),
  ]);
  expect(flag.stdout).toContain('Prepare a text of your own');
  expect(word).toEqual(flag);
});
