/**
 * Small mistakes that a kernel may have, as edits of its source. A rule applies at each place that its pattern matches, so kernels
 * that are added later need no entry; `SURVIVORS` lists the places where an edit does no harm.
 */

/** One kind of mistake. */
export interface MutationRule {
  readonly name: string;
  /** What the mistake is. */
  readonly what: string;
  readonly pattern: RegExp;
  /** The replacement; $1 and $2 are the groups of the pattern. */
  readonly replacement: string;
}

export const RULES: readonly MutationRule[] = [
  {
    name: 'block-barrier',
    what: 'threads of a block do not wait for each other',
    pattern: /__syncthreads\(\);/g,
    replacement: ';',
  },
  {
    name: 'warp-barrier',
    what: 'threads of a warp do not wait for each other',
    pattern: /__syncwarp\([^)]*\);/g,
    replacement: ';',
  },
  {
    name: 'grid-barrier',
    what: 'blocks do not wait for each other',
    pattern: /(?<!void )\b(?:meet|\w*grid_barrier)\([^;{]*\);/g,
    replacement: ';',
  },
  {
    name: 'fence',
    what: 'writes may become visible after the flag that says that they are',
    pattern: /__threadfence\(\);/g,
    replacement: ';',
  },
  {
    name: 'acquire',
    what: 'a flag is read without what was written before it was set',
    pattern: /(?<!unsigned )\bload_acquire\(/g,
    replacement: '*(',
  },
  {
    name: 'copies-not-waited',
    what: 'shared memory is read before the copies to it are complete',
    pattern: /\bwait_for_copies<[^>]*>\(\);/g,
    replacement: ';',
  },
  {
    name: 'copies-waited-too-little',
    what: 'a group of copies more than is right may be incomplete',
    pattern: /\bwait_for_copies<([^>]*)>\(\);/g,
    replacement: 'wait_for_copies<$1 + 1>();',
  },
  {
    name: 'copies-not-committed',
    what: 'copies are in no group that is waited for',
    pattern: /\bcommit_copies\(\);/g,
    replacement: ';',
  },
  {
    name: 'bound-return',
    what: 'one element too many passes the check of a bound',
    pattern: /\bif \(([^()]*?\w) >= ((?:[pa]\.)?\w+)\) (return|continue)/g,
    replacement: 'if ($1 > $2) $3',
  },
  {
    name: 'bound-condition',
    what: 'one element too many meets a condition or a loop',
    pattern: /(\w) < ((?:[pa]\.)\w+)\b/g,
    replacement: '$1 <= $2',
  },
  {
    name: 'shuffle',
    what: 'a value of another lane is replaced by the own',
    pattern: /__shfl_\w*sync\([^,()]+, ([^,()]+), [^()]*?\)/g,
    replacement: '($1)',
  },
  {
    name: 'butterfly',
    what: 'a sum over a warp omits the last exchange',
    pattern: /lanes > 0; lanes/g,
    replacement: 'lanes > 1; lanes',
  },
  {
    name: 'accumulation',
    what: 'what is there is replaced instead of added to',
    pattern: /\bp\.accumulate \?/g,
    replacement: 'false ?',
  },
];

/** A place where a mistake does no harm. */
export interface Survivor {
  readonly file: string;
  readonly rule: string;
  /** A part of the line. */
  readonly line: string;
  readonly why: string;
}

export const SURVIVORS: readonly Survivor[] = [
  {
    file: 'embedding.cu',
    rule: 'bound-condition',
    line: 'for (int start = 0; start < p.positions',
    why: 'a further pass finds no position of the id',
  },
  {
    file: 'sums.cu',
    rule: 'bound-condition',
    line: 'for (int start = warp; valid && start < a.rows',
    why: 'a further pass finds only rows beyond the last, which are checked one by one',
  },
  {
    file: 'updates.cu',
    rule: 'bound-return',
    line: 'if (first >= a.n) return;',
    why: 'a thread whose first element is the one beyond the last reads and writes none, since elements are checked one by one',
  },
  {
    file: 'softmax.cu',
    rule: 'bound-condition',
    line: 'for (int start = threadIdx.x; start < p.classes',
    why: 'a further pass finds only columns beyond the last, which are checked one by one',
  },
];

/** Tests that should notice a mistake in a file, beside those of all files. Paths are relative to the repository. */
export const TESTS_OF: Readonly<Record<string, readonly string[]>> = {
  'noise.cu': ['test/ops/dropout.test.ts'],
  'philox.cuh': ['test/ops/dropout.test.ts', 'test/ops/zoneout.test.ts'],
  'product.cu': ['test/backends/cuda/products.test.ts', 'test/backends/cuda/turing.test.ts'],
  'product-mixed.cu': ['test/backends/cuda/products.test.ts'],
  'product-mma.cuh': ['test/backends/cuda/products.test.ts'],
  'product-tf32.cu': ['test/backends/cuda/products.test.ts'],
  'product.cuh': ['test/backends/cuda/products.test.ts'],
  'softmax.cu': ['test/backends/cuda/softmax.test.ts', 'test/ops/softmax-cross-entropy.test.ts'],
  'sums.cu': ['test/backends/cuda/sums.test.ts', 'test/ops/clipping.test.ts'],
  'embedding.cu': ['test/backends/cuda/sums.test.ts', 'test/ops/embedding.test.ts'],
  'lstm.cu': ['test/ops/lstm.test.ts'],
  'gru.cu': ['test/ops/gru.test.ts'],
  'tanh-rnn.cu': ['test/ops/tanh-rnn.test.ts', 'test/ops/deep-transition.test.ts'],
  'sums.cuh': ['test/ops/clipping.test.ts', 'test/backends/cuda/sums.test.ts'],
  'updates.cu': ['test/ops/update.test.ts', 'test/ops/clipping.test.ts'],
  'tensors.cu': ['test/backends/cuda/tensors.test.ts', 'test/backends/native/plain-kernels.test.ts'],
};

/** Tests for a file that `TESTS_OF` does not name. */
export const OTHER_TESTS: readonly string[] = [
  'test/backends/cuda/recurrent-layers.test.ts',
  'test/backends/cuda/schedules.test.ts',
];
