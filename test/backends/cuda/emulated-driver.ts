/**
 * Builds the emulated CUDA driver: the kernels' sources and the emulator, compiled for this processor into one library. Objects
 * and libraries are kept under the hash of all that went into them.
 */
import { execFile } from 'node:child_process';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sha256 } from '../../../src/storage/file-identity.js';
import { processIsDead, temporaryPath } from '../../../src/storage/temporary.js';
import { ROOT } from '../../cli/capture.js';

const run = promisify(execFile);

/** Where the sources of the kernels are. */
export const KERNELS = join(ROOT, 'src/backends/cuda/kernels');

/** Those that the driver is built from by default: `scripts/cuda-mutations.ts` has tests run on kernels with a mistake. */
const KERNELS_UNDER_TEST = process.env.ZLM_EMULATOR_KERNELS ?? KERNELS;

const EMULATOR = join(ROOT, 'test/backends/cuda/emulator');
const CACHE = join(ROOT, 'node_modules/.cache/zlm/cuda-emulator');

const COMPILER = 'g++';

/** Floating-point operations are not fused, so that results are the same on every processor. */
const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-fvisibility=hidden', '-ffp-contract=off', '-DEMULATED'];

/** Kernels cast pointers between types, as is usual in CUDA. Messages name the lines of kernels. */
const KERNEL_FLAGS = ['-fno-strict-aliasing', '-g1', '-x', 'c++'];

/** Has kernels call emulator/checks.cpp before each access of memory. */
const KERNEL_CHECKS = ['-fsanitize=thread', '--param=tsan-instrument-func-entry-exit=0'];
const EMULATOR_CHECKS = ['-DZLM_EMULATOR_CHECKS'];

/** Whether drivers check each access of memory by default. */
export const WITH_CHECKS = process.env.ZLM_EMULATOR_CHECKS !== '0';

/** Includes all kernels, for NVRTC; here each file is compiled by itself. */
const ALL_KERNELS = 'zlm.cu';

/** Objects and libraries that have not been made again for so long are removed. */
const KEPT_MS = 14 * 24 * 3600 * 1000;

/** What a driver is built from. */
export interface DriverSources {
  /** The folder of the kernels. */
  readonly kernels?: string;
  /** The header, in that folder, that declares them. */
  readonly header?: string;
  /** Checks each access of memory by a kernel, which takes twice the time. The default, unless ZLM_EMULATOR_CHECKS is 0. */
  readonly checks?: boolean;
}

/** The path of a driver, or the reason why there is none here. */
export type EmulatedDriver = { readonly path: string } | { readonly reason: string };

/**
 * Returns the driver, which is compiled if the cache has none of these sources.
 *
 * @throws Error with the compiler's output when the sources cannot be compiled
 */
export async function buildEmulatedDriver({
  kernels = KERNELS_UNDER_TEST,
  header = 'zlm-cuda.h',
  checks = WITH_CHECKS,
}: DriverSources = {}): Promise<EmulatedDriver> {
  if (process.platform !== 'linux') return { reason: 'the emulated CUDA driver needs Linux' };
  const version = await compilerVersion();
  if (version === null) return { reason: `no ${COMPILER} to compile the emulated CUDA driver with` };
  const units = await unitsOf(kernels, header, checks, version);
  const path = join(CACHE, `libcuda-${sha256(units.map(({ object }) => object).join('\n')).slice(0, 16)}.so`);
  await mkdir(CACHE, { recursive: true });
  await alone(`${path}.lock`, async () => {
    if (await exists(path)) return;
    await removeOld();
    await eachOf(units, compile);
    await write(path, (output) => [...units.map(({ object }) => object), '-shared', '-o', output]);
  });
  return { path };
}

/** A source file and the object that is made of it. */
interface Unit {
  readonly object: string;
  readonly arguments_: readonly string[];
}

async function unitsOf(kernels: string, header: string, checks: boolean, version: string): Promise<Unit[]> {
  const folders = [...new Set([EMULATOR, kernels, KERNELS])];
  const headers = await Promise.all(folders.map((folder) => contentOf(folder, /\.(?:h|cuh)$/)));
  const include = folders.flatMap((folder) => ['-I', folder]);
  const unit = async (folder: string, name: string, more: readonly string[]): Promise<Unit> => {
    const path = join(folder, name);
    const options = [...FLAGS, ...more];
    const inputs = [version, ...options, name, await readFile(path, 'utf8'), ...headers.flat()];
    const object = join(CACHE, `${basename(name)}-${sha256(inputs.join('\0')).slice(0, 16)}.o`);
    return { object, arguments_: [...options, ...include, '-c', path] };
  };
  const emulator = (await readdir(EMULATOR)).filter((name) => name.endsWith('.cpp')).sort();
  const sources = (await readdir(kernels))
    .filter((name) => name.endsWith('.cu') && name !== ALL_KERNELS)
    .sort();
  const kernelFlags = [...KERNEL_FLAGS, ...(checks ? KERNEL_CHECKS : [])];
  const emulatorFlags = [`-DKERNELS_HEADER="${header}"`, ...(checks ? EMULATOR_CHECKS : [])];
  return Promise.all([
    // The slowest first.
    ...sources.map((name) => unit(kernels, name, kernelFlags)),
    ...emulator.map((name) => unit(EMULATOR, name, emulatorFlags)),
  ]);
}

/** Returns the names and contents of the files of a folder. */
async function contentOf(folder: string, pattern: RegExp): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => pattern.test(name)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return contents.map((content, index) => `${names[index]}\n${content}`);
}

async function compile({ object, arguments_ }: Unit): Promise<void> {
  if (await exists(object)) return;
  await write(object, (output) => [...arguments_, '-o', output]);
}

/** Has the compiler write a file, which appears under its name when it is complete. */
async function write(path: string, arguments_: (output: string) => readonly string[]): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await run(COMPILER, [...arguments_(temporary)], { maxBuffer: 2 ** 24 });
  } catch (error) {
    await rm(temporary, { force: true });
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`${COMPILER} cannot compile the emulated CUDA driver:\n${stderr.trim() || message}`);
  }
  await rename(temporary, path);
}

async function compilerVersion(): Promise<string | null> {
  return run(COMPILER, ['--version']).then(
    ({ stdout }) => `${stdout.split('\n', 1)[0]}, ${process.arch}`,
    () => null,
  );
}

/** Runs `work` on each item, as many at a time as there are processors. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** Runs `work` while no other process does: test files that run beside each other would all compile the same. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      const file = await open(lock, 'wx');
      await file.write(String(process.pid));
      await file.close();
      break;
    } catch {
      await removeIfStale(lock);
      await pause(50);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Removes the lock of a process that has died. */
async function removeIfStale(lock: string): Promise<void> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (pid > 0 && (await processIsDead(pid))) await rm(lock, { force: true });
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name);
    const information = await stat(path).catch(() => null);
    if (information && Date.now() - information.mtimeMs > KEPT_MS) await rm(path, { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
