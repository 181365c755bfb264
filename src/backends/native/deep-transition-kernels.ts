/** The kernels of layers with a deep transition, forward and backward. Contract: ops/deep-transition.ts. */
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import type { NativeFunctions } from './library.js';
import { checkMemory, type Kernel } from './native-kernel.js';
import { allocateGradients, lastStep, layerOf, windowOf } from './recurrent-kernels.js';

type Transitions = Parameters<NativeFunctions['deepTransitionForward']>[0]['transitions'];

/** What only the backward pass writes. */
const NO_GRADIENTS = { dWeights: null, dBiases: null, dShortcut: null };

/** Runs a layer. */
export const deepTransition: Kernel<RecurrentAttributes> = (inputs, attributes, backend) => {
  const [steps, batch, units] = windowOf(inputs);
  const { transitionWeights, transitionBiases, shortcutWeight } = inputs;
  const [between] = transitionWeights.shape;
  const output = backend.allocate([steps, batch, units]);
  const states = backend.allocate([between, steps, batch, units]);
  const layer = { ...layerOf(inputs, attributes, backend), y: output.values, gates: states.values };
  const transitions: Transitions = {
    depth: between + 1,
    weights: backend.floats(transitionWeights),
    biases: backend.floats(transitionBiases),
    shortcut: shortcutWeight ? backend.floats(shortcutWeight) : null,
    states: states.values,
    ...NO_GRADIENTS,
  };
  checkMemory(backend.functions.deepTransitionForward({ layer, transitions }));
  const h = lastStep(backend, output.values, batch, units);
  if (attributes.saveForBackward) return [output.info, h, states.info];
  backend.disposeData(states.info.dataId);
  return [output.info, h];
};

/** Computes the gradients of a layer. */
export const deepTransitionGradient: Kernel<RecurrentAttributes> = (inputs, attributes, backend) => {
  const { transitionWeights, shortcutWeight, output, states } = inputs;
  const [between, units] = transitionWeights.shape;
  const gradients = allocateGradients(inputs, backend);
  const weights = backend.allocate(transitionWeights.shape);
  const biases = backend.allocate([between, units]);
  const shortcut = shortcutWeight ? [backend.allocate(shortcutWeight.shape)] : [];
  const saved = backend.floats(states);
  const transitions: Transitions = {
    depth: between + 1,
    weights: backend.floats(transitionWeights),
    biases: null,
    shortcut: shortcutWeight ? backend.floats(shortcutWeight) : null,
    states: saved,
    dWeights: weights.values,
    dBiases: biases.values,
    dShortcut: shortcut[0]?.values ?? null,
  };
  const layer = {
    ...layerOf(inputs, attributes, backend),
    y: backend.floats(output),
    gates: saved,
    ...gradients.arrays,
  };
  checkMemory(backend.functions.deepTransitionBackward({ layer, transitions }));
  return [...gradients.infos, weights.info, biases.info, ...shortcut.map(({ info }) => info)];
};
