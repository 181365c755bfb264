/** The ops at given shapes with random inputs, to be run on one backend and another. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName } from '../../src/backends/backend.js';
import type { Precision, Zoneout } from '../../src/backends/fused.js';
import { type DropoutMask, dropout } from '../../src/ops/dropout.js';
import { embedding } from '../../src/ops/embedding.js';
import { type GruParameters, gru } from '../../src/ops/gru.js';
import type { Inputs } from '../../src/ops/kernel.js';
import { type LstmOptions, type LstmParameters, type LstmState, lstm } from '../../src/ops/lstm.js';
import { matrixProduct } from '../../src/ops/products.js';
import type { RecurrentOptions } from '../../src/ops/recurrent.js';
import { softmaxCrossEntropy } from '../../src/ops/softmax-cross-entropy.js';
import { type TanhRnnParameters, tanhRnn } from '../../src/ops/tanh-rnn.js';
import { activate } from '../backends/each-backend.js';
import {
  type Arrays,
  expectClose,
  randomArray,
  randomIds,
  randomNumbers,
  tensorOf,
  valuesOf,
} from './arrays.js';
import { tensorGradients, weightedSum } from './finite-differences.js';

/** A mask to draw by. */
export const MASK: DropoutMask = { rate: 0.35, lifetime: 'step', seed: 1, site: 1, step: 9 };
/** Zoneout of both parts of the state. */
export const ZONEOUT: Zoneout = {
  hidden: 0.3,
  cell: 0.45,
  masks: { seed: 1, hiddenSite: 5, cellSite: 6, step: 9 },
};
const random = randomNumbers(1);

/** An op at some inputs. */
export interface Case {
  readonly name: string;
  readonly at: Arrays;
  readonly run: (tensors: Inputs) => tf.Tensor[];
  /** False where nothing is ever differentiated through the op. */
  readonly differentiable?: false;
}

/** {@link embedding} with random ids. */
export function embeddingCase(rows: number, width: number, steps: number, batch: number): Case {
  const ids = randomIds(random, steps * batch, rows);
  return {
    name: `embedding V=${rows} E=${width} T=${steps} B=${batch}`,
    at: { table: randomArray(random, [rows, width]) },
    run: ({ table }) => [embedding(table as tf.Tensor2D, tf.tensor2d(ids, [steps, batch], 'int32'))],
  };
}

/** {@link dropout}. */
export function dropoutCase(steps: number, batch: number, units: number): Case {
  return {
    name: `dropout T=${steps} B=${batch} U=${units}`,
    at: { x: randomArray(random, [steps, batch, units]) },
    run: ({ x }) => [dropout(x as tf.Tensor3D, MASK)],
  };
}

/**
 * {@link lstm}: output and last state.
 *
 * @param mask    recurrent dropout that the gates share
 * @param options what else is dropped
 */
export function lstmCase(
  steps: number,
  batch: number,
  inputs: number,
  units: number,
  mask: DropoutMask | null,
  precision: Precision = 'f32',
  options: LstmOptions = {},
): Case {
  const recurrentDropout = mask && { ...mask, perGate: false };
  const all: LstmOptions = { recurrentDropout, precision, ...options };
  return {
    name: `lstm T=${steps} B=${batch} I=${inputs} H=${units}${wordsFor(all)}`,
    at: {
      ...recurrentInputs(steps, batch, inputs, units, 4),
      c0: randomArray(random, [batch, units]),
    },
    run: ({ x, h0, c0, ...parameters }) => {
      const state = { h: h0, c: c0 } as unknown as LstmState;
      const result = lstm(x as tf.Tensor3D, state, parameters as unknown as LstmParameters, all);
      return [result.output, result.state.h, result.state.c];
    },
  };
}

/** {@link gru}: output and last state. */
export function gruCase(
  steps: number,
  batch: number,
  inputs: number,
  units: number,
  options: RecurrentOptions = {},
): Case {
  return {
    name: `gru T=${steps} B=${batch} I=${inputs} H=${units}${wordsFor(options)}`,
    at: {
      ...recurrentInputs(steps, batch, inputs, units, 3),
      candidateBias: randomArray(random, [units]),
    },
    run: ({ x, h0, ...parameters }) => {
      const [window, state] = [x as tf.Tensor3D, h0 as tf.Tensor2D];
      const { output, h } = gru(window, state, parameters as unknown as GruParameters, options);
      return [output, h];
    },
  };
}

/** {@link tanhRnn}: output and last state. */
export function tanhRnnCase(
  steps: number,
  batch: number,
  inputs: number,
  units: number,
  options: RecurrentOptions = {},
): Case {
  return {
    name: `tanhRnn T=${steps} B=${batch} I=${inputs} H=${units}${wordsFor(options)}`,
    at: recurrentInputs(steps, batch, inputs, units, 1),
    run: ({ x, h0, ...parameters }) => {
      const [window, state] = [x as tf.Tensor3D, h0 as tf.Tensor2D];
      const { output, h } = tanhRnn(window, state, parameters as unknown as TanhRnnParameters, options);
      return [output, h];
    },
  };
}

/** The inputs that all recurrent ops share, of `gates` gates side by side. */
function recurrentInputs(steps: number, batch: number, inputs: number, units: number, gates: number): Arrays {
  return {
    x: randomArray(random, [steps, batch, inputs]),
    h0: randomArray(random, [batch, units]),
    inputWeight: randomArray(random, [inputs, gates * units], 0.3),
    recurrentWeight: randomArray(random, [units, gates * units], 0.3),
    bias: randomArray(random, [gates * units]),
  };
}

function wordsFor({ inputDropout, recurrentDropout, zoneout, precision = 'f32' }: LstmOptions): string {
  const gates = recurrentDropout?.perGate ? ' for each gate' : '';
  const words = [
    inputDropout && `x dropped for each gate, a mask a ${inputDropout.lifetime}`,
    recurrentDropout && `h dropped${gates}, a mask a ${recurrentDropout.lifetime}`,
    zoneout && `zoneout ${zoneout.hidden} of h and ${zoneout.cell} of c${zoneout.masks ? '' : ', expected'}`,
    precision,
  ];
  return words
    .filter(Boolean)
    .map((word) => `, ${word}`)
    .join('');
}

/** {@link matrixProduct}, whose backward pass takes the products with a transposed operand. */
export function productCase(m: number, n: number, k: number, precision: Precision = 'f32'): Case {
  return {
    name: `product of ${m} × ${n} over ${k}, ${precision}`,
    at: { a: randomArray(random, [m, k]), b: randomArray(random, [k, n]) },
    run: ({ a, b }) => [matrixProduct(a as tf.Tensor2D, b as tf.Tensor2D, precision)],
  };
}

/** {@link softmaxCrossEntropy} of random targets. */
export function softmaxCase(
  rows: number,
  units: number,
  classes: number,
  tied: boolean,
  precision: Precision = 'f32',
): Case {
  const targets = randomIds(random, rows, classes);
  return {
    name: `softmaxCrossEntropy N=${rows} H=${units} V=${classes}${tied ? ', tied' : ''}, ${precision}`,
    at: {
      hidden: randomArray(random, [rows, units]),
      weight: randomArray(random, tied ? [classes, units] : [units, classes]),
      bias: randomArray(random, [classes]),
    },
    run: ({ hidden, weight, bias }) => {
      const ids = tf.tensor1d(targets, 'int32');
      const [h, w, b] = [hidden as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D];
      return [softmaxCrossEntropy(h, w, b, ids, tied, precision)];
    },
  };
}

/** What an op gives. */
export interface Results {
  readonly outputs: readonly (readonly number[])[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/**
 * The op's outputs, and the gradients, if it has any, of a sum of them in which every value has a weight of its own.
 */
export async function resultsOn(backend: BackendName, testCase: Case): Promise<Results> {
  await activate(backend);
  return tf.tidy(() => resultsOf(testCase) as never);
}

/** {@link resultsOn} the active backend. */
export function resultsOf({ run, at, differentiable }: Case): Results {
  const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
  const outputs = run(tensors).map(valuesOf);
  if (differentiable === false) return { outputs, gradients: {} };
  const weight = randomNumbers(2);
  const weights = outputs.map(({ length }) => randomArray(weight, [length]).data);
  const { gradients } = tensorGradients(
    (inputs) => tf.addN(run(inputs).map((output, i) => weightedSum(output, weights[i]))),
    at,
  );
  return { outputs, gradients };
}

/** Holds a backend to another one: outputs and every gradient. */
export async function expectAgreement(
  backend: BackendName,
  reference: BackendName,
  testCase: Case,
  tolerance?: number,
): Promise<void> {
  const expected = await resultsOn(reference, testCase);
  expectCloseResults(await resultsOn(backend, testCase), expected, tolerance);
}

/** {@link expectClose} for all outputs and gradients. */
export function expectCloseResults(actual: Results, expected: Results, tolerance?: number): void {
  expected.outputs.forEach((output, i) => {
    expectClose(actual.outputs[i], output, tolerance);
  });
  for (const [name, gradient] of Object.entries(expected.gradients)) {
    expectClose(actual.gradients[name], gradient, tolerance);
  }
}
