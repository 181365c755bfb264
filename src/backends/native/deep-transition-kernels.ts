/** The kernels of layers with a deep transition, forward and backward. Contract: ops/deep-transition.ts. */
import type { RecurrentAttributes } from '../../ops/recurrent.js';
import type { NativeFunctions } from './library.js';
import type { NativeBackend } from './native-backend.js';
import { checkMemory, type Kernel, type Tensors } from './native-kernel.js';
import { allocateGradients, lastStep, layerOf, windowOf } from './recurrent-kernels.js';

type Transitions = Parameters<NativeFunctions['deepTransitionForward']>[0]['transitions'];

/** Runs a layer. */
export const deepTransition: Kernel<RecurrentAttributes> = (inputs, attributes, backend) => {
  const [steps, batch, units] = windowOf(inputs);
  const output = backend.allocate([steps, batch, units]);
  const states = backend.allocate([inputs.transitionWeights.shape[0], steps, batch, units]);
  const layer = { ...layerOf(inputs, attributes, backend), y: output.values, gates: states.values };
  const transitions = { ...transitionsOf(inputs, backend), states: states.values };
  checkMemory(backend.functions.deepTransitionForward({ layer, transitions }));
  const h = lastStep(backend, output.values, batch, units);
  if (attributes.saveForBackward) return [output.info, h, states.info];
  backend.disposeData(states.info.dataId);
  return [output.info, h];
};

/** Computes the gradients of a layer. */
export const deepTransitionGradient: Kernel<RecurrentAttributes> = (inputs, attributes, backend) => {
  const { transitionWeights, shortcutWeight } = inputs;
  const [between, units] = transitionWeights.shape;
  const gradients = allocateGradients(inputs, backend);
  const weights = backend.allocate(transitionWeights.shape);
  const biases = backend.allocate([between, units]);
  const shortcut = shortcutWeight ? [backend.allocate(shortcutWeight.shape)] : [];
  const states = backend.floats(inputs.states);
  const layer = {
    ...layerOf(inputs, attributes, backend),
    ...{ y: backend.floats(inputs.output), gates: states },
    ...gradients.arrays,
  };
  const transitions = {
    ...transitionsOf(inputs, backend),
    ...{ states, dWeights: weights.values, dBiases: biases.values, dShortcut: shortcut[0]?.values ?? null },
  };
  checkMemory(backend.functions.deepTransitionBackward({ layer, transitions }));
  return [...gradients.infos, weights.info, biases.info, ...shortcut.map(({ info }) => info)];
};

/** Returns the struct of the transitions, without the arrays that the passes write. */
function transitionsOf(
  { transitionWeights, transitionBiases, shortcutWeight }: Tensors,
  backend: NativeBackend,
) {
  return {
    depth: transitionWeights.shape[0] + 1,
    weights: backend.floats(transitionWeights),
    biases: transitionBiases ? backend.floats(transitionBiases) : null,
    shortcut: shortcutWeight ? backend.floats(shortcutWeight) : null,
    dWeights: null,
    dBiases: null,
    dShortcut: null,
  } satisfies Omit<Transitions, 'states'>;
}
