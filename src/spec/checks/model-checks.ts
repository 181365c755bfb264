/** Checks of what the model is made of. */
import type { Fault } from '../diagnostics.js';
import { cellOf } from '../kinds.js';
import type { NetworkSpec } from '../systems.js';
import type { Check } from './check.js';

export const MODEL_CHECKS: readonly Check[] = [
  feedForwardIsFirst,
  forgetBiasWithoutLstm,
  forgetBiasOfTrainedParameters,
];

/** A first layer without recurrence would see one word alone; above it the stack has memory to build on (Pascanu et al. 2014). */
function feedForwardIsFirst({ model }: NetworkSpec): Fault | undefined {
  const [first] = model.layers;
  if (!first || cellOf(first) !== 'feedForward') return undefined;
  return {
    key: 'model.layers.0',
    message: 'model.layers.0 is a feedForward layer, which remembers nothing; put a recurrent layer below it',
  };
}

/** Only LSTM layers have forget gates. */
function forgetBiasWithoutLstm({ model }: NetworkSpec): Fault | undefined {
  if (model.forgetBias === null || model.layers.some((layer) => cellOf(layer) === 'lstm')) return undefined;
  return {
    key: 'model.forgetBias',
    others: ['model.layers'],
    message: 'model.forgetBias needs an lstm layer: no other cell has a forget gate; set it to null',
  };
}

/** A run's parameters come with their trained biases. */
function forgetBiasOfTrainedParameters({ model }: NetworkSpec): Fault | undefined {
  if (model.forgetBias === null || !('from' in model.init)) return undefined;
  return {
    key: 'model.forgetBias',
    others: ['model.init.from'],
    message: 'model.forgetBias would undo what model.init.from brings: trained forget gates; set it to null',
  };
}
