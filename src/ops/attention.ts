/**
 * Global attention with dot products (Luong et al. 2015, section 3.1), over a whole target at once: each query is compared with every
 * vector of its column's source, and gets their mean, weighted by the softmax of the scores. The scores may be read off the
 * products of plain queries (dot), or of queries that were multiplied by a matrix before (general).
 *
 * Contract of the kernels, all of whose products are in float32:
 *
 * - `ZlmAttention`: queries [T,B,H], source [S,B,H] → context [T,B,H] and the weights [B,T,S], which the backward pass reads.
 * - `ZlmAttentionGradient`: queries, source, weights, upstream [T,B,H] → the gradients of queries and source.
 */
import * as tf from '@tensorflow/tfjs';
import { differentiable, type Op, runOp } from './op.js';

/** The attributes of the forward pass. */
export interface AttentionAttributes {
  /** [B], the vectors of each column's source, from 1 to S; what is behind them has a weight of 0. Null for S in every column. */
  readonly lengths: Int32Array | null;
}

/** The forward pass. */
export const attentionOp: Op<
  AttentionAttributes,
  { queries: tf.Tensor3D; source: tf.Tensor3D },
  [context: tf.Tensor3D, weights: tf.Tensor3D]
> = {
  name: 'ZlmAttention',
  reference({ queries, source }, { lengths }) {
    const [ofQueries, ofSource] = [columnsFirst(queries), columnsFirst(source)];
    const scores = multiplied(ofQueries, transposed(ofSource));
    const weights: tf.Tensor3D = tf.softmax(lengths ? tf.add(scores, exclusion(lengths, source)) : scores);
    return [columnsFirst(multiplied(weights, ofSource)), weights];
  },
};

/** The backward pass. */
export const attentionGradientOp: Op<
  Record<string, never>,
  { queries: tf.Tensor3D; source: tf.Tensor3D; weights: tf.Tensor3D; upstream: tf.Tensor3D },
  [queries: tf.Tensor3D, source: tf.Tensor3D]
> = {
  name: 'ZlmAttentionGradient',
  reference({ queries, source, weights, upstream }) {
    const [ofQueries, ofSource, dContext] = [queries, source, upstream].map(columnsFirst);
    const dWeights = multiplied(dContext, transposed(ofSource));
    const weighted: tf.Tensor3D = tf.mul(weights, dWeights);
    const dScores: tf.Tensor3D = tf.sub(weighted, tf.mul(weights, tf.sum(weighted, 2, true)));
    const throughScores = multiplied(transposed(dScores), ofQueries);
    const throughMean = multiplied(transposed(weights), dContext);
    return [
      columnsFirst(multiplied(dScores, ofSource)),
      columnsFirst(tf.add(throughScores, throughMean) as tf.Tensor3D),
    ];
  },
};

/**
 * Attends to the source of each column.
 *
 * @param queries [T, B, H]
 * @param source  [S, B, H]
 * @param lengths see {@link AttentionAttributes}
 * @returns [T, B, H], the weighted means
 */
export function attention(
  queries: tf.Tensor3D,
  source: tf.Tensor3D,
  lengths: Int32Array | null = null,
): tf.Tensor3D {
  const [context] = differentiable<
    { queries: tf.Tensor3D; source: tf.Tensor3D },
    [tf.Tensor3D],
    tf.Tensor3D[]
  >(
    { queries, source },
    {
      forward() {
        const [context, weights] = runOp(attentionOp, { queries, source }, { lengths });
        return { outputs: [context], saved: [queries, source, weights] };
      },
      backward([upstream], [queries, source, weights]) {
        const inputs = { queries, source, weights, upstream };
        const [dQueries, dSource] = runOp(attentionGradientOp, inputs, {});
        return { queries: dQueries, source: dSource };
      },
    },
  );
  return context;
}

/** Exchanges time and columns, [T,B,H] → [B,T,H] and back. */
function columnsFirst(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [1, 0, 2]);
}

function transposed(x: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(x, [0, 2, 1]);
}

/** Multiplies matrix by matrix, [B,M,K] · [B,K,N] → [B,M,N]. */
function multiplied(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  return tf.matMul(a, b);
}

/** A score that leaves a weight of 0 in float32 beside any other. */
const EXCLUDED = -1e30;

/** Returns what is added to the scores, [B,1,S]: 0, and behind the end of a source what excludes it. */
function exclusion(lengths: Int32Array, { shape: [steps] }: tf.Tensor3D): tf.Tensor3D {
  const values = new Float32Array(lengths.length * steps);
  for (const [column, length] of lengths.entries())
    values.fill(EXCLUDED, column * steps + length, (column + 1) * steps);
  return tf.tensor3d(values, [lengths.length, 1, steps]);
}
