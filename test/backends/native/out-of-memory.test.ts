/** Checks that a kernel that runs out of memory leaves no tensor, so that other work can continue. */
import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, it, vi } from 'vitest';
import { outOfMemory } from '../../../src/backends/native/array-store.js';
import type { NativeFunctions } from '../../../src/backends/native/library.js';
import type { NativeBackend } from '../../../src/backends/native/native-backend.js';
import { NO_NOISE } from '../../../src/ops/noise.js';
import { adamUpdate } from '../../../src/ops/update.js';
import { valuesOf } from '../../ops/arrays.js';
import { describeEachBackend } from '../each-backend.js';
import { ALL_REGULARIZERS, REGULARIZERS } from './regularizers.js';

const SAYS_SO = expect.objectContaining({ kind: 'backend', message: 'The native backend ran out of memory' });

const native = () => tf.backend() as NativeBackend;

afterEach(() => {
  vi.restoreAllMocks();
});

/** The C functions that may run out of memory in these cases. */
type Fallible = Extract<keyof NativeFunctions, `${string}${'Forward' | 'Backward'}` | 'softmax' | 'product'>;

/** One kernel, and the C function that cannot get its memory. */
interface Case {
  readonly kernel: string;
  readonly fails: Fallible;
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly attributes: object;
}

const [STEPS, BATCH, INPUTS, UNITS, CLASSES] = [3, 2, 5, 7, 11];

/** The kernel of a recurrent layer whose weights have so many columns a unit. */
function recurrent(kernel: string, fails: Fallible, gates: number): Case {
  const sequence = [STEPS, BATCH, UNITS];
  const state = [BATCH, UNITS];
  return {
    ...{ kernel, fails },
    shapes: {
      ...{ x: [STEPS, BATCH, INPUTS], h0: state, c0: state },
      ...{ inputWeight: [INPUTS, gates * UNITS], recurrentWeight: [UNITS, gates * UNITS] },
      ...{ bias: [gates * UNITS], candidateBias: [UNITS] },
      ...{ output: sequence, gates: [STEPS, BATCH, 4 * UNITS], cells: sequence, activations: sequence },
      ...{ dOutput: sequence, dH: state, dC: state },
    },
    attributes: {
      noise: { ...NO_NOISE, ...(gates === 4 ? ALL_REGULARIZERS : REGULARIZERS.at(-1)) },
      ...{ precision: 'f32', saveForBackward: true },
    },
  };
}

/** The kernel of a layer with a deep transition, of depth 3 with a shortcut. */
function deepTransition(kernel: string, fails: Fallible): Case {
  const { shapes } = recurrent(kernel, fails, 1);
  const square = [UNITS, UNITS];
  return {
    ...{ kernel, fails },
    shapes: {
      ...{
        ...shapes,
        shortcutWeight: square,
        transitionWeights: [2, ...square],
        transitionBiases: [2, UNITS],
      },
      states: [2, STEPS, BATCH, UNITS],
    },
    attributes: {
      noise: { ...NO_NOISE, recurrent: ALL_REGULARIZERS.recurrent },
      ...{ precision: 'f32', saveForBackward: true },
    },
  };
}

const softmax = { hidden: [BATCH, UNITS], weight: [UNITS, CLASSES], bias: [CLASSES], targets: [BATCH] };
const softmaxAttributes = { tied: false, precision: 'f32', saveForBackward: true, expectedUpstream: 1 };

const columns = [STEPS, BATCH, UNITS];
const attended = { queries: columns, source: [5, BATCH, UNITS] };

const CASES: Case[] = [
  recurrent('ZlmLstm', 'lstmForward', 4),
  recurrent('ZlmLstmGradient', 'lstmBackward', 4),
  recurrent('ZlmGru', 'gruForward', 3),
  recurrent('ZlmGruGradient', 'gruBackward', 3),
  recurrent('ZlmTanhRnn', 'tanhRnnForward', 1),
  recurrent('ZlmTanhRnnGradient', 'tanhRnnBackward', 1),
  deepTransition('ZlmDeepTransition', 'deepTransitionForward'),
  deepTransition('ZlmDeepTransitionGradient', 'deepTransitionBackward'),
  {
    ...{ kernel: 'ZlmSoftmaxCrossEntropy', fails: 'softmax' },
    ...{ shapes: softmax, attributes: softmaxAttributes },
  },
  {
    ...{ kernel: 'ZlmSoftmaxCrossEntropyGradient', fails: 'softmax' },
    // Not the same for all rows, so that it is computed again.
    ...{ shapes: { ...softmax, upstream: [BATCH] }, attributes: softmaxAttributes },
  },
  {
    ...{ kernel: 'ZlmAttention', fails: 'attentionForward', shapes: attended },
    attributes: { lengths: null },
  },
  {
    ...{ kernel: 'ZlmAttentionGradient', fails: 'attentionBackward', attributes: {} },
    shapes: { ...attended, weights: [BATCH, STEPS, 5], upstream: columns },
  },
  {
    ...{ kernel: 'ZlmProduct', fails: 'product', shapes: { a: [BATCH, INPUTS], b: [INPUTS, UNITS] } },
    attributes: { transposeA: false, transposeB: false, precision: 'f32' },
  },
];

/** Runs the kernel of a case. */
function run({ kernel, shapes, attributes }: Case): tf.Tensor | tf.Tensor[] {
  const inputs = Object.entries(shapes).map(([name, shape]) => {
    const values = tf.range(0, tf.util.sizeFromShape(shape)).reshape(shape);
    return [name, name === 'targets' ? tf.cast(values, 'int32') : values];
  });
  return tf.engine().runKernel(kernel, Object.fromEntries(inputs), attributes as tf.NamedAttrMap);
}

/** Lets the backend allocate at most `count` tensors. */
function limitTensors(count: number): void {
  const allocate = native().allocate.bind(native());
  let left = count;
  vi.spyOn(native(), 'allocate').mockImplementation((shape) => {
    left -= 1;
    if (left < 0) throw outOfMemory();
    return allocate(shape);
  });
}

/** Runs what must fail, and expects that it leaves nothing behind. */
function expectNothingLeft(failing: () => unknown): void {
  const before = native().numDataIds();
  expect(() => tf.tidy(() => void failing())).toThrow(SAYS_SO);
  expect(native().numDataIds()).toBe(before);
}

describeEachBackend(
  'on %s',
  () => {
    it.each(CASES)('$kernel leaves no tensor when $fails runs out of memory', (testCase) => {
      const functions: Record<Fallible, (argument: never) => number> = native().functions;
      const failing = vi.spyOn(functions, testCase.fails).mockReturnValue(1);
      expectNothingLeft(() => run(testCase));
      expect(failing).toHaveBeenCalledOnce();
      failing.mockRestore();
      tf.dispose(run(testCase));
    });

    it.each([0, 1, 3, 4])('a layer that runs out of memory after %d tensors leaves no tensor', (count) => {
      for (const testCase of CASES.slice(0, 2)) {
        limitTensors(count);
        expectNothingLeft(() => run(testCase));
        vi.restoreAllMocks();
      }
    });

    it.each([0, 1, 2])('an update that runs out of memory after %d tensors changes no variable', (count) => {
      const [parameter, first, second] = [1, 2, 3].map((value) => tf.variable(tf.fill([3], value)));
      const [gradient, scale] = [tf.ones([3]), tf.scalar(1) as tf.Scalar];
      const settings = { learningRate: 1, weightDecay: 0, clipValue: null };
      const adam = { ...settings, beta1: 0.5, beta2: 0.5, epsilon: 1, step: 1 };
      limitTensors(count);
      expectNothingLeft(() => adamUpdate(parameter, gradient, scale, { first, second }, adam));
      expect([parameter, first, second].map((variable) => valuesOf(variable)[0])).toEqual([1, 2, 3]);
    });
  },
  { only: ['native'] },
);
