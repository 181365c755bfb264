/** The C compiler that the tests use, and C programs of the tests compiled by it. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compilerFlags, findCompiler } from '../../../src/backends/native/compiler.js';
import { ROOT } from '../../cli/capture.js';
import { tempFolder } from '../../temp-folder.js';

/** Where the kernels' sources lie. */
export const KERNELS = join(ROOT, 'src/backends/native/kernels');

const search = await findCompiler(process.env.ZLM_CC ?? null);

/** Its command; undefined where there is none. */
export const CC: string | undefined = 'compiler' in search ? search.compiler.command : undefined;

/** Whether it is Clang, which goes by other names and flags in places. */
export const IS_CLANG = 'compiler' in search && search.compiler.version.includes('clang');

/** To be put behind the title of a test that needs a compiler. */
export const NEEDS_CC = CC === undefined ? ', skipped: no C compiler' : '';

/** Compiles a program of this folder with the flags of the kernels, runs it, and reads the JSON that it prints. */
export function runProgram(source: string): unknown {
  const program = join(tempFolder(), 'program');
  const flags = compilerFlags(false).filter((flag) => flag !== '-shared');
  const path = join(ROOT, 'test/backends/native', source);
  execFileSync(CC as string, [...flags, '-I', KERNELS, path, '-o', program, '-lm']);
  return JSON.parse(execFileSync(program, { encoding: 'utf8' }));
}
