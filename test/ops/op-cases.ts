/** The ops at given shapes with random inputs, to be run on one backend and another. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName } from '../../src/backends/backend.js';
import { attention } from '../../src/ops/attention.js';
import { deepTransition } from '../../src/ops/deep-transition.js';
import { embedding } from '../../src/ops/embedding.js';
import { type GruParameters, gru } from '../../src/ops/gru.js';
import { type LstmParameters, type LstmState, lstm } from '../../src/ops/lstm.js';
import { dropout, type Noise, type RecurrentNoise } from '../../src/ops/noise.js';
import type { Inputs, Precision } from '../../src/ops/op.js';
import { matrixProduct } from '../../src/ops/products.js';
import { softmaxCrossEntropy } from '../../src/ops/softmax-cross-entropy.js';
import { type TanhRnnParameters, tanhRnn } from '../../src/ops/tanh-rnn.js';
import { activate } from '../backends/each-backend.js';
import {
  type Arrays,
  expectClose,
  randomArray,
  randomIds,
  randomNumbers,
  readAndFree,
  tensorOf,
} from './arrays.js';
import { tensorGradients, weightedSum } from './finite-differences.js';
import { withNoise } from './noise.js';

/** A mask a step, shared by all gates. */
export const MASK: Noise = { rate: 0.35, mask: 'step', perGate: false, seed: 1, site: 1, step: 9 };
/** Zoneout of both parts of the state. */
export const ZONEOUT = {
  zoneoutHidden: { ...MASK, rate: 0.3, site: 5 },
  zoneoutCell: { ...MASK, rate: 0.45, site: 6 },
} satisfies Partial<RecurrentNoise>;
/** Zoneout at test time. */
export const EXPECTED = {
  zoneoutHidden: { ...ZONEOUT.zoneoutHidden, mask: 'expected' },
  zoneoutCell: { ...ZONEOUT.zoneoutCell, mask: 'expected' },
} satisfies Partial<RecurrentNoise>;
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

/** {@link lstm}: output and last state. */
export function lstmCase(
  steps: number,
  batch: number,
  inputs: number,
  units: number,
  noise: Partial<RecurrentNoise> = {},
  precision: Precision = 'f32',
): Case {
  return {
    name: `lstm T=${steps} B=${batch} I=${inputs} H=${units}${wordsFor(noise, precision)}`,
    at: {
      ...recurrentInputs(steps, batch, inputs, units, 4),
      c0: randomArray(random, [batch, units]),
    },
    run: ({ x, h0, c0, ...parameters }) => {
      const state = { h: h0, c: c0 } as unknown as LstmState;
      const result = lstm(
        x as tf.Tensor3D,
        state,
        parameters as unknown as LstmParameters,
        withNoise(noise, precision),
      );
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
  noise: Partial<RecurrentNoise> = {},
  precision: Precision = 'f32',
): Case {
  return {
    name: `gru T=${steps} B=${batch} I=${inputs} H=${units}${wordsFor(noise, precision)}`,
    at: {
      ...recurrentInputs(steps, batch, inputs, units, 3),
      candidateBias: randomArray(random, [units]),
    },
    run: ({ x, h0, ...parameters }) => {
      const [window, state] = [x as tf.Tensor3D, h0 as tf.Tensor2D];
      const { output, h } = gru(
        window,
        state,
        parameters as unknown as GruParameters,
        withNoise(noise, precision),
      );
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
  noise: Partial<RecurrentNoise> = {},
  precision: Precision = 'f32',
): Case {
  return {
    name: `tanhRnn T=${steps} B=${batch} I=${inputs} H=${units}${wordsFor(noise, precision)}`,
    at: recurrentInputs(steps, batch, inputs, units, 1),
    run: ({ x, h0, ...parameters }) => {
      const [window, state] = [x as tf.Tensor3D, h0 as tf.Tensor2D];
      const { output, h } = tanhRnn(
        window,
        state,
        parameters as unknown as TanhRnnParameters,
        withNoise(noise, precision),
      );
      return [output, h];
    },
  };
}

/**
 * {@link deepTransition}: output and last state.
 *
 * @param depth layers from one state to the next; those of an odd number have a shortcut
 */
export function deepTransitionCase(
  steps: number,
  batch: number,
  inputs: number,
  units: number,
  depth: number,
  noise: Partial<RecurrentNoise> = {},
  precision: Precision = 'f32',
): Case {
  const further = Array.from({ length: depth - 1 }, (_, k) => k);
  // Smaller in wide layers: rounding would grow from state to state otherwise.
  const square = () => randomArray(random, [units, units], Math.min(0.3, 2 / Math.sqrt(units)));
  const layers = further.map((k) => ({
    [`weight${k}`]: square(),
    [`bias${k}`]: randomArray(random, [units]),
  }));
  const shortcut = depth % 2 === 1 ? { shortcutWeight: square() } : {};
  return {
    name: `deepTransition T=${steps} B=${batch} I=${inputs} H=${units} D=${depth}${wordsFor(noise, precision)}`,
    at: Object.assign(recurrentInputs(steps, batch, inputs, units, 1), ...layers, shortcut),
    run: ({ x, h0, inputWeight, recurrentWeight, bias, shortcutWeight = null, ...others }) => {
      const transitions = further.map((k) => ({ weight: others[`weight${k}`], bias: others[`bias${k}`] }));
      const parameters = { inputWeight, recurrentWeight, bias, transitions, shortcutWeight } as never;
      const options = withNoise(noise, precision);
      const { output, h } = deepTransition(x as tf.Tensor3D, h0 as tf.Tensor2D, parameters, options);
      return [output, h];
    },
  };
}

/** {@link attention} over the whole source of every column. */
export function attentionCase(steps: number, sourceSteps: number, batch: number, units: number): Case {
  return {
    name: `attention T=${steps} S=${sourceSteps} B=${batch} H=${units}`,
    at: {
      queries: randomArray(random, [steps, batch, units]),
      source: randomArray(random, [sourceSteps, batch, units]),
    },
    run: ({ queries, source }) => [attention(queries as tf.Tensor3D, source as tf.Tensor3D)],
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

function wordsFor(
  { input, recurrent, zoneoutHidden, zoneoutCell }: Partial<RecurrentNoise>,
  precision: Precision,
): string {
  const describe = (what: string, noise: Noise | null | undefined) =>
    noise ? `${what} ${noise.rate}${noise.perGate ? ' for each gate' : ''}, mask: ${noise.mask}` : '';
  const words = [
    describe('x dropped', input),
    describe('h dropped', recurrent),
    describe('zoneout of h', zoneoutHidden),
    describe('zoneout of c', zoneoutCell),
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

/** The results of an op. */
export interface Results {
  readonly outputs: readonly (readonly number[])[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/**
 * The op's outputs, and the gradients, if it has any, of a sum of them in which every value has a weight of its own.
 */
export async function resultsOn(backend: BackendName, testCase: Case): Promise<Results> {
  await activate(backend);
  return resultsOf(testCase);
}

/** {@link resultsOn} the active backend. */
export async function resultsOf({ run, at, differentiable }: Case): Promise<Results> {
  const tensors = tf.tidy(() =>
    run(Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]))),
  );
  const outputs = await readAndFree(tensors);
  if (differentiable === false) return { outputs, gradients: {} };
  const weight = randomNumbers(2);
  const weights = outputs.map(({ length }) => randomArray(weight, [length]).data);
  const { gradients } = await tensorGradients(
    (inputs) => tf.addN(run(inputs).map((output, i) => weightedSum(output, weights[i]))),
    at,
  );
  return { outputs, gradients };
}

/** Compares a backend with another one: outputs and every gradient. */
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
