/** The embedding look-up: rows of a table by token id, with a scatter-add gradient. */
import * as tf from '@tensorflow/tfjs';
import { type EmbeddingAttributes, FUSED } from '../backends/fused.js';
import { type Inputs, type Op, runOp } from './kernel.js';

const embeddingGradientOp: Op<EmbeddingAttributes> = {
  name: FUSED.embeddingGradient,
  reference({ ids, upstream }: Inputs, { rows }) {
    const width = upstream.shape[upstream.rank - 1];
    const indices = ids.reshape([ids.size, 1]);
    // scatterND adds the rows of an id that occurs more than once; tfjs's wasm backend has no segment sum.
    return [tf.scatterND(indices, upstream.reshape([ids.size, width]), [rows, width])];
  },
};

const embeddingOp: Op<EmbeddingAttributes> = {
  name: FUSED.embedding,
  reference({ table, ids }: Inputs) {
    return [tf.gather(table, ids)];
  },
  gradient: {
    savedInputs: ['ids'],
    savedOutputs: [],
    backward([upstream], [ids], attributes) {
      return { table: runOp(embeddingGradientOp, { ids, upstream }, attributes)[0] };
    },
  },
};

/**
 * Looks up token ids.
 *
 * @param table [V, E] float32
 * @param ids   [T, B] int32, each in [0, V)
 * @returns [T, B, E]; the gradient of the table is dense, zero in the rows that were not read
 */
export function embedding(table: tf.Tensor2D, ids: tf.Tensor2D): tf.Tensor3D {
  const [rows] = runOp(embeddingOp, { table, ids }, { rows: table.shape[0] });
  return rows as tf.Tensor3D;
}
