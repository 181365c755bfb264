/**
 * The steps of the optimizers. In place, except for what still shares its values: with the tensor that it was made of, with the
 * caller's array behind that one. It gets memory of its own then.
 */
import type { TensorInfo } from '@tensorflow/tfjs';
import type { AdamSettings, AverageSettings, RmspropSettings, UpdateSettings } from '../../ops/update.js';
import { type Allocated, copyOf, type Kernel } from './kernel.js';
import type { NativeBackend } from './native-backend.js';

/** See ops/update.ts, as for the others. */
export const sgdUpdate: Kernel<UpdateSettings> = ({ parameter, gradient, scale }, attributes, backend) => {
  const { learningRate, weightDecay } = attributes;
  const touched = backend.touchedRows(gradient);
  const updated = inPlace(parameter, backend);
  const values = { parameter: updated.values, gradient: backend.floats(gradient) };
  const rule = {
    scale: learningRate * backend.floats(scale)[0],
    decay: learningRate * weightDecay,
    clip: clampOf(attributes),
  };
  if (touched && weightDecay === 0) {
    backend.functions.sgdUpdateRows({ n: touched.ids.length, ...touched, ...values, rule });
  } else {
    backend.functions.sgdUpdate({ n: updated.values.length, ...values, rule });
  }
  return updated.info;
};

export const adamUpdate: Kernel<AdamSettings> = (inputs, attributes, backend) => {
  const { learningRate, weightDecay, beta1, beta2, epsilon, step } = attributes;
  const updated = inPlace(inputs.parameter, backend);
  const first = inPlace(inputs.firstMoment, backend);
  const second = inPlace(inputs.secondMoment, backend);
  backend.functions.adamUpdate({
    ...{ n: updated.values.length, parameter: updated.values, gradient: backend.floats(inputs.gradient) },
    ...{ firstMoment: first.values, secondMoment: second.values },
    rule: { scale: backend.floats(inputs.scale)[0], decay: weightDecay, clip: clampOf(attributes) },
    adam: {
      beta1,
      oneLessBeta1: 1 - beta1,
      beta2,
      oneLessBeta2: 1 - beta2,
      rate: learningRate / (1 - beta1 ** step),
      correction: 1 / (1 - beta2 ** step),
      epsilon,
    },
  });
  return [updated.info, first.info, second.info];
};

export const rmspropUpdate: Kernel<RmspropSettings> = (inputs, attributes, backend) => {
  const { learningRate, weightDecay, decay, epsilon } = attributes;
  const updated = inPlace(inputs.parameter, backend);
  const meanSquare = inPlace(inputs.meanSquare, backend);
  backend.functions.rmspropUpdate({
    ...{ n: updated.values.length, parameter: updated.values, gradient: backend.floats(inputs.gradient) },
    meanSquare: meanSquare.values,
    rule: { scale: backend.floats(inputs.scale)[0], decay: weightDecay, clip: clampOf(attributes) },
    rmsprop: { keep: decay, oneLessKeep: 1 - decay, rate: learningRate, epsilon },
  });
  return [updated.info, meanSquare.info];
};

export const averageUpdate: Kernel<AverageSettings> = ({ average, parameter }, { weight }, backend) => {
  const updated = inPlace(average, backend);
  const values = { average: updated.values, parameter: backend.floats(parameter) };
  backend.functions.averageUpdate({ n: updated.values.length, ...values, weight });
  return updated.info;
};

function inPlace(x: TensorInfo, backend: NativeBackend): Allocated {
  if (!backend.ownsAlone(x)) return copyOf(x, backend);
  return { info: backend.share(x), values: backend.floats(x) };
}

function clampOf({ clipValue }: UpdateSettings): number {
  return clipValue ?? Number.POSITIVE_INFINITY;
}
