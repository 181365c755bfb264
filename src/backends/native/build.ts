/**
 * Compiles the C kernels for this processor, once: the library is kept in the cache folder under the hash of
 * everything that went into it.
 */
import { execFile } from 'node:child_process';
import { closeSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UserError } from '../../errors.js';
import { syncPath } from '../../storage/atomic-write.js';
import { describeFileError } from '../../storage/file-error.js';
import { sha256 } from '../../storage/file-identity.js';
import { isFolder } from '../../storage/files.js';
import { removeLeftovers, temporaryPath } from '../../storage/temporary.js';
import { type Compiler, compilerFlags } from './compiler.js';
import { checkPrivateFolder, makePrivateFolder, openOwnFile } from './private-folder.js';

const run = promisify(execFile);

/** The sources, beside this file in src/; the package ships them, and dist/ lies as deep as src/. */
const SOURCES = fileURLToPath(new URL('../../../src/backends/native/kernels', import.meta.url));

/** Compiles only where the compiler has OpenMP, its header and its library. */
const OPENMP_PROBE = '#include <omp.h>\nint zlm_probe(void) { return omp_get_max_threads(); }\n';

/** A compiled library, checked: to be loaded by its descriptor where the system can. */
export interface BuiltLibrary {
  readonly path: string;
  /** Of the file that was checked, open until the process ends. */
  readonly descriptor: number;
  /** Whether it computes with several threads. */
  readonly threads: boolean;
}

/** A library, or why there is none: in one line, in the compiler's own words where it spoke, and what would help. */
export type BuildResult =
  | { readonly library: BuiltLibrary }
  | { readonly failure: string; readonly details?: string; readonly needs: 'compiler' | 'folder' };

/**
 * The library for this processor: from the cache, or compiled now. Two processes that build at once each
 * write a file of their own, and the later rename wins with the same content. A cached file that was damaged, or that
 * somebody else may have written, is not used but built again. A cache that others could change is refused.
 *
 * @param onCompile called when it has to be compiled, which takes some seconds
 */
export async function buildLibrary(
  compiler: Compiler,
  cacheFolder: string,
  onCompile: () => void,
): Promise<BuildResult> {
  const folder = join(cacheFolder, 'native');
  return orFailure(folder, async () => {
    const sources = await readSources();
    const name = async (threads: boolean) => `zlm-${await buildHash(sources, compiler, threads)}`;
    const cached = (await isFolder(folder)) ? await readableFolder(folder) : null;
    const threaded = cached && (await findLibrary(cached, await name(true), true));
    if (threaded) return { library: threaded };
    const single = cached && (await findLibrary(cached, await name(false), false));
    const library = single && { library: single };
    const built = await orFailure(folder, async () => {
      const own = await makePrivateFolder(folder, isOurs);
      // Asked anew each time: OpenMP may have been installed since a library without it was built.
      const threads = await inWorkplace(own, (workplace) => hasOpenMp(compiler, workplace));
      if (library && !threads) return library;
      onCompile();
      const prefix = await name(threads);
      return inWorkplace(own, (workplace) => compile(compiler, workplace, own, prefix, threads));
    });
    // Where nothing can be written, what was compiled before still serves.
    return 'failure' in built && library ? library : built;
  });
}

/** What the work gives, or the fault of the file system that it met. */
async function orFailure(folder: string, work: () => Promise<BuildResult>): Promise<BuildResult> {
  try {
    return await work();
  } catch (error) {
    const described = describeFileError(error, folder, 'compile the kernels into') ?? error;
    if (described instanceof UserError) return { failure: described.message, needs: 'folder' };
    throw error;
  }
}

/** The folder where what lies in it may be loaded; null where others could change it, which may be cured below. */
async function readableFolder(folder: string): Promise<string | null> {
  return await checkPrivateFolder(folder).catch(() => null);
}

/** Whether an entry of the folder is of our making: a library, or where one is compiled. */
function isOurs(name: string): boolean {
  return name.startsWith('zlm-') || name.startsWith('.build.');
}

/** The name holds the hash of the content, since the loader may crash on a library that is cut short. */
async function findLibrary(folder: string, prefix: string, threads: boolean): Promise<BuiltLibrary | null> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(`${prefix}-`))) {
    const path = join(folder, name);
    const file = await openOwnFile(path);
    if (file === null) continue;
    if (name === libraryName(prefix, file.content)) return { path, descriptor: file.descriptor, threads };
    closeSync(file.descriptor);
  }
  return null;
}

function libraryName(prefix: string, content: Uint8Array): string {
  return `${prefix}-${sha256(content).slice(0, 16)}.so`;
}

async function hasOpenMp({ program, leading }: Compiler, workplace: string): Promise<boolean> {
  const source = join(workplace, 'probe.c');
  await writeFile(source, OPENMP_PROBE);
  const arguments_ = [...leading, ...compilerFlags(true), source, '-o', join(workplace, 'probe.so')];
  return run(program, arguments_).then(
    () => true,
    () => false,
  );
}

/** Compiles, and moves the library to its place in the folder. */
async function compile(
  { command, program, leading, version }: Compiler,
  workplace: string,
  folder: string,
  prefix: string,
  threads: boolean,
): Promise<BuildResult> {
  const files = (await readdir(SOURCES)).filter((file) => file.endsWith('.c'));
  const output = join(workplace, 'zlm.so');
  const sources = files.map((file) => join(SOURCES, file));
  const arguments_ = [...leading, ...compilerFlags(threads), ...sources, '-o', output, '-lm'];
  const words = await compilerWords(program, arguments_);
  if (words !== null) {
    const details = `${version} says:\n${words}`;
    return { failure: `${command} cannot compile the kernels`, details, needs: 'compiler' };
  }
  await chmod(output, 0o700);
  await syncPath(output);
  await rename(output, join(folder, libraryName(prefix, await readFile(output))));
  const library = await findLibrary(folder, prefix, threads);
  const failure = `what was compiled into ${folder} cannot be read back`;
  return library ? { library } : { failure, needs: 'folder' };
}

/** What the compiler says when it fails; null when it succeeds. */
async function compilerWords(program: string, arguments_: readonly string[]): Promise<string | null> {
  try {
    await run(program, arguments_, { maxBuffer: 2 ** 24 });
    return null;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return stderr.trim() || message;
  }
}

/** Runs something in a fresh folder that is removed afterwards, as are those that killed processes left. */
async function inWorkplace<T>(folder: string, work: (workplace: string) => Promise<T>): Promise<T> {
  const build = join(folder, 'build');
  await removeLeftovers(build);
  const workplace = temporaryPath(build);
  await mkdir(workplace, { mode: 0o700 });
  try {
    return await work(workplace);
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
}

async function readSources(): Promise<string[]> {
  const files = (await readdir(SOURCES)).sort();
  return Promise.all(files.map(async (file) => `${file}\n${await readFile(join(SOURCES, file), 'utf8')}`));
}

async function buildHash(sources: readonly string[], compiler: Compiler, threads: boolean): Promise<string> {
  const { command, version } = compiler;
  const parts = [...sources, command, version, ...compilerFlags(threads), await processor()];
  return sha256(parts.join('\0')).slice(0, 16);
}

/**
 * Flags like -march=native mean another thing on each of these. On Linux the model's name is not enough: a virtual machine
 * may hide some of its instructions.
 */
async function processor(): Promise<string> {
  const information = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const instructions = /^(?:flags|Features)\s*:.*$/m.exec(information)?.[0] ?? '';
  return [process.arch, cpus()[0]?.model ?? '', instructions].join(' ');
}
