/** The deep-transition layer of Pascanu et al. 2014, *How to Construct Deep Recurrent Neural Networks* (DT(S)-RNN). */
import type * as tf from '@tensorflow/tfjs';
import { deepTransition } from '../../ops/deep-transition.js';
import type { LayerShape } from '../architecture.js';
import { gatedParameters, gatedTensors } from './gated.js';
import type { LayerKind, ParameterShape } from './layer.js';

type Shape = Extract<LayerShape, { cell: 'deepTransition' }>;

export const deepTransitionLayer: LayerKind<Shape> = {
  stateNames: ['h'],
  keptPerUnit: 16,
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
    const { x, state, parameter, noise, precision } = window;
    const transitions = laterLayers(depth).map((k) => ({
      weight: parameter(`transitions.${k}.weight`) as tf.Tensor2D,
      bias: parameter(`transitions.${k}.bias`) as tf.Tensor1D,
    }));
    const shortcutWeight = shortcut ? (parameter('shortcutWeight') as tf.Tensor2D) : null;
    const parameters = { ...gatedTensors(window), transitions, shortcutWeight };
    const { recurrentDropout } = noise;
    const { output, h } = deepTransition(x, state.h, parameters, { recurrentDropout, precision });
    return { output, state: { h } };
  },
};

/** 1 … depth − 1: the layers of the transition after the first. */
function laterLayers(depth: number): number[] {
  return Array.from({ length: depth - 1 }, (_, k) => k + 1);
}
