/** Checks that the published package contains the C sources and the PTX, and that the built JavaScript finds them. */
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CAPABILITIES } from '../../../src/backends/cuda/device.js';
import { ROOT } from '../../cli/capture.js';
import { tempFolder } from '../../temp-folder.js';
import { buildEmulatedDriver } from '../cuda/emulated-driver.js';
import { KERNELS } from './compiled.js';
import { fakeCompiler } from './fake-compiler.js';

/** The files that `npm pack` would put into the package. */
function packedFiles(): string[] {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [{ files }] = JSON.parse(execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8' }));
  return files.map(({ path }: { path: string }) => path);
}

it('the package has the C sources and the PTX, and its dist compiles and loads them', async () => {
  const sources = [
    ...readdirSync(KERNELS).map((name) => `src/backends/native/kernels/${name}`),
    ...CAPABILITIES.map((capability) => `src/backends/cuda/ptx/sm_${capability}.ptx`),
  ];
  const packed = packedFiles().filter((path) => path.startsWith('src/'));
  expect(packed.sort()).toEqual(sources.sort());

  const folder = tempFolder();
  for (const path of [...packed, 'package.json']) cpSync(join(ROOT, path), join(folder, path));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')], { cwd: ROOT });

  const { buildLibrary } = await import(join(folder, 'dist/backends/native/build.js'));
  const cc = fakeCompiler(folder, 'cc');
  const result = await buildLibrary(
    { command: cc, program: cc, leading: [], version: '1' },
    join(folder, 'cache'),
    () => {},
  );
  expect(result).toMatchObject({ library: { threads: true } });
  const compiled = readFileSync(`${cc}.log`, 'utf8');
  for (const source of packed.filter((path) => path.endsWith('.c'))) {
    expect(compiled).toContain(join(folder, source));
  }

  const driver = await buildEmulatedDriver();
  if ('reason' in driver) return;
  const { CudaDevice } = await import(join(folder, 'dist/backends/cuda/device.js'));
  expect(await CudaDevice.open(driver.path)).toMatchObject({ limits: { name: 'emulated GPU' } });
});
