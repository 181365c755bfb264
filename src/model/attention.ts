/**
 * Luong's attention (Luong et al. 2015, section 3.1): each output h of the decoder is compared with all outputs s of the encoder,
 * by h·s (dot) or h·W·s (general). c is their mean weighted by the softmax of the scores, and the softmax over words reads
 * h̃ = tanh(W_c [c; h]) instead of h. W_c is kept as two matrices, that of c and that of h.
 *
 * h̃ is not fed to the next step ("input feeding"): a whole target then remains one window of each layer, and its attention one
 * product a column. Dropout is on the edge from h̃ to the words; nothing is dropped between scores, weights and c.
 */
import * as tf from '@tensorflow/tfjs';
import { attention } from '../ops/attention.js';
import { matrixProduct } from '../ops/products.js';
import { reshape } from '../ops/shapes.js';
import type { Network } from './network.js';

/** What the decoder attends to. */
export interface SourceMemory {
  /** The outputs of the encoder's last layer, [S,B,H]. */
  readonly outputs: tf.Tensor3D;
  /** Words of each column's source where they differ, [B]; null for S in every column. */
  readonly lengths: Int32Array | null;
}

/**
 * Computes h̃.
 *
 * @param outputs the decoder's h, [T,B,H]
 * @returns [T,B,H]
 */
export function attend(
  { parameters, precision = 'f32' }: Network,
  outputs: tf.Tensor3D,
  memory: SourceMemory,
): tf.Tensor3D {
  const [steps, batch, units] = outputs.shape;
  const times = (x: tf.Tensor3D, weight: string) =>
    matrixProduct(reshape(x, [steps * batch, units]), parameters.matrix(`attention.${weight}`), precision);
  const queries = parameters.has('attention.scoreWeight')
    ? reshape(times(outputs, 'scoreWeight'), [steps, batch, units])
    : outputs;
  const context = attention(queries, memory.outputs, memory.lengths);
  const attended = tf.tanh(tf.add(times(context, 'contextWeight'), times(outputs, 'outputWeight')));
  return reshape(attended, [steps, batch, units]);
}
