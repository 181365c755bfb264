/**
 * What `zlm doctor` says of each kind of broken installation of the package `webgpu`, and of machines without a GPU. Each is
 * provoked: the package or its library is not there, or is another one, and there is no driver.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../src/backends/backend.js';
import { ROOT } from '../../cli/capture.js';
import { tempFolder } from '../../temp-folder.js';
import { expectDoctorLines } from '../doctor-lines.js';
import { whyNot } from '../each-backend.js';

const obstacle = whyNot('webgpu');

/** Where the package is installed; undefined where it is not. */
const PACKAGE = ((): string | undefined => {
  try {
    return dirname(createRequire(import.meta.url).resolve('webgpu/package.json'));
  } catch {
    return undefined;
  }
})();
const NEEDS_PACKAGE = PACKAGE ? '' : ', skipped: the package webgpu is not installed';

/** The built program of the tests, which finds the packages of this repository. */
const ROOT_PROGRAM = join(dirname(String(process.env.ZLM_TEST_PROGRAM)), '..');

/** Makes a copy of the built program whose `node_modules` has all packages except webgpu. */
function programWithoutWebgpu(): string {
  const folder = realpathSync(tempFolder());
  cpSync(join(ROOT_PROGRAM, 'dist'), join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (name !== 'webgpu') symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  return folder;
}

/** The same with the package, but another file in the place of Dawn's library, or none. */
function programWithLibrary(library: string | null): string {
  const folder = programWithoutWebgpu();
  const place = join(folder, 'node_modules/webgpu');
  mkdirSync(place);
  for (const name of ['package.json', 'index.js']) cpSync(join(String(PACKAGE), name), join(place, name));
  if (library === null) return folder;
  const platform = process.platform === 'darwin' ? 'darwin-universal' : `${process.platform}-${process.arch}`;
  mkdirSync(join(place, 'dist', platform), { recursive: true });
  cpSync(library, join(place, 'dist', platform, 'dawn.node'));
  return folder;
}

/** Asks a copy of the program whether the backend can run. */
function probeIn(folder: string, env: NodeJS.ProcessEnv = {}): Probe {
  const script = `
    import { webgpuBackend } from './dist/backends/webgpu/webgpu.js';
    console.log(JSON.stringify(await webgpuBackend.probe({})));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type', 'module', '--eval', script], {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Probe;
}

/** Leaves out what differs between systems: the loader's messages, and names of Node's own files. */
const withoutSystem = (text: string) =>
  text
    .replaceAll(`(${process.platform}, ${process.arch})`, '(SYSTEM)')
    .split('\n')
    .filter((line) => !/^ {4}(?:Require stack:|- )/.test(line))
    .join('\n')
    .replaceAll(/(?:darwin-universal|(?:linux|win32)-\w+)(?=\/dawn)/g, 'SYSTEM');

describe('doctor on broken installations of the package webgpu', () => {
  it('says how to add a package that is not installed', async () => {
    const probe = probeIn(programWithoutWebgpu());
    expect(probe.absent).toBe(true);
    await expectDoctorLines('webgpu', 'not-installed', probe);
  });

  it.skipIf(!PACKAGE)(`says that there is no library for this system${NEEDS_PACKAGE}`, async () => {
    await expectDoctorLines('webgpu', 'no-library', probeIn(programWithLibrary(null)), withoutSystem);
  });

  it.skipIf(!PACKAGE)(`says that the library is damaged${NEEDS_PACKAGE}`, async () => {
    const damaged = join(tempFolder(), 'dawn.node');
    writeFileSync(damaged, 'not a library');
    const probe = probeIn(programWithLibrary(damaged));
    expect(probe.available).toBe(false);
    await expectDoctorLines('webgpu', 'damaged-library', { ...probe, details: undefined }, withoutSystem);
  });

  it.skipIf(!PACKAGE || process.platform !== 'linux')(
    `says that the library is another one${NEEDS_PACKAGE}`,
    async () => {
      const other = createRequire(import.meta.url).resolve(
        `@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`,
      );
      await expectDoctorLines('webgpu', 'other-library', probeIn(programWithLibrary(other)), withoutSystem);
    },
  );

  it.skipIf(!PACKAGE || process.platform !== 'linux')(
    `says that there is no driver for Vulkan${NEEDS_PACKAGE}`,
    async () => {
      const nowhere = { VK_ICD_FILENAMES: '/nowhere', VK_DRIVER_FILES: '/nowhere' };
      const probe = probeIn(ROOT_PROGRAM, nowhere);
      expect(probe).toMatchObject({ available: false, absent: true });
      await expectDoctorLines('webgpu', 'no-driver', {
        ...probe,
        reason: probe.reason.replace(
          /there is a GPU, but no Vulkan driver for it; .*/,
          'there is no GPU here, and no Vulkan driver',
        ),
      });
    },
  );

  it.skipIf(obstacle)(
    ['names a software renderer as such', obstacle].filter(Boolean).join(', '),
    async () => {
      const probe = probeIn(ROOT_PROGRAM);
      expect(probe.adapter?.name.includes('software renderer')).toBe(probe.software === true);
      expect(probe.adapter?.tensorBytes).toBeGreaterThanOrEqual(2 ** 27);
      expect(probe.adapter?.buffers).toBeGreaterThanOrEqual(8);
    },
  );
});
