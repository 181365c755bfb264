/** NVRTC, the CUDA compiler as a library, through koffi: compiles the kernels to PTX. It needs neither a GPU nor a driver. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The version that compiles the shipped PTX: its PTX 8.1 runs on drivers of version 530 and later. */
const WANTED = '12.1';

/** What to install. */
export const NVRTC_PACKAGE = 'nvidia-cuda-nvrtc-cu12==12.1.105';

const DECLARATIONS = {
  version: 'int nvrtcVersion(_Out_ int *major, _Out_ int *minor)',
  create:
    'int nvrtcCreateProgram(_Out_ void **program, const char *source, const char *name, int headers, const char **contents, const char **names)',
  compile: 'int nvrtcCompileProgram(void *program, int count, const char **options)',
  ptxSize: 'int nvrtcGetPTXSize(void *program, _Out_ size_t *size)',
  ptx: 'int nvrtcGetPTX(void *program, void *text)',
  logSize: 'int nvrtcGetProgramLogSize(void *program, _Out_ size_t *size)',
  log: 'int nvrtcGetProgramLog(void *program, void *text)',
} as const;

/** A source file, or a header that it includes. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/**
 * Returns the path of NVRTC's library: the one of ZLM_NVRTC, or of a Python package in .venv-test or in the `python3` on the PATH.
 * Null if there is none.
 */
export function findNvrtc(): string | null {
  return process.env.ZLM_NVRTC ?? inPythonPackage('nvidia.cuda_nvrtc', 'lib/libnvrtc.so.12');
}

/** Returns the path of a file in a Python package, or null. */
export function inPythonPackage(name: string, file: string): string | null {
  for (const python of [process.env.ZLM_PYTHON, join(ROOT, '.venv-test/bin/python'), 'python3']) {
    if (python === undefined || (python.includes('/') && !existsSync(resolve(python)))) continue;
    const folder = packageFolder(python, name);
    if (folder !== null && existsSync(join(folder, file))) return join(folder, file);
  }
  return null;
}

function packageFolder(python: string, name: string): string | null {
  const script = 'import importlib, sys; print(importlib.import_module(sys.argv[1]).__path__[0])';
  try {
    return execFileSync(python, ['-c', script, name], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return null;
  }
}

/** NVRTC, loaded. */
export class Nvrtc {
  private readonly functions: Readonly<Record<keyof typeof DECLARATIONS, (...values: unknown[]) => number>>;

  /** @throws Error when the library cannot be loaded or is of another version */
  constructor(path: string) {
    const library = koffi.load(path);
    const bound = Object.entries(DECLARATIONS).map(([name, text]) => [name, library.func(text)]);
    this.functions = Object.fromEntries(bound);
    const [major, minor]: [number[], number[]] = [[0], [0]];
    this.call('version', major, minor);
    const version = `${major[0]}.${minor[0]}`;
    if (version !== WANTED) {
      throw new Error(`${path} is NVRTC ${version}, and ${WANTED} is needed: pip install ${NVRTC_PACKAGE}`);
    }
  }

  /**
   * Compiles a source to PTX, without comments and unused constants. The text depends on nothing but the arguments.
   *
   * @throws Error with the compiler's messages
   */
  compile({ name, text }: Source, headers: readonly Source[], options: readonly string[]): string {
    const program: [unknown] = [null];
    const [contents, names] = [headers.map((header) => header.text), headers.map((header) => header.name)];
    this.call('create', program, text, name, headers.length, contents, names);
    const code = this.functions.compile(program[0], options.length, options);
    if (code !== 0)
      throw new Error(`NVRTC cannot compile ${name}:\n${this.text(program[0], 'log', 'logSize')}`);
    return withoutUnused(withoutComments(this.text(program[0], 'ptx', 'ptxSize')));
  }

  private text(program: unknown, name: 'ptx' | 'log', size: 'ptxSize' | 'logSize'): string {
    const length: [number | bigint] = [0];
    this.call(size, program, length);
    const bytes = Buffer.alloc(Number(length[0]));
    this.call(name, program, bytes);
    return bytes.toString('utf8').replace(/\0+$/, '');
  }

  private call(name: keyof typeof DECLARATIONS, ...values: unknown[]): void {
    const code = this.functions[name](...values);
    if (code !== 0) throw new Error(`NVRTC: ${name} failed with error ${code}`);
  }
}

/** Removes comments, and the lines that are empty without them. */
function withoutComments(ptx: string): string {
  const lines = ptx.split('\n').map((line) => line.replace(/\s*\/\/.*$/, '').trimEnd());
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

/** Removes the constants that no code uses; NVRTC writes dozens from its own headers. */
function withoutUnused(ptx: string): string {
  const uses = (name: string) => ptx.split(name).length - 1;
  const isUnused = (line: string) => {
    const name = /^\.global (?:\.\w+ (?:\d+ )?)+([\w$]+)/.exec(line)?.[1];
    return name !== undefined && uses(name) === 1;
  };
  return ptx
    .split('\n')
    .filter((line) => !isUnused(line))
    .join('\n');
}
