/**
 * Captured work: a backend may record all that a function starts, and start it again later for other arrays, tensors and numbers of
 * the same shapes, without running the function. A training step starts a hundred kernels or more, and finding out which takes
 * longer than a GPU needs for those of a small model.
 */
import * as tf from '@tensorflow/tfjs';

/**
 * The numbers that differ from one training step to the next. Ops take them as attributes: `Noise.step`, `learningRate` and what an
 * optimizer computes from them. A backend that captures work reads them again each time, so no other attribute may depend on them.
 */
export interface StepNumbers {
  /** Time steps trained before this step: `Noise.step` of its window. */
  readonly clock: number;
  readonly learningRate: number;
  /** Steps since the run began, this one included. */
  readonly count: number;
  /** Steps since averaging began, this one included; 0 before it begins. */
  readonly averaged: number;
}

/** All that may differ between two runs of captured work. */
export interface Varying {
  /** Arrays that the work makes tensors of. */
  readonly arrays: readonly Int32Array[];
  /** float32 tensors that it reads. */
  readonly tensors: readonly tf.Tensor[];
  readonly numbers: StepNumbers;
}

/** Work that can be started again. */
export interface CapturedWork {
  /**
   * Starts the work.
   *
   * @param varying of the shapes that were captured
   * @returns its results, owned by the caller; null when a tensor that the work reads or updates is no longer where it was
   */
  replay(varying: Varying): tf.Tensor[] | null;
  /** Frees it. */
  dispose(): void;
}

/** A backend that can capture work. */
export interface CapturingBackend {
  /** Whether it does, by its options. */
  readonly capturesWork: boolean;
  /**
   * Captures work without starting it.
   *
   * @param variables what it may update in place
   * @param work      runs once; makes tensors of the arrays themselves, reads copies of the tensors, and returns float32 tensors
   * @returns null when some of it cannot be captured: no variable has changed then
   */
  capture(
    varying: Varying,
    variables: readonly tf.Variable[],
    work: (tensors: tf.Tensor[]) => tf.Tensor[],
  ): CapturedWork | null;
}

/** Returns the active backend if it captures work; otherwise null. */
export function capturingBackend(): CapturingBackend | null {
  const backend = tf.backend();
  return capturesWork(backend) ? backend : null;
}

function capturesWork(backend: object): backend is CapturingBackend {
  return 'capturesWork' in backend && backend.capturesWork === true;
}
