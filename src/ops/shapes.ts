/** tfjs's ops on shapes, with results of the rank that follows from their arguments; tfjs's own types leave it open. */
import * as tf from '@tensorflow/tfjs';

/** Gives a tensor another shape. */
export function reshape(x: tf.Tensor, shape: readonly [number]): tf.Tensor1D;
export function reshape(x: tf.Tensor, shape: readonly [number, number]): tf.Tensor2D;
export function reshape(x: tf.Tensor, shape: readonly [number, number, number]): tf.Tensor3D;
export function reshape(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return tf.reshape(x, [...shape]);
}

/** Stacks tensors of one shape along a new dimension, the first by default. */
export function stack(tensors: readonly tf.Tensor1D[], axis?: number): tf.Tensor2D;
export function stack(tensors: readonly tf.Tensor2D[], axis?: number): tf.Tensor3D;
export function stack(tensors: readonly tf.Tensor[], axis = 0): tf.Tensor {
  return tf.stack([...tensors], axis);
}

/** Cuts a tensor along its first dimension. */
export function unstack(x: tf.Tensor2D): tf.Tensor1D[];
export function unstack(x: tf.Tensor3D): tf.Tensor2D[];
export function unstack(x: tf.Tensor): tf.Tensor[] {
  return tf.unstack(x);
}
