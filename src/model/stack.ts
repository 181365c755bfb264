/**
 * Layers on top of each other with dropout on the edges between them (paper, figure 2 and the equations of section 3.2):
 * drop below, run the layer, drop above.
 */
import * as tf from '@tensorflow/tfjs';
import { dropout } from '../ops/noise.js';
import type { Precision } from '../ops/op.js';
import type { Architecture } from './architecture.js';
import { kindOf, type LayerState } from './layers.js';
import { noiseBelowLayer, noiseBelowSoftmax, noiseInLayer, type WindowNoise } from './noise-placement.js';
import type { StackParameters } from './parameters.js';

/** The recurrent state by name: `layers.N.h`, `layers.N.c`, each [B,H]; and `context`, [B,K], with topics. */
export type ModelState = Readonly<Record<string, tf.Tensor2D>>;

/** The output of a stack over one window. */
export interface StackResult {
  /** The last layer's output, [T,B,H]. */
  readonly raw: tf.Tensor3D;
  /** The last layer's output after the dropout below the softmax. */
  readonly dropped: tf.Tensor3D;
  readonly state: ModelState;
}

/** Makes h = c = 0 for every layer: the state at the start of a pass over the corpus. */
export function zeroStackState({ layers }: Architecture, batch: number): ModelState {
  const entries = layers.flatMap((layer, index) =>
    kindOf(layer).stateNames.map((name) => [stateName(index, name), tf.zeros([batch, layer.units])]),
  );
  return Object.fromEntries(entries);
}

/**
 * Runs the stack over a window, with the dropout above it; the other arguments are those of {@link runLayers}.
 *
 * @param above makes what the softmax reads of the last layer's output; the dropout is between the two
 */
export function runStack(
  x: tf.Tensor3D,
  context: tf.Tensor3D | null,
  before: ModelState,
  architecture: Architecture,
  parameters: StackParameters,
  noise: WindowNoise | null,
  precision: Precision = 'f32',
  above: (raw: tf.Tensor3D) => tf.Tensor3D = (raw) => raw,
): StackResult {
  const { raw, state } = runLayers(x, context, before, architecture, parameters, noise, precision);
  return { raw, dropped: dropout(above(raw), noiseBelowSoftmax(noise, architecture.layers.length)), state };
}

/**
 * Runs the layers over a window: drop below, run the layer.
 *
 * @param x       [T,B,E], the embedded input
 * @param context [T,B,K], concatenated to the first layer's input without dropout; or null
 * @param noise   null at test time
 */
export function runLayers(
  x: tf.Tensor3D,
  context: tf.Tensor3D | null,
  state: ModelState,
  { layers, zoneout }: Architecture,
  parameters: StackParameters,
  noise: WindowNoise | null,
  precision: Precision = 'f32',
): Omit<StackResult, 'dropped'> {
  const after: Record<string, tf.Tensor2D> = {};
  let signal = x;
  layers.forEach((shape, l) => {
    const layer = kindOf(shape);
    const below = dropout(signal, noiseBelowLayer(noise, l));
    const input = context && l === 0 ? tf.concat([below, context], 2) : below;
    const { output, state: layerAfter } = layer.run(
      {
        x: input,
        state: layerState(state, l, layer.stateNames),
        parameters: parameters.ofLayer(l),
        noise: noiseInLayer(noise, zoneout, l),
        precision,
      },
      shape,
    );
    signal = output;
    for (const [name, tensor] of Object.entries(layerAfter)) after[stateName(l, name)] = tensor;
  });
  return { raw: signal, state: after };
}

function layerState(state: ModelState, layer: number, names: readonly string[]): LayerState {
  return Object.fromEntries(names.map((name) => [name, state[stateName(layer, name)]]));
}

function stateName(layer: number, name: string): string {
  return `layers.${layer}.${name}`;
}
