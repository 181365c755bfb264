/** The system's C compiler: finding it, what it is, and the flags that suit it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Names that are tried, in order. */
const NAMES = ['cc', 'gcc', 'clang'] as const;

/** How long a compiler may take to tell its version. */
const TIMEOUT_MS = 10_000;

/** A compiler that answered. */
export interface Compiler {
  /** As it was named: a name on the PATH, a path, or either with arguments after it, such as "gcc -O2". */
  readonly command: string;
  /** The program to run, and the arguments that come before ours. */
  readonly program: string;
  readonly leading: readonly string[];
  /** The first line of what it says of itself. */
  readonly version: string;
}

/** A compiler, or why there is none. */
type CompilerSearch = { readonly compiler: Compiler } | { readonly failure: string };

/**
 * Looks for a compiler.
 *
 * @param named the one that the user asks for, with arguments as in the variable CC of makefiles ("ccache gcc");
 *              null to try the usual names
 */
export async function findCompiler(named: string | null): Promise<CompilerSearch> {
  if (named !== null) return await askNamed(named);
  for (const program of NAMES) {
    const answer = await versionOf(program, []);
    if ('version' in answer) return { compiler: { command: program, program, leading: [], ...answer } };
  }
  return { failure: `no C compiler on the PATH (${NAMES.join(', ')})` };
}

/** A path may have spaces in it, so the whole text is tried as a program first. */
async function askNamed(named: string): Promise<CompilerSearch> {
  const [program = '', ...leading] = named.trim().split(/\s+/);
  if (program === '') return { failure: 'the C compiler that was named is empty' };
  const whole = await versionOf(named, []);
  if ('version' in whole) return { compiler: { command: named, program: named, leading: [], ...whole } };
  if (leading.length === 0) return { failure: `the C compiler "${named}" does not run: ${whole.why}` };
  const split = await versionOf(program, leading);
  if ('version' in split) return { compiler: { command: named, program, leading, ...split } };
  return { failure: `the C compiler "${named}" does not run: ${split.why}` };
}

/**
 * Flags for a shared library for this very processor. Not -ffast-math: it would assume that NaN does not occur, and
 * a diverging loss must be seen.
 *
 * @param openMp compile with threads; a compiler without OpenMP refuses the flag
 */
export function compilerFlags(openMp: boolean): string[] {
  return [
    ...[
      '-std=gnu11',
      '-O3',
      // Clang 14 knows ARM's processors by -mcpu alone.
      process.arch === 'arm64' ? '-mcpu=native' : '-march=native',
      '-fno-math-errno',
      '-fno-trapping-math',
      '-ffp-contract=fast',
      '-fPIC',
      '-shared',
    ],
    // A library whose threads are alive when Node exits must not be unmapped under them.
    ...(process.platform === 'linux' ? ['-Wl,-z,nodelete'] : []),
    ...(openMp ? ['-fopenmp'] : []),
  ];
}

/** The first line of what a program says to --version, or why it says nothing. */
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

/** What Node adds to the error of a program that failed: a system's error name, or the exit code. */
interface ExecFailure {
  readonly code?: string | number | null;
  readonly killed?: boolean;
  readonly stderr?: string;
}

function whyNoAnswer(program: string, { code, killed, stderr = '', message }: Error & ExecFailure): string {
  const isPath = program.includes('/');
  if (code === 'ENOENT') return isPath ? 'there is no such program' : `there is no ${program} on the PATH`;
  if (code === 'EACCES') return 'it is not a program that may be run';
  if (killed) return `it did not answer to --version within ${TIMEOUT_MS / 1000} s`;
  const words = stderr.trim().split('\n', 1)[0];
  if (typeof code === 'number') {
    return `it fails with exit code ${code} when asked for its --version${words === '' ? '' : ` (${words})`}`;
  }
  return message;
}
