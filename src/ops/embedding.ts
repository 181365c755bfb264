/**
 * The embedding look-up: rows of a table by token id, with a scatter-add gradient.
 *
 * Contract of the kernels: `ZlmEmbedding`: table [V,E], ids [T,B] → [T,B,E]. `ZlmEmbeddingGradient`: ids, upstream → [V,E].
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable, type Inputs, type Op, runOp } from './op.js';

/** The attributes of both kernels. */
export interface EmbeddingAttributes {
  /** V: the backward pass needs the shape of the table, but not the table. */
  readonly rows: number;
}

/** Gathers rows of the table. */
export const embeddingOp: Op<EmbeddingAttributes> = {
  name: 'ZlmEmbedding',
  reference({ table, ids }: Inputs) {
    return [tf.gather(table, ids)];
  },
};

/** Computes the gradient of the table. */
export const embeddingGradientOp: Op<EmbeddingAttributes> = {
  name: 'ZlmEmbeddingGradient',
  reference({ ids, upstream }: Inputs, { rows }) {
    const width = upstream.shape[upstream.rank - 1];
    const indices = ids.reshape([ids.size, 1]);
    // scatterND adds the rows of an id that occurs more than once; tfjs's wasm backend has no segment sum.
    return [tf.scatterND(indices, upstream.reshape([ids.size, width]), [rows, width])];
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
  const attributes = { rows: table.shape[0] };
  const [rows] = differentiable(
    { table },
    {
      forward(save) {
        save([ids]);
        return runOp(embeddingOp, { table, ids }, attributes);
      },
      backward: ([upstream], [ids]) => ({
        table: runOp(embeddingGradientOp, { ids, upstream }, attributes)[0],
      }),
    },
  );
  return rows as tf.Tensor3D;
}
