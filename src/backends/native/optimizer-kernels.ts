/** The kernels of the optimizers: the global norm of the gradients, and the steps, which work in place. */
import type { TensorInfo } from '@tensorflow/tfjs';
import type {
  AdamSettings,
  AverageSettings,
  DynamicSettings,
  RmspropSettings,
  UpdateSettings,
} from '../../ops/update.js';
import type { NativeBackend } from './native-backend.js';
import { type Allocated, copyOf, type Kernel } from './native-kernel.js';

/** Elements of a block in `kernels/parallel.h`. */
const BLOCK = 16_384;

/** Computes the global norm of gradients, from the touched rows alone where they are known. */
export const globalNorm: Kernel<object> = (gradients, _attributes, backend) => {
  let total = 0;
  for (const gradient of Object.values(gradients)) total += sumOfSquares(gradient, backend);
  return backend.makeTensorInfo([], 'float32', Float32Array.of(Math.sqrt(total)));
};

function sumOfSquares(gradient: TensorInfo, backend: NativeBackend): number {
  const x = backend.floats(gradient);
  const touched = backend.touchedRows(gradient);
  if (!touched) return wholeSum(backend, 'sumOfSquares', x);
  const n = touched.ids.length;
  return backend.functions.sumOfSquaresOfRows({ n, ...touched, x, partial: new Float64Array(n) });
}

/** Sums over all values with the C function of that name. */
export function wholeSum(backend: NativeBackend, name: 'sum' | 'sumOfSquares', x: Float32Array): number {
  const partial = new Float64Array(Math.ceil(x.length / BLOCK));
  return backend.functions[name]({ n: x.length, x, partial });
}

/** Subtracts the scaled gradient, in the touched rows alone where that gives the same. */
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

/** Runs a step of Adam. */
export const adamUpdate: Kernel<AdamSettings> = (inputs, attributes, backend) => {
  const { learningRate, weightDecay, beta1, beta2, epsilon, step } = attributes;
  const updated = inPlace(inputs.parameter, backend);
  const first = inPlace(inputs.firstMoment, backend);
  const second = inPlace(inputs.secondMoment, backend);
  backend.functions.adamUpdate({
    n: updated.values.length,
    parameter: updated.values,
    gradient: backend.floats(inputs.gradient),
    firstMoment: first.values,
    secondMoment: second.values,
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

/** Runs a step of RMSprop. */
export const rmspropUpdate: Kernel<RmspropSettings> = (inputs, attributes, backend) => {
  const { learningRate, weightDecay, decay, epsilon } = attributes;
  const updated = inPlace(inputs.parameter, backend);
  const meanSquare = inPlace(inputs.meanSquare, backend);
  backend.functions.rmspropUpdate({
    n: updated.values.length,
    parameter: updated.values,
    gradient: backend.floats(inputs.gradient),
    meanSquare: meanSquare.values,
    rule: { scale: backend.floats(inputs.scale)[0], decay: weightDecay, clip: clampOf(attributes) },
    rmsprop: { keep: decay, oneLessKeep: 1 - decay, rate: learningRate, epsilon },
  });
  return [updated.info, meanSquare.info];
};

/** Moves an average toward a parameter. */
export const averageUpdate: Kernel<AverageSettings> = ({ average, parameter }, { weight }, backend) => {
  const updated = inPlace(average, backend);
  const values = { average: updated.values, parameter: backend.floats(parameter) };
  backend.functions.averageUpdate({ n: updated.values.length, ...values, weight });
  return updated.info;
};

/** Runs a step of dynamic evaluation, in the rows alone that may change where they are known. */
export const dynamicUpdate: Kernel<DynamicSettings> = (inputs, settings, backend) => {
  const { learningRate, epsilon, decay, rows } = settings;
  const updated = inPlace(inputs.parameter, backend);
  const [height, width = 1] = inputs.parameter.shape;
  const step = {
    parameter: updated.values,
    anchor: backend.floats(inputs.anchor),
    rms: backend.floats(inputs.rms),
    dynamic: { rate: learningRate, epsilon, decay },
  };
  const factors = rows ? undefined : backend.factorsOf(inputs.gradient);
  if (factors) {
    backend.functions.dynamicUpdateFactors({ n: factors.rows, height, width, ...factors, ...step });
    return updated.info;
  }
  const gradient = backend.floats(inputs.gradient);
  if (rows) backend.functions.dynamicUpdateRows({ n: rows.length, width, ids: rows, gradient, ...step });
  else backend.functions.dynamicUpdate({ n: updated.values.length, gradient, ...step });
  return updated.info;
};

/**
 * Returns a tensor to be updated in place. It gets memory of its own when it shares its values with the tensor that it was made
 * of, or with the caller's array.
 */
function inPlace(x: TensorInfo, backend: NativeBackend): Allocated {
  if (!backend.ownsAlone(x)) return copyOf(x, backend);
  return { info: backend.share(x), values: backend.floats(x) };
}

function clampOf({ clipValue }: UpdateSettings): number {
  return clipValue ?? Number.POSITIVE_INFINITY;
}
