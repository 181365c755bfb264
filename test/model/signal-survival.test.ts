/**
 * The paper's claim (section 3.2, figures 2 and 3), measured on the model itself: what is seen at step 1 and used
 * at step T crosses L + 1 masks however large T is, and would cross T − 1 more if h were dropped along time.
 *
 * The stack is set to remember perfectly, and at zero input every gate is saturated and every tanh has slope 1.
 * The gradient of unit u of the last output with respect to unit u of the first input is then the product of the
 * masks on the way: 0 when one of them dropped it, otherwise 1/(1 − p) for each one crossed.
 */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import type { DropoutTable } from '../../src/model/noise-placement.js';
import { type Parameters, parameterShapes, parametersFrom } from '../../src/model/parameters.js';
import { runStack, zeroStackState } from '../../src/model/stack.js';
import { valuesOf } from '../ops/arrays.js';
import { lstmLayers, NO_DROPOUT, plainArchitecture } from './small-models.js';

const [BATCH, UNITS] = [32, 32];
const SEEDS = [1, 2];
const SAMPLES = BATCH * UNITS * SEEDS.length;
const RATE = 0.2;
const STEPS = [1, 2, 4, 8, 16];

const DROP = { rate: RATE, mask: 'step', perGate: false } as const;
const VERTICAL: DropoutTable = { ...NO_DROPOUT, input: DROP, between: DROP, output: DROP };
const NAIVE: DropoutTable = { ...VERTICAL, recurrent: DROP };
const LOCKED: DropoutTable = { ...VERTICAL, recurrent: { ...DROP, mask: 'sequence' } };

/** Biases at which a sigmoid is exactly 1 and exactly 0 in f32. */
const [OPEN, SHUT] = [200, -200];

/** The memory of a layer: in c, with its forget gate open; in h, fed back to itself; or none. */
type Memory = 'cell' | 'hidden' | 'none';

function architectureOf(memories: readonly Memory[]) {
  const layers = lstmLayers(...memories.map(() => UNITS));
  return plainArchitecture({ vocabularySize: 1, embedding: UNITS, layers });
}

function memoryStack(memories: readonly Memory[]): Parameters {
  const architecture = architectureOf(memories);
  const values = parameterShapes(architecture).map(({ name, shape }) => {
    const [, layer, role] = name.split('.');
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (role === 'bias') data.set(gateBiases(memories[Number(layer)]));
    if (role === 'inputWeight') passToCandidate(data);
    if (role === 'recurrentWeight' && memories[Number(layer)] === 'hidden') passToCandidate(data);
    return [name, { data }] as const;
  });
  return parametersFrom(architecture, new Map(values));
}

/** Gates i, f, g, o. */
function gateBiases(memory: Memory): number[] {
  return [OPEN, memory === 'cell' ? OPEN : SHUT, 0, OPEN].flatMap((bias) =>
    new Array<number>(UNITS).fill(bias),
  );
}

/** The identity from unit u to the candidate g of unit u. */
function passToCandidate(weight: Float32Array): void {
  for (let u = 0; u < UNITS; u++) weight[u * 4 * UNITS + 2 * UNITS + u] = 1;
}

/** d output[T] / d input[1] of every unit, column and seed. */
function gradientsThroughTime(memories: readonly Memory[], table: DropoutTable, steps: number): number[] {
  const parameters = memoryStack(memories);
  const architecture = architectureOf(memories);
  return SEEDS.flatMap((seed) =>
    tf.tidy(() => {
      const gradient = tf.grad((x) => {
        const state = zeroStackState(architecture, BATCH);
        const plan = { table, seed, step: 0 };
        const { dropped } = runStack(x as tf.Tensor3D, null, state, architecture, parameters, plan);
        return tf.sum(tf.slice(dropped, [steps - 1, 0, 0], [1, -1, -1]));
      })(tf.zeros([steps, BATCH, UNITS]));
      return valuesOf(tf.slice(gradient, [0, 0, 0], [1, -1, -1])) as never;
    }),
  );
}

/** The fraction of signals that get through, and the number of masks that each of those has crossed. */
function survival(memories: readonly Memory[], table: DropoutTable, steps: number) {
  const gradients = gradientsThroughTime(memories, table, steps);
  const survivors = gradients.filter((gradient) => gradient !== 0);
  const crossed = survivors.map((gradient) => Math.round(Math.log(gradient) / -Math.log(1 - RATE)));
  const mean = gradients.reduce((sum, gradient) => sum + gradient, 0) / gradients.length;
  return { fraction: survivors.length / gradients.length, crossed: [...new Set(crossed)], mean };
}

function expectFraction(measured: number, probability: number): void {
  const deviation = Math.sqrt((probability * (1 - probability)) / SAMPLES);
  expect(Math.abs(measured - probability)).toBeLessThan(4 * deviation);
}

beforeAll(() => activateBackend('wasm'));

describe.each<{ memories: Memory[] }>([
  { memories: ['hidden'] },
  { memories: ['hidden', 'none'] },
  { memories: ['none', 'hidden'] },
  { memories: ['cell', 'none'] },
  { memories: ['none', 'cell', 'none'] },
])('dropout between layers only, memory in $memories', ({ memories }) => {
  const places = memories.length + 1;

  it.each(STEPS)(`after %d steps a signal has crossed ${places} masks`, (steps) => {
    const { fraction, crossed, mean } = survival(memories, VERTICAL, steps);
    expect(crossed).toEqual([places]);
    expectFraction(fraction, (1 - RATE) ** places);
    expect(Math.abs(mean - 1)).toBeLessThan(0.1); // inverted dropout: the signal keeps its strength on average
  });
});

describe('dropout along time too, the naive placement', () => {
  const memories: Memory[] = ['hidden', 'none'];
  const places = memories.length + 1;

  it.each(STEPS)(
    'after %d steps a signal has crossed one more mask for each step after the first',
    (steps) => {
      const { fraction, crossed } = survival(memories, NAIVE, steps);
      expect(crossed).toEqual([places + steps - 1]);
      expectFraction(fraction, (1 - RATE) ** (places + steps - 1));
    },
  );

  it('after 40 steps dropout along time has erased the signal, and vertical dropout has not', () => {
    expect(survival(memories, NAIVE, 40).fraction).toBeLessThan(0.001);
    expectFraction(survival(memories, VERTICAL, 40).fraction, (1 - RATE) ** places);
  });

  it('a mask that the whole sequence shares is crossed at each step but drops only once', () => {
    for (const steps of [2, 8, 16]) {
      expectFraction(survival(memories, LOCKED, steps).fraction, (1 - RATE) ** (places + 1));
    }
  });
});
