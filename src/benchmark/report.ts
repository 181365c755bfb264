/** What a benchmark found; `schemas/output/bench.schema.json` describes it. */
import type { BackendName } from '../backends/backend.js';
import type { NetworkSpec } from '../spec/systems.js';

/** What products compute in: a spec's `training.precision`. */
export type Precision = NetworkSpec['training']['precision'];

/** Where the benchmark ran. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Threads that the native backend ran with; the others have one. */
  readonly threads: number;
  readonly platform: string;
  readonly node: string;
  readonly zlm: string;
}

/** How a contender's results compare with the reference's. */
export interface Check {
  /** The backend that the results were compared with. */
  readonly reference: BackendName;
  /** Largest relative difference that was seen; null when a result was no finite number. */
  readonly deviation: number | null;
  /** The largest that passes. */
  readonly tolerance: number;
  readonly passed: boolean;
}

/** A rate, once the results are known to be right. */
export interface Timing {
  /** Medians over the rounds. */
  readonly gflops: number;
  /** Seconds that a window (or a product) took on average in each round. */
  readonly roundSeconds: readonly number[];
}

/** One contender at one job. What failed its check is not timed. */
export interface Entry {
  readonly backend: BackendName;
  readonly precision: Precision;
  /** Null when it could not be made, because of the problem. */
  readonly check: Check | null;
  /** Why it has no rate, or null. */
  readonly problem: string | null;
}

/** One contender training one model. */
export interface TrainingEntry extends Entry {
  readonly model: string;
  readonly timing: (Timing & { readonly tokensPerSecond: number }) | null;
}

/** One contender multiplying two matrices. */
export interface ProductEntry extends Entry {
  readonly timing: Timing | null;
}

/** What every contender trained. */
export interface ModelFacts {
  readonly name: string;
  readonly parameters: number;
  /** B. */
  readonly batch: number;
  /** T of every window, also where the spec draws lengths. */
  readonly steps: number;
  /** Floating-point operations of forward and backward for one token. */
  readonly trainingFlopPerToken: number;
}

/** The result of `zlm bench`. */
export interface BenchmarkReport {
  readonly machine: Machine;
  readonly settings: { readonly rounds: number; readonly seconds: number; readonly vocabulary: number };
  readonly backends: readonly { readonly name: BackendName; readonly reason: string }[];
  readonly models: readonly ModelFacts[];
  readonly training: readonly TrainingEntry[];
  /** The product [rows, inner] × [inner, columns]; null when it was not asked for. */
  readonly product: {
    readonly rows: number;
    readonly inner: number;
    readonly columns: number;
    readonly entries: readonly ProductEntry[];
  } | null;
}
