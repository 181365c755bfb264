/**
 * What `zlm doctor` says of each kind of broken installation. Each is provoked: files are missing or cut off, and libraries are
 * compiled that lack a function or another library.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../src/backends/backend.js';
import { findLibrary, keepLibrary } from '../../../src/backends/libraries/compiled-library.js';
import { cudaOf } from '../../../src/backends/tensorflow/build-binding.js';
import {
  BINDING_PREFIX,
  type BuildRecord,
  readBuildRecord,
  writeBuildRecord,
} from '../../../src/backends/tensorflow/build-record.js';
import { packageFrom } from '../../../src/backends/tensorflow/installation.js';
import { tensorflowBackend } from '../../../src/backends/tensorflow/tensorflow.js';
import { ROOT } from '../../cli/capture.js';
import { tempFolder } from '../../temp-folder.js';
import { expectDoctorLines } from '../doctor-lines.js';
import { BACKEND_OPTIONS, whyNot } from '../each-backend.js';
import { NEEDS_CC } from '../native/compiled.js';

const obstacle = whyNot('tensorflow');
const linux = process.platform === 'linux' ? undefined : 'skipped: the names of libraries are those of Linux';

/** Makes a folder that only this user can change, without links in its path. */
const ownFolder = () => realpathSync(tempFolder());

/** What a process of its own says of a folder. */
function inChild(folder: string, more: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const program = ['--import', 'tsx', 'test/backends/tensorflow/faults.child.ts', folder, ...more];
  const { stdout, stderr } = spawnSync(process.execPath, program, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as { probe: Probe & { name: 'tensorflow' }; sum: number | null };
}

const probeOf = (tensorflow: string | undefined) =>
  tensorflowBackend.probe({ threads: 1, tensorflow, cacheFolder: tempFolder() });

/** Compares doctor's lines about the backend with a golden file. Versions of what is installed are left out. */
const expectDoctor = (golden: string, probe: Probe) =>
  expectDoctorLines('tensorflow', golden, probe, (text) =>
    text
      .replaceAll(/-[0-9a-f]{16}\.so/g, '-HASH.so')
      .replaceAll(/TensorFlow \d[\d.]+ \(tfjs-node [^)]*\)/g, 'TensorFlow …'),
  );

/** Makes a folder with the package as npm leaves it when its downloads fail. */
function withPackage(version = '4.22.0') {
  const folder = ownFolder();
  const place = join(folder, 'node_modules/@tensorflow/tfjs-node');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: '@tensorflow/tfjs-node', version }));
  return { folder, place };
}

/** Compiles a library of a C text. */
function compile(text: string, output: string, more: readonly string[] = []): void {
  const source = `${output}.c`;
  writeFileSync(source, text);
  execFileSync('cc', ['-shared', '-fPIC', source, '-o', output, ...more]);
}

/** Makes a folder with a build whose binding is the compiled library. */
async function withBuild(binding: string, changes: Partial<BuildRecord> = {}): Promise<string> {
  const folder = ownFolder();
  const { place } = withPackage();
  copyFileSync(binding, join(folder, 'compiled'));
  await keepLibrary(join(folder, 'compiled'), folder, BINDING_PREFIX);
  await writeBuildRecord(folder, {
    format: 1,
    source: { wheel: 'tensorflow_cpu-2.20.0-cp311.whl', sha256: '0' },
    libraries: [],
    cuda: null,
    package: place,
    packageVersion: '4.22.0',
    ...changes,
  });
  return folder;
}

const isBesideZlm = packageFrom(join(ROOT, 'package.json')) !== null;

it.skipIf(isBesideZlm)('doctor says that TensorFlow is not installed, and how to add it', async () => {
  const probe = await probeOf(undefined);
  expect(probe.absent).toBe(true);
  await expectDoctor('not-installed', probe);
});

describe.skipIf(linux)(['a package of npm', linux].filter(Boolean).join(', '), () => {
  it('doctor says that the library did not download, and the command that repairs it', async () => {
    const { folder } = withPackage();
    await expectDoctor('no-library', await probeOf(folder));
  });

  it('doctor says that the binding did not download', async () => {
    const { folder, place } = withPackage();
    mkdirSync(join(place, 'deps/lib'), { recursive: true });
    writeFileSync(join(place, 'deps/lib/libtensorflow.so.2'), '');
    await expectDoctor('no-binding', await probeOf(folder));
  });

  it('doctor says that the package has another version', async () => {
    const { folder } = withPackage('4.21.0');
    await expectDoctor('other-version', await probeOf(folder));
  });

  it('doctor says that a named folder has nothing in it', async () => {
    const folder = ownFolder();
    await expectDoctor('empty-folder', await probeOf(folder));
  });
});

describe.skipIf(NEEDS_CC || linux)('a build', () => {
  it('doctor says that the library was removed after the build', async () => {
    const place = ownFolder();
    compile('int x;', join(place, 'a.so'));
    const libraries = [{ path: join(place, 'libtensorflow_cc.so.2'), bytes: 5 }];
    const folder = await withBuild(join(place, 'a.so'), { libraries });
    await expectDoctor('library-removed', await probeOf(folder));
  });

  it('doctor says that the library was changed after the build', async () => {
    const folder = ownFolder();
    compile('int x;', join(folder, 'a.so'));
    writeFileSync(join(folder, 'lib.so'), '1234567');
    const build = await withBuild(join(folder, 'a.so'), {
      libraries: [{ path: join(folder, 'lib.so'), bytes: 5 }],
    });
    await expectDoctor('library-changed', await probeOf(build));
  });

  it('doctor says that the loader does not find the library', async () => {
    const place = ownFolder();
    const library = 'libtensorflow_gone.so.2';
    compile('int f(void) { return 1; }', join(place, library), [`-Wl,-soname,${library}`]);
    compile('int f(void); int g(void) { return f(); }', join(place, 'a.so'), [join(place, library)]);
    const folder = await withBuild(join(place, 'a.so'));
    await expectDoctor('loader-finds-none', await probeOf(folder));
  });

  it('doctor says which function the library lacks', async () => {
    const place = ownFolder();
    compile('int TFE_NoSuch(void); int g(void) { return TFE_NoSuch(); }', join(place, 'a.so'), [
      '-Wl,-z,now',
    ]);
    const folder = await withBuild(join(place, 'a.so'));
    await expectDoctor('missing-function', await probeOf(folder));
  });

  it('doctor says that a library is not a binding', async () => {
    const place = ownFolder();
    compile('int x;', join(place, 'a.so'));
    const folder = await withBuild(join(place, 'a.so'));
    await expectDoctor('no-binding-at-all', await probeOf(folder));
  });

  it('doctor says that a binding is cut off', async () => {
    const place = ownFolder();
    compile('int x;', join(place, 'a.so'));
    const folder = await withBuild(join(place, 'a.so'));
    const [binding] = readdirSync(folder).filter((name) => name.startsWith(BINDING_PREFIX));
    truncateSync(join(folder, binding), 100);
    await expectDoctor('binding-cut-off', await probeOf(folder));
  });
});

it('the build information of a wheel tells the CUDA that it was built for', () => {
  const versions = "('cuda_version', '12.5.1'), ('cudnn_version', '9')";
  expect(cudaOf(`OrderedDict([${versions}, ('is_cuda_build', True)])`)).toEqual({
    cuda: '12.5.1',
    cudnn: '9',
  });
  expect(cudaOf("OrderedDict([('is_cuda_build', False), ('is_rocm_build', False)])")).toBeNull();
});

describe.skipIf(obstacle)(['TensorFlow itself', obstacle].filter(Boolean).join(', '), () => {
  /** Makes a copy of the build under test whose record says that it is for GPUs. */
  async function builtForGpu(): Promise<string> {
    const place = BACKEND_OPTIONS.tensorflow ?? join(String(BACKEND_OPTIONS.cacheFolder), 'tensorflow');
    const record = await readBuildRecord(place);
    const binding = await findLibrary(place, BINDING_PREFIX);
    if (!record || !binding) throw new Error(`${place} has no build`);
    return withBuild(binding.path, { ...record, cuda: { cuda: '12.5.1', cudnn: '9' } });
  }

  it('doctor says that a TensorFlow for GPUs finds no driver, and that it computes all the same', async () => {
    const { probe } = inChild(await builtForGpu());
    expect(probe).toMatchObject({ available: true });
    await expectDoctor('no-driver', probe);
  });

  it.skipIf(NEEDS_CC)('doctor says which CUDA and cuDNN are found and which are wanted', async () => {
    const libraries = ownFolder();
    for (const name of ['libcuda.so.1', 'libcudart.so.11.0', 'libcudnn.so.8'])
      compile('int x;', join(libraries, name));
    const { probe } = inChild(await builtForGpu(), [], { LD_LIBRARY_PATH: libraries });
    await expectDoctor('other-cuda', probe);
  });

  it.skipIf(NEEDS_CC)('doctor says that there is no device where CUDA and cuDNN are right', async () => {
    const libraries = ownFolder();
    for (const name of ['libcuda.so.1', 'libcudart.so.12', 'libcudnn.so.9'])
      compile('int x;', join(libraries, name));
    const { probe } = inChild(await builtForGpu(), [], { LD_LIBRARY_PATH: libraries });
    await expectDoctor('no-device', probe);
  });

  it('TensorFlow computes in a Node that lacks what Node 23 removed, and prints nothing', async () => {
    const folder = BACKEND_OPTIONS.tensorflow ?? join(String(BACKEND_OPTIONS.cacheFolder), 'tensorflow');
    const { probe, sum } = inChild(folder, ['without-util']);
    expect(probe).toMatchObject({ available: true, threads: 1 });
    expect(sum).toBe(8);
  });

  it('the record of the build names a wheel and its hash', async () => {
    const folder = BACKEND_OPTIONS.tensorflow ?? join(String(BACKEND_OPTIONS.cacheFolder), 'tensorflow');
    const text = readFileSync(join(folder, 'build.json'), 'utf8');
    expect(JSON.parse(text).source.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
