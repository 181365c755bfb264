/** Reductions over dimensions of a tensor, in which neighboring dimensions that are reduced alike become one. */
import * as tf from '@tensorflow/tfjs';

/** The attributes of tfjs's reductions. */
export interface ReductionAttributes {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/** Neighboring dimensions. */
export interface Run {
  size: number;
  readonly isReduced: boolean;
}

/** A reduction. */
export interface Reduction {
  /** The shape of the result. */
  readonly shape: number[];
  /** All dimensions of the tensor, those of size 1 left out; no two neighbors are reduced alike. */
  readonly runs: readonly Run[];
  /** Number of elements that are reduced to one. */
  readonly count: number;
}

/** Returns the reduction of a tensor of this shape. */
export function reductionOf(given: readonly number[], { axis, keepDims }: ReductionAttributes): Reduction {
  const axes = tf.util.parseAxisParam(axis, [...given]);
  const runs: Run[] = [];
  const shape: number[] = [];
  let count = 1;
  for (const [dimension, size] of given.entries()) {
    const isReduced = axes.includes(dimension);
    if (isReduced) count *= size;
    if (!isReduced) shape.push(size);
    else if (keepDims) shape.push(1);
    if (size === 1) continue;
    const last = runs.at(-1);
    if (last?.isReduced === isReduced) last.size *= size;
    else runs.push({ size, isReduced });
  }
  return { shape, runs, count };
}
