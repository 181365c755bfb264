/** The interface of a backend. To add one, implement it as in `tfjs-backends.ts`, name it below and in `schemas/output`, and add a line to `select.ts`. */
import type * as tf from '@tensorflow/tfjs';

import type { Precision } from '../ops/op.js';

/** All backends, fastest first on a machine whose GPU is not used by TensorFlow. */
export const BACKEND_NAMES = ['cuda', 'webgpu', 'native', 'tensorflow', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

/** Returns whether a backend computes on the processor, whose peak is then its own. */
export function computesOnProcessor(name: BackendName): boolean {
  return name === 'native' || name === 'wasm' || name === 'cpu';
}

/**
 * The units that compute products of precision "mixed": AMX tiles (with AVX512-BF16 for the steps through time), AVX512-BF16
 * instructions, ARM's BF16 dot products, or float32 arithmetic on operands rounded to bfloat16.
 */
export type Bf16Units = 'amx' | 'avx512-bf16' | 'arm-bf16' | 'float32';

/** How a GPU runs the steps of an LSTM layer of one size. */
export interface RecurrentForm {
  readonly units: number;
  /** Rows of the batch. */
  readonly batch: number;
  readonly precision: Precision;
  /** One launch for all steps of a window, or one for each. */
  readonly launches: 'one' | 'each step';
  /** Why it is not one launch, in words that continue a sentence; absent where it is. */
  readonly reason?: string;
}

/** What the driver of a GPU says of it. */
export interface AdapterFacts {
  readonly name: string;
  /** The driver with its version; empty where it says nothing. */
  readonly driver: string;
  /** Optional features that kernels may use. */
  readonly features: readonly string[];
  /** The most bytes of a tensor. */
  readonly tensorBytes: number;
  /** The most buffers that one kernel may read and write. */
  readonly buffers: number;
  /** Bytes that the threads of a workgroup share, and the most threads. */
  readonly workgroupBytes: number;
  readonly workgroupThreads: number;
}

/** The answer to whether a backend can run on this machine, and why, in words for a person. */
export interface Probe {
  readonly available: boolean;
  /** One line. */
  readonly reason: string;
  /** True when this machine lacks the hardware or the optional package that the backend is for, which is no fault to be reported. */
  readonly absent?: true;
  /** True when a backend that can also run on processors runs on a GPU. */
  readonly onGpu?: boolean;
  /** True when a backend that is for GPUs found only a renderer on processors, which is taken by name alone. */
  readonly software?: true;
  /** The full output of a failure, such as a compiler's messages, for `zlm doctor`. */
  readonly details?: string;
  /** Number of threads; omitted by a backend that has only one or cannot run. */
  readonly threads?: number;
  /** Omitted by a backend that has no kernels of its own for mixed precision or cannot run. */
  readonly bf16Units?: Bf16Units;
  /** Omitted by a backend that is not for GPUs of any maker, or cannot run. */
  readonly adapter?: AdapterFacts;
  /** The forms of typical layers; omitted by a backend that has only one form or cannot run. */
  readonly recurrentForms?: readonly RecurrentForm[];
}

/** What a processor can do at most, measured with all threads by kernels that do nothing else. */
export interface Roofline {
  /** Fused multiply-adds on registers alone. */
  readonly f32Gflops: number;
  /** The same by the units of bfloat16; null where there are none. */
  readonly bf16Gflops: number | null;
  /** Reading from memory. */
  readonly gigabytesPerSecond: number;
  /** Caches for data of the first processor, the smallest first; empty where the system does not tell. */
  readonly caches: readonly { readonly level: number; readonly bytes: number }[];
}

/** Measures what the processor can do, with all threads of a backend. */
export interface RooflineMeter {
  /**
   * Measures for some hundredths of a second the rate of fused multiply-adds, in GFLOP/s: in float32, or by the units of bfloat16;
   * in float32 where there are none.
   */
  peak(arithmetic: 'f32' | 'bf16'): number;
  /** Measures the best of several, which takes about half a second. */
  measure(): Promise<Roofline>;
}

/** Settings from outside that a backend may need; each has a default. */
export interface BackendOptions {
  /** Threads to compute with; default: one for each processor. */
  readonly threads?: number | undefined;
  /** Folder for compiled kernels; without it the native backend cannot run. */
  readonly cacheFolder?: string | undefined;
  /** C compiler to use; default: the first of the usual names that works. */
  readonly compiler?: string | undefined;
  /** The library of the NVIDIA driver; default: where the system looks for it. */
  readonly cudaDriver?: string | undefined;
  /**
   * Takes memory of a GPU in exact sizes and gives it back at once, so that tools such as compute-sanitizer notice each access
   * outside of a tensor; slow. Default: memory is rounded up and reused.
   */
  readonly cudaExactMemory?: boolean | undefined;
  /** Captures training steps as graphs; default: true. */
  readonly cudaGraphs?: boolean | undefined;
  /** Folder with a binding of TensorFlow, or whose `node_modules` has one; default: one in the cache, or one beside zlm. */
  readonly tensorflow?: string | undefined;
  /** Options of Dawn, such as `backend=null` for a device that computes nothing; default: none. */
  readonly dawnFlags?: readonly string[] | undefined;
  /** Called with a line before something that takes seconds. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** The most memory that a computation needs of each kind, in bytes. */
export interface MemoryUse {
  /** Results of kernels that are in use at once. */
  readonly lentBytes: number;
  /** What the backend gets from the system for them, since spare blocks are kept for later results. */
  readonly heldBytes: number;
  /** What it gets besides for captured work; where there is no memory for that, work is not captured. */
  readonly capturedBytes: number;
  /** Arrays of the machine that tensors consist of, besides. */
  readonly hostBytes: number;
  /** What a kernel allocates and frees while it runs. */
  readonly scratchBytes: number;
}

/**
 * A computation to be rehearsed. It is synchronous, disposes of its tensors, and never reads values.
 *
 * @param make makes a tensor of a shape as if its values came from the machine
 */
export type Rehearsed = (make: (shape: readonly number[]) => tf.Tensor) => void;

/** One implementation of tensors and ops. */
export interface Backend {
  readonly name: BackendName;
  /** Batches that training may launch before it reads the loss of the first: 1 where kernels compute before they return. */
  readonly queueDepth: number;
  /** Checks whether it can run here, without making it the active backend. */
  probe(options: BackendOptions): Promise<Probe>;
  /** Registers it with tfjs; afterwards `tf.setBackend(name)` takes it. */
  load(options: BackendOptions): Promise<void>;
  /**
   * Runs a computation on tensors without values, which takes no memory and little time, and returns what it would need. Absent
   * where kernels are not ours to know. The backend must be loaded.
   */
  rehearse?(computation: Rehearsed): MemoryUse;
  /** Returns what measures the processor; null where the backend cannot run, absent where it has no kernels for that. */
  rooflineMeter?(options: BackendOptions): Promise<RooflineMeter | null>;
  /** Says why products in TF32 are not computed, once it is loaded; null where they are. Absent where no device has any. */
  tf32Obstacle?(): string | null;
  /** Returns the free bytes of its own memory, once it is loaded; absent where it uses the machine's. */
  availableMemory?(): number;
}
