/** Selecting rows of a matrix. */
import * as tf from '@tensorflow/tfjs';
import { embedding, embeddingOp } from '../ops/embedding.js';
import { differentiable, runOp } from '../ops/op.js';
import { reshape } from '../ops/shapes.js';

/** Selects rows of a matrix, [N,H]. By the embedding op, since tfjs's wasm backend has no gradient of `gather`. */
export function selectedRows(matrix: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  const taken = embedding(matrix, tf.tensor2d(rows, [1, rows.length], 'int32'));
  return reshape(taken, [rows.length, matrix.shape[1]]);
}

/**
 * Exchanges rows of a matrix in pairs, or leaves them where they are.
 *
 * @param rows the row that comes to each place, [N]; to be its own inverse, so that the gradient is exchanged in the same way
 */
export function exchangedRows(matrix: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  const attributes = { rows: rows.length };
  const ids = tf.tensor2d(rows, [1, rows.length], 'int32');
  const exchanged = (table: tf.Tensor2D, ids: tf.Tensor2D) =>
    reshape(runOp(embeddingOp, { table, ids }, attributes)[0], [rows.length, table.shape[1]]);
  const [result] = differentiable(
    { matrix },
    {
      forward: () => ({ outputs: [exchanged(matrix, ids)], saved: [ids] }),
      backward: ([upstream], [ids]) => ({ matrix: exchanged(upstream, ids) }),
    },
  );
  return result;
}
