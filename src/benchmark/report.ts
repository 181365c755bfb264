/** The report of a benchmark; `schemas/output/bench.schema.json` describes it. */
import type { BackendName, Roofline } from '../backends/backend.js';
import type { NetworkSpec } from '../spec/systems.js';

/** Arithmetic of products: a spec's `training.precision`. */
export type Precision = NetworkSpec['training']['precision'];

/** The machine of a benchmark. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Threads that the native backend ran with; the others have one. */
  readonly threads: number;
  readonly platform: string;
  readonly node: string;
  readonly zlm: string;
}

/** Comparison of a contender's results with the reference's. */
export interface Check {
  /** The backend of the reference. */
  readonly reference: BackendName;
  /** Largest relative difference; null when a result was not a finite number. */
  readonly deviation: number | null;
  /** The largest that passes. */
  readonly tolerance: number;
  readonly passed: boolean;
}

/** A rate of a contender that passed its check. */
export interface Timing {
  /** Medians over the rounds. */
  readonly gflops: number;
  /**
   * The rate as a share of the peak of its arithmetic, measured immediately before and after each round; the median over the rounds.
   * Null on another device than the processor, and where nothing measures the peak.
   */
  readonly ofPeak: number | null;
  /** Mean seconds of a window, or of a product, in each round. */
  readonly roundSeconds: readonly number[];
}

/** One contender in one job. It is not timed if it failed its check. */
export interface Entry {
  readonly backend: BackendName;
  readonly precision: Precision;
  /** Null when the problem prevented it. */
  readonly check: Check | null;
  /** The reason why it has no rate, or null. */
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

/** A model that every contender trains. */
export interface ModelFacts {
  readonly name: string;
  readonly parameters: number;
  /** B. */
  readonly batch: number;
  /** T of every window, even if the spec has random lengths. */
  readonly steps: number;
  /** Floating-point operations of forward and backward for one token. */
  readonly trainingFlopPerToken: number;
}

/** The result of `zlm bench`. */
export interface BenchmarkReport {
  readonly machine: Machine;
  /** What the processor can do at most; null where the native backend, which measures it, cannot run. */
  readonly roofline: Roofline | null;
  readonly settings: { readonly rounds: number; readonly seconds: number; readonly vocabulary: number };
  readonly backends: readonly { readonly name: BackendName; readonly reason: string }[];
  readonly models: readonly ModelFacts[];
  readonly training: readonly TrainingEntry[];
  /** The product [rows, inner] × [inner, columns]; null when it was not requested. */
  readonly product: {
    readonly rows: number;
    readonly inner: number;
    readonly columns: number;
    readonly entries: readonly ProductEntry[];
  } | null;
}
