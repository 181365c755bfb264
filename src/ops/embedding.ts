/**
 * The embedding look-up: rows of a table by token id, with a scatter-add gradient.
 *
 * Contract of the kernels: `ZlmEmbedding`: table [V,E], ids [T,B] → [T,B,E]. `ZlmEmbeddingGradient`: ids, upstream → [V,E].
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable, type Op, runOp } from './op.js';
import { reshape } from './shapes.js';

/** The attributes of both kernels. */
export interface EmbeddingAttributes {
  /** V: the backward pass needs the shape of the table, but not the table. */
  readonly rows: number;
}

/** Gathers rows of the table. */
export const embeddingOp: Op<EmbeddingAttributes, { table: tf.Tensor2D; ids: tf.Tensor2D }, [tf.Tensor3D]> = {
  name: 'ZlmEmbedding',
  reference({ table, ids }) {
    // In tfjs's types, what is gathered has the rank of the table.
    return [tf.gather<tf.Tensor>(table, ids) as tf.Tensor3D];
  },
};

/** Computes the gradient of the table. */
export const embeddingGradientOp: Op<
  EmbeddingAttributes,
  { ids: tf.Tensor2D; upstream: tf.Tensor3D },
  [tf.Tensor2D]
> = {
  name: 'ZlmEmbeddingGradient',
  reference({ ids, upstream }, { rows }) {
    const width = upstream.shape[2];
    const indices = reshape(ids, [ids.size, 1]);
    // scatterND adds the rows of an id that occurs more than once; tfjs's wasm backend has no segment sum.
    return [tf.scatterND(indices, reshape(upstream, [ids.size, width]), [rows, width])];
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
      forward: () => ({ outputs: runOp(embeddingOp, { table, ids }, attributes), saved: [ids] }),
      backward: ([upstream], [ids]) => ({
        table: runOp(embeddingGradientOp, { ids, upstream }, attributes)[0],
      }),
    },
  );
  return rows;
}
