/**
 * The network of speech: layers over the features of frames, and a softmax over phones (section 4.2 of the paper). Bidirectional
 * layers read each utterance from its first frame to its last and, with parameters of their own, from its last to its first; the
 * layer above reads both (Schuster and Paliwal 1997, Graves, Mohamed and Hinton 2013).
 */
import * as tf from '@tensorflow/tfjs';
import { dropout } from '../ops/noise.js';
import { matrixProduct } from '../ops/products.js';
import { reshape } from '../ops/shapes.js';
import { hasTwoDirections } from './architecture.js';
import type { Encoded } from './language-model.js';
import type { Network } from './network.js';
import { noiseBelowSoftmax, type WindowNoise } from './noise-placement.js';
import { exchangedRows } from './rows.js';
import { runLayer, zeroStackState } from './stack.js';

/**
 * Runs the frames of utterances through the layers.
 *
 * @param frames  [T,B,F], padded at the end of each utterance
 * @param reverse [T·B], for each row t·B + b the row of the frame that is read there from the end of the utterance: see
 *                `reversedWithin`; not read by a network of one direction
 * @param noise   null at test time
 * @returns the encoding, row t·B + b for frame t of utterance b
 */
export function encodeFrames(
  model: Network,
  frames: tf.Tensor3D,
  reverse: Int32Array,
  noise: WindowNoise | null,
): Omit<Encoded, 'state'> {
  const { architecture, parameters, precision } = model;
  const [steps, batch] = frames.shape;
  const zero = zeroStackState(architecture, batch);
  const reversed = (x: tf.Tensor3D): tf.Tensor3D => {
    const [, , width] = x.shape;
    const rows = exchangedRows(reshape(x, [steps * batch, width]), reverse);
    return reshape(rows, [steps, batch, width]);
  };
  let raw = frames;
  for (const l of architecture.layers.keys()) {
    const below = raw;
    raw = runLayer(below, l, zero, architecture, parameters, noise, precision).raw;
    if (!hasTwoDirections(architecture, l)) continue;
    const noiseOfReverse = noise && { ...noise, isReversed: true };
    const ofReverse = parameters.ofReverse();
    const back = runLayer(reversed(below), l, zero, architecture, ofReverse, noiseOfReverse, precision).raw;
    raw = tf.concat([raw, reversed(back)], 2);
  }
  const dropped = dropout(raw, noiseBelowSoftmax(noise, architecture.layers.length));
  const [, , width] = dropped.shape;
  return { hidden: reshape(dropped, [steps * batch, width]), activations: { raw, dropped } };
}

/**
 * Returns the row that is read at each place from the end of each utterance to its beginning: row t·B + b of utterance b, whose length
 * is L, comes from frame L − 1 − t. Padding stays where it is, so that it is read after the last frame in this direction as well.
 */
export function reversedWithin(lengths: ArrayLike<number>, steps: number): Int32Array {
  const batch = lengths.length;
  return Int32Array.from({ length: steps * batch }, (_, row) => {
    const [t, b] = [Math.floor(row / batch), row % batch];
    return t < lengths[b] ? (lengths[b] - 1 - t) * batch + b : row;
  });
}

/** Computes unnormalized log-probabilities of every class, [N,V], through which gradients flow. */
export function frameLogits({ parameters, precision }: Network, hidden: tf.Tensor2D): tf.Tensor2D {
  const z = matrixProduct(hidden, parameters.matrix('softmax.weight'), precision ?? 'f32');
  return tf.add(z, parameters.vector('softmax.bias'));
}
