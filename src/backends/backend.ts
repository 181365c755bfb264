/** The door that every backend comes through: adding one is a file like `wasm.ts` and a line in `select.ts`. */

/** The backends that there are, fastest first. */
export const BACKEND_NAMES = ['native', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/**
 * What multiplies in products of precision "mixed": AMX tiles (step by step through time still AVX512-BF16), AVX512-BF16
 * instructions, or float32 arithmetic on operands that were rounded to bfloat16.
 */
export type Bf16Units = 'amx' | 'avx512-bf16' | 'float32';

/** Whether a backend can run on this machine, and why, in words for a person. */
export interface Probe {
  readonly available: boolean;
  /** In one line. */
  readonly reason: string;
  /** The whole story of a failure, such as all that a compiler said, for `zlm doctor`. */
  readonly details?: string;
  /** How many it computes with; left out by a backend that has one alone, or cannot run. */
  readonly threads?: number;
  /** Left out by a backend that has no kernels of its own for mixed precision, or cannot run. */
  readonly bf16Units?: Bf16Units;
}

/** What a backend may need to know of its surroundings; each has a default. */
export interface BackendOptions {
  /** Threads to compute with; as many as processors when it is left out. */
  readonly threads?: number | undefined;
  /** Where compiled kernels are kept; what compiles them cannot run when it is left out. */
  readonly cacheFolder?: string | undefined;
  /** The C compiler to use; when it is left out, the usual names are tried. */
  readonly compiler?: string | undefined;
  /** Told what takes a while. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** One way to run tensors. */
export interface Backend {
  readonly name: BackendName;
  /** Batches that training may launch before it reads the loss of the first: 1 where kernels compute before they return. */
  readonly queueDepth: number;
  /** Finds out whether it can run here, without making it the active backend. */
  probe(options: BackendOptions): Promise<Probe>;
  /** Registers it with tfjs; afterwards `tf.setBackend(name)` takes it. */
  load(options: BackendOptions): Promise<void>;
}
