/** Selecting rows of a matrix. */
import * as tf from '@tensorflow/tfjs';
import { embedding } from '../ops/embedding.js';
import { reshape } from '../ops/shapes.js';

/** Selects rows of a matrix, [N,H]. By the embedding op, since tfjs's wasm backend has no gradient of `gather`. */
export function selectedRows(matrix: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  const taken = embedding(matrix, tf.tensor2d(rows, [1, rows.length], 'int32'));
  return reshape(taken, [rows.length, matrix.shape[1]]);
}
