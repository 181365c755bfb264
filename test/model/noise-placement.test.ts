/** Checks that masks act at all L + 1 vertical places, each with its own, and that nothing random acts on the recurrent path. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateBackend } from '../../src/backends/select.js';
import { initializeParameters } from '../../src/model/initialization.js';
import {
  type DropoutTable,
  noiseBelowLayer,
  noiseBelowSoftmax,
  noiseInLayer,
  type WindowNoise,
  wordTypeNoise,
} from '../../src/model/noise-placement.js';
import { Parameters } from '../../src/model/parameters.js';
import { type ModelState, runStack } from '../../src/model/stack.js';
import { type LstmState, lstm } from '../../src/ops/lstm.js';
import { dropoutMask, type MaskLifetime, NO_NOISE, type Noise } from '../../src/ops/noise.js';
import { expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from '../ops/arrays.js';
import { lstmLayers, NO_DROPOUT, plainArchitecture } from './small-models.js';

const [STEPS, BATCH, UNITS, LAYERS] = [5, 4, 6, 3];
const ARCHITECTURE = plainArchitecture({
  vocabularySize: 2,
  embedding: UNITS,
  layers: lstmLayers(UNITS, UNITS, UNITS),
});

let parameters: Parameters;
let x: tf.Tensor3D;
let state: readonly LstmState[];

beforeAll(async () => {
  await activateBackend('cpu');
  parameters = initializeParameters(ARCHITECTURE, { uniform: 0.8 }, null, 1);
  const random = randomNumbers(1);
  x = tensorOf(randomArray(random, [STEPS, BATCH, UNITS]));
  const part = () => tensorOf<tf.Tensor2D>(randomArray(random, [BATCH, UNITS]));
  state = ARCHITECTURE.layers.map(() => ({ h: part(), c: part() }));
});

/** The stack as the model runs it. */
function lstmStack(
  input: tf.Tensor3D,
  before: readonly LstmState[],
  weights: Parameters,
  plan: WindowNoise | null,
) {
  const named: ModelState = Object.fromEntries(
    before.flatMap(({ h, c }, layer) => [
      [`layers.${layer}.h`, h],
      [`layers.${layer}.c`, c],
    ]),
  );
  const result = runStack(input, null, named, ARCHITECTURE, weights, plan);
  const after = before.map((_, layer) => ({
    h: result.state[`layers.${layer}.h`],
    c: result.state[`layers.${layer}.c`],
  }));
  return { output: result.dropped, state: after };
}

const planOf = (table: Partial<DropoutTable>, step = 40): WindowNoise => ({
  table: { ...NO_DROPOUT, ...table },
  seed: 9,
  step,
});

function layerByHand(
  layer: number,
  input: tf.Tensor,
  before: readonly LstmState[],
  recurrent: Noise | null = null,
) {
  const own = parameters.ofLayer(layer);
  const weights = {
    inputWeight: own.matrix('inputWeight'),
    recurrentWeight: own.matrix('recurrentWeight'),
    bias: own.vector('bias'),
  };
  return lstm(input as tf.Tensor3D, before[layer], weights, { noise: { ...NO_NOISE, recurrent } });
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
  actual: { output: tf.Tensor; state: readonly LstmState[] },
  expected: { output: tf.Tensor; state: readonly LstmState[] },
): void {
  expectClose(valuesOf(actual.output), valuesOf(expected.output), 1e-6);
  expected.state.forEach(({ h, c }, layer) => {
    expectClose(valuesOf(actual.state[layer].h), valuesOf(h), 1e-6);
    expectClose(valuesOf(actual.state[layer].c), valuesOf(c), 1e-6);
  });
}

/** The noise at the L + 1 vertical places. */
function verticalNoise(window: WindowNoise): Noise[] {
  return [
    ...ARCHITECTURE.layers.map((_, layer) => noiseBelowLayer(window, layer) as Noise),
    noiseBelowSoftmax(window, LAYERS) as Noise,
  ];
}

/** The noise inside a layer of the stack. */
function inLayer(window: WindowNoise, layer: number) {
  return noiseInLayer(window, window.table.zoneout, layer);
}

const drawn = (noise: Noise) => dropoutMask([STEPS, BATCH, UNITS], noise);

describe.each<MaskLifetime>(['step', 'sequence'])('a mask a %s', (mask) => {
  const edge = { rate: 0.5, mask, perGate: false };

  it.each([
    ['input', [0]],
    ['between', [1, 2]],
    ['output', [3]],
  ])('dropout on the edge "%s" alone acts there and nowhere else', (name, places) => {
    const plan = planOf({ [name]: edge });
    const factors = verticalNoise(plan).map((at, place) => (places.includes(place) ? drawn(at) : 1));
    expectSameRun(lstmStack(x, state, parameters, plan), stackByHand(factors));
  });

  it('dropout on every vertical edge acts at all L + 1 places, and leaves h and c unchanged along time', () => {
    const plan = planOf({ input: edge, between: { ...edge, rate: 0.3 }, output: { rate: 0.2, mask } });
    expectSameRun(lstmStack(x, state, parameters, plan), stackByHand(verticalNoise(plan).map(drawn)));
  });

  it('dropout on the recurrent edge drops h within each layer, by a mask of its own', () => {
    const plan = planOf({ recurrent: edge });
    let signal: tf.Tensor = x;
    const after = state.map((_, layer) => {
      const result = layerByHand(layer, signal, state, inLayer(plan, layer).recurrent);
      signal = result.output;
      return result.state;
    });
    expectSameRun(lstmStack(x, state, parameters, plan), { output: signal, state: after });
    const plain = lstmStack(x, state, parameters, null);
    expect(valuesOf(signal)).not.toEqual(valuesOf(plain.output));
  });
});

it('vertical dropout leaves the path along time deterministic: without input weights the seed has no effect', () => {
  const edge = { rate: 0.5, mask: 'step', perGate: false } as const;
  const closed = new Parameters(parameters);
  for (const layer of ARCHITECTURE.layers.keys()) {
    const name = `layers.${layer}.inputWeight`;
    closed.set(name, tf.variable(tf.zerosLike(parameters.matrix(name))));
  }
  const edges = { input: edge, between: edge };
  const runs = [1, 2].map((seed) => lstmStack(x, state, closed, { ...planOf(edges), seed }));
  expect(valuesOf(runs[0].output)).toEqual(valuesOf(runs[1].output));
  const naive = [1, 2].map((seed) => lstmStack(x, state, closed, { ...planOf({ recurrent: edge }), seed }));
  expect(valuesOf(naive[0].output)).not.toEqual(valuesOf(naive[1].output));
});

it('nothing is dropped without noise, and with all rates at 0', () => {
  const plain = lstmStack(x, state, parameters, null);
  expectSameRun(plain, stackByHand([1, 1, 1, 1]));
  expectSameRun(lstmStack(x, state, parameters, planOf({})), plain);
});

it('two places never share a mask', () => {
  const edge = { rate: 0.5, mask: 'step', perGate: false } as const;
  const plan = planOf({ input: edge, between: edge, output: edge, recurrent: edge });
  const masks = [
    ...verticalNoise(plan),
    ...ARCHITECTURE.layers.map((_, layer) => inLayer(plan, layer).recurrent as Noise),
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

it('kinds of noise have sites of their own, far from those of the edges', () => {
  const plan = planOf({ zoneout: { cell: 0.5, hidden: 0.5 } });
  const sites = [0, 1].flatMap((layer) => {
    const { zoneoutCell, zoneoutHidden, recurrentWeight } = inLayer(plan, layer);
    return [zoneoutCell?.site, zoneoutHidden?.site, recurrentWeight?.site];
  });
  sites.push(wordTypeNoise(plan).site);
  expect(new Set(sites).size).toBe(7);
  expect(Math.min(...sites.map(Number))).toBeGreaterThan(2 * 64);
});

it('zoneout is an expectation at test time, and all other noise is off', () => {
  const { zoneoutCell, zoneoutHidden, ...rest } = noiseInLayer(null, { cell: 0.5, hidden: 0.05 }, 0);
  expect(zoneoutCell).toMatchObject({ rate: 0.5, mask: 'expected' });
  expect(zoneoutHidden).toMatchObject({ rate: 0.05, mask: 'expected' });
  expect(rest).toEqual({ input: null, recurrent: null, recurrentWeight: null });
  expect(noiseInLayer(null, { cell: 0, hidden: 0 }, 0)).toEqual({ ...NO_NOISE, recurrentWeight: null });
});

it('a mask for each gate is applied inside the layer and not below it', () => {
  const edge = { rate: 0.5, mask: 'step', perGate: true } as const;
  const window = planOf({ input: edge });
  expect(noiseBelowLayer(window, 0)).toBeNull();
  expect(inLayer(window, 0).input).toMatchObject({ ...edge, site: 0 });
  expect(inLayer(window, 1).input).toBeNull();
});

it('masks do not depend on where windows begin', () => {
  const edge = { rate: 0.5, mask: 'step', perGate: false } as const;
  const edges = { input: edge, between: edge, output: edge, recurrent: edge };
  const whole = lstmStack(x, state, parameters, planOf(edges));
  const [x1, x2] = tf.split(x, [2, STEPS - 2]) as tf.Tensor3D[];
  const first = lstmStack(x1, state, parameters, planOf(edges));
  const second = lstmStack(x2, first.state, parameters, planOf(edges, 42));
  expectSameRun({ output: tf.concat([first.output, second.output]), state: second.state }, whole);
});
