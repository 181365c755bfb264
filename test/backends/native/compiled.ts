/** The C compiler that the tests use, and C programs of the tests compiled by it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compilerFlags, findCompiler } from '../../../src/backends/libraries/compiler.js';
import { ROOT } from '../../cli/capture.js';
import { tempFolder } from '../../temp-folder.js';

/** The folder of the kernels' sources. */
export const KERNELS = join(ROOT, 'src/backends/native/kernels');

/** The kernels of matrix products. */
export const PRODUCT_KERNELS = ['gemm.c', 'few-rows.c', 'amx-gemm.c'];

/** Compiles the kernels for AMX tiles that are emulated in plain C. */
export const EMULATED_TILES = '-DZLM_EMULATE_AMX';

const search = await findCompiler(process.env.ZLM_CC ?? null);

/** Its command; undefined where there is none. */
export const CC: string | undefined = 'compiler' in search ? search.compiler.command : undefined;

/** Whether it is Clang, which has other names and flags for some things. */
export const IS_CLANG = 'compiler' in search && search.compiler.version.includes('clang');

/** Suffix for the title of a test that needs a compiler. */
export const NEEDS_CC = CC === undefined ? ', skipped: no C compiler' : '';

/** Sources and flags of a C program of the tests, besides itself and the flags of the kernels. */
export interface ProgramParts {
  /** Kernels that it calls: "gemm.c". */
  readonly kernels?: readonly string[];
  /** Compiled kernels, in place of the former. */
  readonly objects?: readonly string[];
  readonly flags?: readonly string[];
}

/** Words before a compiled program that start it, where it is not for this processor: see scripts/test-arm. */
const STARTER = process.env.ZLM_TEST_STARTER?.split(' ') ?? [];

/** Compiles a program of this folder with the flags of the kernels, runs it, and reads the JSON that it prints. */
export function runProgram(
  source: string,
  { kernels = [], objects = [], flags = [] }: ProgramParts = {},
): unknown {
  const program = join(tempFolder(), 'program');
  const all = [...compilerFlags(false).filter((flag) => flag !== '-shared'), ...flags];
  const sources = [join(ROOT, 'test/backends/native', source), ...kernels.map((name) => join(KERNELS, name))];
  execFileSync(CC as string, [...all, '-I', KERNELS, ...sources, ...objects, '-o', program, '-lm']);
  const [command, ...words] = [...STARTER, program];
  return JSON.parse(execFileSync(command, words, { encoding: 'utf8' }));
}
