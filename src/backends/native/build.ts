/**
 * Compiles the C kernels for this processor, once: the cache folder keeps the library under the hash of everything that went
 * into it.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../storage/file-identity.js';
import { isFolder } from '../../storage/files.js';
import {
  type BuildFailure,
  type CheckedLibrary,
  compilerFailure,
  findLibrary,
  inWorkplace,
  keepLibrary,
  onceAtATime,
  orFailure,
} from '../libraries/compiled-library.js';
import { type Compiler, compilerFlags } from '../libraries/compiler.js';
import { checkPrivateFolder, makePrivateFolder } from '../libraries/private-folder.js';

/** The C sources. The package ships them, and dist/ is as deep as src/, so one path serves both. */
const SOURCES = fileURLToPath(new URL('../../../src/backends/native/kernels', import.meta.url));

/** What is done in the cache folder, and what is compiled, in messages. */
const PURPOSE = 'compile the kernels into';
const WHAT = 'the kernels were';

/** Compiles only where the compiler has OpenMP, its header and its library. */
const OPENMP_PROBE = '#include <omp.h>\nint zlm_probe(void) { return omp_get_max_threads(); }\n';

/** A library of the kernels. */
export interface BuiltLibrary extends CheckedLibrary {
  /** Compiled with OpenMP: computes with several threads. */
  readonly threads: boolean;
}

/** A library, or why there is none. */
export type BuildResult = { readonly library: BuiltLibrary } | BuildFailure;

/**
 * Returns the library for this processor, from the cache or compiled now. Of processes that need it at the same time, as the tasks of
 * a cluster, one compiles it and the others wait. Where they cannot see each other, each writes a file of its own, and the later rename
 * wins with the same content. A cached file that is damaged, or that
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
  return orFailure(folder, PURPOSE, async () => {
    const sources = await readSources();
    const name = async (threads: boolean) => `zlm-${await buildHash(sources, compiler, threads)}`;
    const cached = (await isFolder(folder)) ? await readableFolder(folder) : null;
    const threaded = cached && (await findKernels(cached, await name(true), true));
    if (threaded) return { library: threaded };
    const single = cached && (await findKernels(cached, await name(false), false));
    const library = single && { library: single };
    const built = await orFailure(folder, PURPOSE, async () => {
      const own = await makePrivateFolder(folder, isOurs);
      // Checked every time: OpenMP may have been installed since a library without it was built.
      const threads = await inWorkplace(own, (workplace) => hasOpenMp(compiler, workplace));
      if (library && !threads) return library;
      const prefix = await name(threads);
      return onceAtATime(own, prefix, async () => {
        const compiled = await findKernels(own, prefix, threads);
        if (compiled) return { library: compiled };
        onCompile();
        return inWorkplace(own, (workplace) => compile(compiler, workplace, own, prefix, threads));
      });
    });
    // Where nothing can be written, use the library that was compiled before.
    return 'failure' in built && library ? library : built;
  });
}

/** Returns the folder if libraries in it may be loaded; null if others could change it, which buildLibrary may fix. */
async function readableFolder(folder: string): Promise<string | null> {
  return await checkPrivateFolder(folder).catch(() => null);
}

/** Returns whether zlm made an entry of the folder: a library, or a folder for compiling one. */
function isOurs(name: string): boolean {
  return name.startsWith('zlm-') || name.startsWith('.build.');
}

async function findKernels(folder: string, prefix: string, threads: boolean): Promise<BuiltLibrary | null> {
  const library = await findLibrary(folder, prefix);
  return library && { ...library, threads };
}

async function hasOpenMp({ program, leading }: Compiler, workplace: string): Promise<boolean> {
  const source = join(workplace, 'probe.c');
  await writeFile(source, OPENMP_PROBE);
  const arguments_ = [...leading, ...compilerFlags(true), source, '-o', join(workplace, 'probe.so')];
  return (await compilerFailure(program, arguments_, WHAT)) === null;
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
  const words = await compilerFailure(program, arguments_, WHAT);
  if (words !== null) {
    const details = `${version} says:\n${words}`;
    return { failure: `${command} cannot compile the kernels`, details, needs: 'compiler' };
  }
  const library = await keepLibrary(output, folder, prefix);
  const failure = `the library that was compiled into ${folder} cannot be read back`;
  return library ? { library: { ...library, threads } } : { failure, needs: 'folder' };
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
