/** The system's C compiler: finding it, what it is, and the flags that suit it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Names that are tried, in order. */
const NAMES = ['cc', 'gcc', 'clang'] as const;

/** A compiler that answered. */
export interface Compiler {
  /** As it is called: a name on the PATH or a path. */
  readonly command: string;
  /** The first line of what it says of itself. */
  readonly version: string;
}

/** A compiler, or why there is none. */
type CompilerSearch = { readonly compiler: Compiler } | { readonly failure: string };

/**
 * Looks for a compiler.
 *
 * @param named the one that the user asks for; null to try the usual names
 */
export async function findCompiler(named: string | null): Promise<CompilerSearch> {
  for (const command of named === null ? NAMES : [named]) {
    const version = await versionOf(command);
    if (version !== null) return { compiler: { command, version } };
  }
  if (named !== null) return { failure: `the C compiler "${named}" does not run` };
  return { failure: `no C compiler on the PATH (${NAMES.join(', ')})` };
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

async function versionOf(command: string): Promise<string | null> {
  try {
    const { stdout } = await run(command, ['--version'], { timeout: 10_000 });
    return stdout.split('\n', 1)[0].trim();
  } catch {
    return null;
  }
}
