/**
 * Compiles the C kernels for this processor, once: the cache folder keeps the library under the hash of everything that went
 * into it.
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

/** The C sources. The package ships them, and dist/ is as deep as src/, so one path serves both. */
const SOURCES = fileURLToPath(new URL('../../../src/backends/native/kernels', import.meta.url));

/** Compiles only where the compiler has OpenMP, its header and its library. */
const OPENMP_PROBE = '#include <omp.h>\nint zlm_probe(void) { return omp_get_max_threads(); }\n';

/** A compiled and checked library, to be loaded by its descriptor where the system can. */
export interface BuiltLibrary {
  readonly path: string;
  /** Descriptor of the checked file, open until the process ends. */
  readonly descriptor: number;
  /** Compiled with OpenMP: computes with several threads. */
  readonly threads: boolean;
}

/** A library, or why there is none: one line, the compiler's own output if there is any, and what is needed. */
export type BuildResult =
  | { readonly library: BuiltLibrary }
  | { readonly failure: string; readonly details?: string; readonly needs: 'compiler' | 'folder' };

/**
 * Returns the library for this processor, from the cache or compiled now. Two processes that build at the same time each
 * write a file of their own, and the later rename wins with the same content. A cached file that is damaged, or that
 * someone else may have written, is built again. A cache that others could change is refused.
 *
 * @param onCompile called before a compilation, which takes some seconds
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
      // Checked every time: OpenMP may have been installed since a library without it was built.
      const threads = await inWorkplace(own, (workplace) => hasOpenMp(compiler, workplace));
      if (library && !threads) return library;
      onCompile();
      const prefix = await name(threads);
      return inWorkplace(own, (workplace) => compile(compiler, workplace, own, prefix, threads));
    });
    // Where nothing can be written, use the library that was compiled before.
    return 'failure' in built && library ? library : built;
  });
}

/** Runs `work`; turns an error of the file system into a failure. An interruption is thrown. */
async function orFailure(folder: string, work: () => Promise<BuildResult>): Promise<BuildResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError && error.kind === 'interrupted') throw error;
    const described = describeFileError(error, folder, 'compile the kernels into') ?? error;
    if (described instanceof UserError) return { failure: asClause(described.message), needs: 'folder' };
    throw error;
  }
}

/** Turns a message into a clause, which continues a line: "native: cannot compile …". It begins with a word or an absolute path. */
function asClause(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** Returns the folder if libraries in it may be loaded; null if others could change it, which buildLibrary may fix. */
async function readableFolder(folder: string): Promise<string | null> {
  return await checkPrivateFolder(folder).catch(() => null);
}

/** Returns whether zlm made an entry of the folder: a library, or a folder for compiling one. */
function isOurs(name: string): boolean {
  return name.startsWith('zlm-') || name.startsWith('.build.');
}

/** Finds an intact library. Its name has the hash of its content, since the loader may crash on a truncated file. */
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
  return (await compilerFailure(program, arguments_)) === null;
}

/** Compiles the library and moves it into the folder. */
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
  const words = await compilerFailure(program, arguments_);
  if (words !== null) {
    const details = `${version} says:\n${words}`;
    return { failure: `${command} cannot compile the kernels`, details, needs: 'compiler' };
  }
  await chmod(output, 0o700);
  await syncPath(output);
  await rename(output, join(folder, libraryName(prefix, await readFile(output))));
  const library = await findLibrary(folder, prefix, threads);
  const failure = `the library that was compiled into ${folder} cannot be read back`;
  return library ? { library } : { failure, needs: 'folder' };
}

/**
 * Runs the compiler. Returns its output when it fails, null when it succeeds.
 *
 * @throws UserError of the kind "interrupted" if a signal ended it: Ctrl-C reaches the compiler too, and says nothing about it
 */
async function compilerFailure(program: string, arguments_: readonly string[]): Promise<string | null> {
  try {
    await run(program, arguments_, { maxBuffer: 2 ** 24 });
    return null;
  } catch (error) {
    const {
      stderr = '',
      message,
      signal,
    } = error as Error & { stderr?: string; signal?: NodeJS.Signals | null };
    if (signal === 'SIGINT' || signal === 'SIGTERM') {
      throw new UserError('interrupted', 'Interrupted while the kernels were compiled');
    }
    return stderr.trim() || (signal ? `${program} was ended by ${signal}` : message);
  }
}

/** Runs `work` in a new folder and removes it afterwards, together with the folders of killed processes. */
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
 * Describes the processor, on which flags like -march=native depend. On Linux the model's name is not enough: a virtual
 * machine may hide some instructions.
 */
async function processor(): Promise<string> {
  const information = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const instructions = /^(?:flags|Features)\s*:.*$/m.exec(information)?.[0] ?? '';
  return [process.arch, cpus()[0]?.model ?? '', instructions].join(' ');
}
