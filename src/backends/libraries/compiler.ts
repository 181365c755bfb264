/** The system's compilers of C and C++: finds one, identifies it, and knows the flags of the C kernels. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Names to try, in order. */
const NAMES = { C: ['cc', 'gcc', 'clang'], 'C++': ['c++', 'g++', 'clang++'] } as const;

/** A language to compile. */
type Language = keyof typeof NAMES;

/** The longest time to wait for a compiler's version. */
const TIMEOUT_MS = 10_000;

/** A compiler that works. */
export interface Compiler {
  /** As the user named it: a name on the PATH, a path, or either with arguments, such as "gcc -O2". */
  readonly command: string;
  /** The program to run, and the arguments that come before ours. */
  readonly program: string;
  readonly leading: readonly string[];
  /** The first line of its answer to --version. */
  readonly version: string;
}

/** A compiler, or why there is none. */
type CompilerSearch = { readonly compiler: Compiler } | { readonly failure: string };

/**
 * Finds a compiler.
 *
 * @param named the user's choice, with arguments as in the variable CC of makefiles ("ccache gcc");
 *              null to try the usual names
 */
export async function findCompiler(named: string | null, language: Language = 'C'): Promise<CompilerSearch> {
  if (named !== null) return await askNamed(named, language);
  const names = NAMES[language];
  for (const program of names) {
    const answer = await versionOf(program, []);
    if ('version' in answer) return { compiler: { command: program, program, leading: [], ...answer } };
  }
  return { failure: `no ${language} compiler on the PATH (${names.join(', ')})` };
}

/** Tries the whole text as a program first, since a path may contain spaces. */
async function askNamed(named: string, language: Language): Promise<CompilerSearch> {
  const [program = '', ...leading] = named.trim().split(/\s+/);
  if (program === '') return { failure: `the name of the ${language} compiler is empty` };
  const whole = await versionOf(named, []);
  if ('version' in whole) return { compiler: { command: named, program: named, leading: [], ...whole } };
  if (leading.length === 0)
    return { failure: `the ${language} compiler "${named}" does not run: ${whole.why}` };
  const split = await versionOf(program, leading);
  if ('version' in split) return { compiler: { command: named, program, leading, ...split } };
  return { failure: `the ${language} compiler "${named}" does not run: ${split.why}` };
}

/**
 * Returns the flags for a shared library for this processor. -ffast-math is not among them: it assumes that NaN does not
 * occur, and would hide a diverging loss.
 *
 * @param openMp compile with threads; a compiler without OpenMP refuses the flag
 */
export function compilerFlags(openMp: boolean): string[] {
  return [
    ...[
      '-std=gnu11',
      '-O3',
      // Clang 14 knows ARM's processors only by -mcpu.
      process.arch === 'arm64' ? '-mcpu=native' : '-march=native',
      '-fno-math-errno',
      '-fno-trapping-math',
      '-ffp-contract=fast',
      // For Zen, gcc leaves out some fused multiply-adds of tiles with a single sum, so that the bits would depend on the sizes of
      // tiles, and these on the number of threads. Clang ignores the parameter.
      '--param=avoid-fma-max-bits=0',
      '-fPIC',
      '-shared',
    ],
    // Node must not unmap a library whose threads are still alive when it exits.
    ...(process.platform === 'linux' ? ['-Wl,-z,nodelete'] : []),
    ...(openMp ? ['-fopenmp'] : []),
  ];
}

/** Returns the first line of a program's answer to --version, or why there is none. */
async function versionOf(
  program: string,
  leading: readonly string[],
): Promise<{ version: string } | { why: string }> {
  try {
    const { stdout } = await run(program, [...leading, '--version'], { timeout: TIMEOUT_MS });
    return { version: stdout.split('\n', 1)[0].trim() };
  } catch (error) {
    return { why: whyNoAnswer(program, error as Error & ExecFailure) };
  }
}

/** Fields that Node adds to the error of a failed program: the system's error name, or the exit code. */
interface ExecFailure {
  readonly code?: string | number | null;
  readonly killed?: boolean;
  readonly stderr?: string;
}

function whyNoAnswer(program: string, { code, killed, stderr = '', message }: Error & ExecFailure): string {
  const isPath = program.includes('/');
  if (code === 'ENOENT') return isPath ? 'the file does not exist' : `there is no ${program} on the PATH`;
  if (code === 'EACCES') return 'it is not an executable file';
  if (killed) return `it did not answer --version within ${TIMEOUT_MS / 1000} s`;
  const words = stderr.trim().split('\n', 1)[0];
  if (typeof code === 'number') {
    return `it fails with exit code ${code} when asked for its --version${words === '' ? '' : ` (${words})`}`;
  }
  return message;
}
