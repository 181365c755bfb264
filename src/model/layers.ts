/**
 * The kinds of layers. A kind defines its parameters, the state that it carries from window to window, and how it runs over a
 * window. Stack, initialization, size and checkpoints use this interface and know no cell by name. To add a kind, add an entry
 * here and a key to the spec's schema.
 */
import * as tf from '@tensorflow/tfjs';
import { deepTransition } from '../ops/deep-transition.js';
import { gru } from '../ops/gru.js';
import { lstm } from '../ops/lstm.js';
import { dropout, type Noise, type RecurrentNoise } from '../ops/noise.js';
import type { Precision } from '../ops/op.js';
import { matrixProduct } from '../ops/products.js';
import { reshape } from '../ops/shapes.js';
import { tanhRnn } from '../ops/tanh-rnn.js';
import type { LayerShape } from './architecture.js';

/** Role of a parameter: initializations treat roles differently. */
export type ParameterRole = 'embedding' | 'softmax' | 'input' | 'recurrent' | 'bias' | 'softmaxBias';

/** Name and shape of one parameter. */
export interface ParameterShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** H of the layer that it belongs to; absent outside the layers. */
  readonly units?: number;
}

/** A layer's parameters by their names within it. */
export interface LayerParameters {
  matrix(name: string): tf.Tensor2D;
  vector(name: string): tf.Tensor1D;
}

/** The tensors carried from window to window, by name (h, c), each [B,H]. Empty for layers without recurrence. */
export type LayerState = Readonly<Record<string, tf.Tensor2D>>;

/** The noise inside one layer in one window; null where there is none. */
export interface LayerNoise extends RecurrentNoise {
  /** DropConnect on the recurrent weight. */
  readonly recurrentWeight: Noise | null;
}

/** One layer and one window. */
export interface LayerWindow {
  /** [T,B,I]. */
  readonly x: tf.Tensor3D;
  readonly state: LayerState;
  readonly parameters: LayerParameters;
  readonly noise: LayerNoise;
  readonly precision: Precision;
}

/** One kind of layer. */
export interface LayerKind<S extends LayerShape = LayerShape> {
  /** Names of its state. */
  readonly stateNames: readonly string[];
  /** Its parameters, named within the layer, in the order that numbers their random streams. */
  parameterShapes(shape: S, inputs: number): ParameterShape[];
  /** Approximate values per step, column and unit that a training step saves, for `modelSize`. */
  readonly savedPerUnit: number;
  /** Runs over a window. Returns the output of every step, [T,B,H], and the state after the last. */
  run(window: LayerWindow, shape: S): { output: tf.Tensor3D; state: LayerState };
}

/** The paper's layer: long short-term memory without peepholes (section 3.1). */
const lstmLayer: LayerKind = {
  stateNames: ['h', 'c'],
  // x, dropped x, z, gates, factors, c, h.
  savedPerUnit: 18,
  parameterShapes: ({ units }, inputs) => gatedParameters(4, units, inputs),
  run(window) {
    const { x, state } = window;
    const result = lstm(x, { h: state.h, c: state.c }, gatedTensors(window), window);
    return { output: result.output, state: { h: result.state.h, c: result.state.c } };
  },
};

/** The gated recurrent unit of Cho et al. 2014. */
const gruLayer: LayerKind = {
  stateNames: ['h'],
  savedPerUnit: 14,
  parameterShapes: ({ units }, inputs) => [
    ...gatedParameters(3, units, inputs),
    // The candidate's recurrent part has a bias of its own, since the reset gate scales it but not the input's part.
    { name: 'candidateBias', shape: [units], role: 'bias', units },
  ],
  run(window) {
    const candidateBias = window.parameters.vector('candidateBias');
    const { output, h } = gru(window.x, window.state.h, { ...gatedTensors(window), candidateBias }, window);
    return { output, state: { h } };
  },
};

/** The plain recurrent layer of Elman 1990. */
const tanhRnnLayer: LayerKind = {
  stateNames: ['h'],
  savedPerUnit: 6,
  parameterShapes: ({ units }, inputs) => gatedParameters(1, units, inputs),
  run(window) {
    const { output, h } = tanhRnn(window.x, window.state.h, gatedTensors(window), window);
    return { output, state: { h } };
  },
};

/** The deep-transition layer of Pascanu et al. 2014, *How to Construct Deep Recurrent Neural Networks* (DT(S)-RNN). */
const deepTransitionLayer: LayerKind<Extract<LayerShape, { cell: 'deepTransition' }>> = {
  stateNames: ['h'],
  savedPerUnit: 16,
  parameterShapes: ({ units, depth, shortcut }, inputs) => [
    ...gatedParameters(1, units, inputs),
    ...laterLayers(depth).flatMap((k): ParameterShape[] => [
      { name: `transitions.${k}.weight`, shape: [units, units], role: 'recurrent', units },
      { name: `transitions.${k}.bias`, shape: [units], role: 'bias', units },
    ]),
    ...(shortcut
      ? [{ name: 'shortcutWeight', shape: [units, units], role: 'recurrent' as const, units }]
      : []),
  ],
  run(window, { depth, shortcut }) {
    const { x, state, parameters } = window;
    const transitions = laterLayers(depth).map((k) => ({
      weight: parameters.matrix(`transitions.${k}.weight`),
      bias: parameters.vector(`transitions.${k}.bias`),
    }));
    const shortcutWeight = shortcut ? parameters.matrix('shortcutWeight') : null;
    const all = { ...gatedTensors(window), transitions, shortcutWeight };
    const { output, h } = deepTransition(x, state.h, all, window);
    return { output, state: { h } };
  },
};

/** A tanh layer without recurrence: as the last of a stack, the deep output of Pascanu et al. 2014. */
const feedForwardLayer: LayerKind = {
  stateNames: [],
  savedPerUnit: 4,
  parameterShapes: ({ units }, inputs) => [
    { name: 'weight', shape: [inputs, units], role: 'input', units },
    { name: 'bias', shape: [units], role: 'bias', units },
  ],
  run({ x, parameters, precision }, { units }) {
    const [steps, batch, inputs] = x.shape;
    const rows = reshape(x, [steps * batch, inputs]);
    const z = matrixProduct(rows, parameters.matrix('weight'), precision);
    const output = tf.tanh(tf.add(z, parameters.vector('bias')));
    return { output: reshape(output, [steps, batch, units]), state: {} };
  },
};

const KINDS = {
  lstm: lstmLayer,
  gru: gruLayer,
  rnn: tanhRnnLayer,
  deepTransition: deepTransitionLayer,
  feedForward: feedForwardLayer,
};

/** Returns the kind of a layer, which takes that layer's shape. */
export function kindOf({ cell }: LayerShape): LayerKind {
  return KINDS[cell] as LayerKind;
}

/** Returns W [I, G·H], U [H, G·H] and b [G·H] of a layer with G gates side by side. */
function gatedParameters(gates: number, units: number, inputs: number): ParameterShape[] {
  return [
    { name: 'inputWeight', shape: [inputs, gates * units], role: 'input', units },
    { name: 'recurrentWeight', shape: [units, gates * units], role: 'recurrent', units },
    { name: 'bias', shape: [gates * units], role: 'bias', units },
  ];
}

/** Returns the tensors of {@link gatedParameters} in one window, with DropConnect on the recurrent weight. */
function gatedTensors({ parameters, noise }: LayerWindow) {
  return {
    inputWeight: parameters.matrix('inputWeight'),
    recurrentWeight: dropWeights(parameters.matrix('recurrentWeight'), noise.recurrentWeight),
    bias: parameters.vector('bias'),
  };
}

/** Applies DropConnect (Wan et al. 2013): drops single weights for a whole window, scales the others up (Merity et al. 2018). */
function dropWeights(weight: tf.Tensor2D, noise: Noise | null): tf.Tensor2D {
  if (noise === null || noise.rate === 0) return weight;
  const [rows, columns] = weight.shape;
  return reshape(dropout(reshape(weight, [1, rows, columns]), noise), [rows, columns]);
}

/** Returns 1 … depth − 1, the layers of the transition after the first. */
function laterLayers(depth: number): number[] {
  return Array.from({ length: depth - 1 }, (_, k) => k + 1);
}
