/** Masks act at all L + 1 vertical places, each with its own, and nothing random touches the recurrent path. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import {
  type DropoutEdges,
  type DropoutPlan,
  maskBelowLayer,
  maskBelowSoftmax,
  recurrentMask,
} from '../../src/model/dropout-placement.js';
import { lstmStack, type StackState } from '../../src/model/lstm-stack.js';
import { initializeParameters, type Parameters, parameter } from '../../src/model/parameters.js';
import { type DropoutMask, dropoutMask, type MaskLifetime } from '../../src/ops/dropout.js';
import { type LstmParameters, lstm } from '../../src/ops/lstm.js';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from '../ops/arrays.js';

const [STEPS, BATCH, UNITS, LAYERS] = [5, 4, 6, 3];
const ARCHITECTURE = {
  vocabularySize: 2,
  embedding: UNITS,
  layers: new Array<number>(LAYERS).fill(UNITS),
  tieEmbedding: false,
};
const NONE = { rate: 0, mask: 'step' } as const;
const NO_EDGES: DropoutEdges = { input: NONE, between: NONE, output: NONE, recurrent: NONE };

let parameters: Parameters;
let x: tf.Tensor3D;
let state: StackState;

beforeAll(async () => {
  await activateBackend('cpu');
  parameters = initializeParameters(ARCHITECTURE, 0.8, 1);
  const random = randomNumbers(1);
  x = tensorOf(randomArray(random, [STEPS, BATCH, UNITS]));
  const part = () => tensorOf<tf.Tensor2D>(randomArray(random, [BATCH, UNITS]));
  state = ARCHITECTURE.layers.map(() => ({ h: part(), c: part() }));
});

const planOf = (edges: Partial<DropoutEdges>, step = 40): DropoutPlan => ({
  edges: { ...NO_EDGES, ...edges },
  seed: 9,
  step,
});

function layerByHand(layer: number, input: tf.Tensor, before: StackState, mask: DropoutMask | null = null) {
  const named = (name: string) => parameter(parameters, `layers.${layer}.${name}`);
  const weights = {
    inputWeight: named('inputWeight'),
    recurrentWeight: named('recurrentWeight'),
    bias: named('bias'),
  };
  return lstm(input as tf.Tensor3D, before[layer], weights as unknown as LstmParameters, mask);
}

/** The stack put together by hand, with a factor at each of the L + 1 vertical places (bottom to top). */
function stackByHand(factors: readonly (tf.Tensor | number)[]) {
  let signal: tf.Tensor = x;
  const after = state.map((_, layer) => {
    const result = layerByHand(layer, tf.mul(signal, factors[layer]), state);
    signal = result.output;
    return result.state;
  });
  return { output: tf.mul(signal, factors[LAYERS]), state: after };
}

function expectSameRun(
  actual: { output: tf.Tensor; state: StackState },
  expected: { output: tf.Tensor; state: StackState },
): void {
  expectClose(valuesOf(actual.output), valuesOf(expected.output), 1e-6);
  expected.state.forEach(({ h, c }, layer) => {
    expectClose(valuesOf(actual.state[layer].h), valuesOf(h), 1e-6);
    expectClose(valuesOf(actual.state[layer].c), valuesOf(c), 1e-6);
  });
}

/** The masks of the L + 1 vertical places. */
function verticalMasks(plan: DropoutPlan): DropoutMask[] {
  return [
    ...ARCHITECTURE.layers.map((_, layer) => maskBelowLayer(plan, layer)),
    maskBelowSoftmax(plan, LAYERS),
  ];
}

const drawn = (mask: DropoutMask) => dropoutMask([STEPS, BATCH, UNITS], mask);

describe.each<MaskLifetime>(['step', 'sequence'])('a mask a %s', (mask) => {
  const edge = { rate: 0.5, mask };

  it.each([
    ['input', [0]],
    ['between', [1, 2]],
    ['output', [3]],
  ])('on the edge "%s" alone acts there and nowhere else', (name, places) => {
    const plan = planOf({ [name]: edge });
    const factors = verticalMasks(plan).map((at, place) => (places.includes(place) ? drawn(at) : 1));
    expectSameRun(lstmStack(x, state, parameters, plan), stackByHand(factors));
  });

  it('on every vertical edge acts at all L + 1 places; h and c pass in time untouched', () => {
    const plan = planOf({ input: edge, between: { rate: 0.3, mask }, output: { rate: 0.2, mask } });
    expectSameRun(lstmStack(x, state, parameters, plan), stackByHand(verticalMasks(plan).map(drawn)));
  });

  it('on the recurrent edge drops h within each layer, by a mask of its own', () => {
    const plan = planOf({ recurrent: edge });
    let signal: tf.Tensor = x;
    const after = state.map((_, layer) => {
      const result = layerByHand(layer, signal, state, recurrentMask(plan, layer));
      signal = result.output;
      return result.state;
    });
    expectSameRun(lstmStack(x, state, parameters, plan), { output: signal, state: after });
    const plain = lstmStack(x, state, parameters, null);
    expect(valuesOf(signal)).not.toEqual(valuesOf(plain.output));
  });
});

it('vertical dropout leaves the path in time free of chance: with no input weights, no seed matters', () => {
  const edge = { rate: 0.5, mask: 'step' } as const;
  const closed = new Map(parameters);
  for (const layer of ARCHITECTURE.layers.keys()) {
    const name = `layers.${layer}.inputWeight`;
    closed.set(name, tf.variable(tf.zerosLike(parameter(parameters, name))));
  }
  const edges = { input: edge, between: edge, output: NONE };
  const runs = [1, 2].map((seed) => lstmStack(x, state, closed, { ...planOf(edges), seed }));
  expect(valuesOf(runs[0].output)).toEqual(valuesOf(runs[1].output));
  const naive = [1, 2].map((seed) => lstmStack(x, state, closed, { ...planOf({ recurrent: edge }), seed }));
  expect(valuesOf(naive[0].output)).not.toEqual(valuesOf(naive[1].output));
});

it('without a plan nothing is dropped, nor with all rates at 0', () => {
  const plain = lstmStack(x, state, parameters, null);
  expectSameRun(plain, stackByHand([1, 1, 1, 1]));
  expectSameRun(lstmStack(x, state, parameters, planOf({})), plain);
});

it('two places never share a mask', () => {
  const edge = { rate: 0.5, mask: 'step' } as const;
  const plan = planOf({ input: edge, between: edge, output: edge, recurrent: edge });
  const masks = [
    ...verticalMasks(plan),
    ...ARCHITECTURE.layers.map((_, layer) => recurrentMask(plan, layer)),
  ];
  expect(new Set(masks.map(({ site }) => site)).size).toBe(2 * LAYERS + 1);
  const values = masks.map((mask) => valuesOf(dropoutMask([1, 10, 100], mask)));
  for (const [i, a] of values.entries()) {
    for (const b of values.slice(i + 1)) {
      const agreement = a.filter((value, u) => value === b[u]).length / a.length;
      expect(Math.abs(agreement - 0.5)).toBeLessThan(0.08); // five standard deviations
    }
  }
});

it('masks do not depend on where windows begin', () => {
  const edge = { rate: 0.5, mask: 'step' } as const;
  const edges = { input: edge, between: edge, output: edge, recurrent: edge };
  const whole = lstmStack(x, state, parameters, planOf(edges));
  const [x1, x2] = tf.split(x, [2, STEPS - 2]) as tf.Tensor3D[];
  const first = lstmStack(x1, state, parameters, planOf(edges));
  const second = lstmStack(x2, first.state, parameters, planOf(edges, 42));
  expectSameRun({ output: tf.concat([first.output, second.output]), state: second.state }, whole);
});
