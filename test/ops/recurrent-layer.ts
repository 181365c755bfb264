/** Tests for every recurrent op, with all the regularizers that it takes. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { Noise, RecurrentNoise } from '../../src/ops/noise.js';
import type { Inputs, Precision } from '../../src/ops/op.js';
import { type Arrays, expectClose, randomArray, randomNumbers, readValues, tensorOf } from './arrays.js';
import {
  expectSameGradients,
  tensorGradients,
  weightedSum,
  weightedSumInDoubles,
} from './finite-differences.js';
import { factorsOf, type Shape } from './noise.js';
import type { Cell } from './recurrent-cells.js';

const SHAPES: Shape[] = [
  { steps: 5, batch: 3, inputs: 4, units: 3 },
  { steps: 1, batch: 3, inputs: 2, units: 2 },
  { steps: 1, batch: 1, inputs: 1, units: 1 },
  { steps: 4, batch: 1, inputs: 1, units: 5 },
  { steps: 2, batch: 7, inputs: 3, units: 1 },
];

/** A mask a step. */
export const STEP: Noise = { rate: 0.5, mask: 'step', perGate: false, seed: 3, site: 1, step: 10 };
/** A mask a window. */
export const SEQUENCE: Noise = { ...STEP, mask: 'sequence' };
/** Zoneout in training. */
export const ZONEOUT = {
  zoneoutHidden: { ...STEP, rate: 0.3, site: 8 },
  zoneoutCell: { ...STEP, rate: 0.5, site: 9 },
} satisfies Partial<RecurrentNoise>;
/** Zoneout at test time. */
export const EXPECTED = {
  zoneoutHidden: { ...ZONEOUT.zoneoutHidden, mask: 'expected' },
  zoneoutCell: { ...ZONEOUT.zoneoutCell, mask: 'expected' },
} satisfies Partial<RecurrentNoise>;

/** Ways to regularize a layer, each with words for it. */
export type Regularizers = readonly (readonly [words: string, Partial<RecurrentNoise>])[];

/** Regularizers of every layer. */
export const DROPPING: Regularizers = [
  ['nothing dropped', {}],
  ['h dropped, a mask a step', { recurrent: STEP }],
  ['h dropped, a mask a sequence', { recurrent: SEQUENCE }],
];
/** Regularizers of every layer except the deep transition. */
export const ZONING: Regularizers = [
  ['zoneout', ZONEOUT],
  ['zoneout of h alone', { zoneoutHidden: ZONEOUT.zoneoutHidden }],
  ['zoneout as expected', EXPECTED],
  ['zoneout and h dropped', { recurrent: SEQUENCE, ...ZONEOUT }],
];

/** The same noise in a window that begins `steps` later: masks of a sequence are drawn at its own first step. */
function later(noise: Partial<RecurrentNoise>, steps: number): Partial<RecurrentNoise> {
  return Object.fromEntries(
    Object.entries(noise).map(([place, at]) => [
      place,
      at?.mask === 'step' ? { ...at, step: at.step + steps } : at,
    ]),
  );
}

/** The tests; call inside a `describe` with the backend active. */
export function behavesAsRecurrentLayer(cell: Cell, regularizers: Regularizers): void {
  const cases = SHAPES.flatMap((shape) =>
    regularizers.map(([words, options]) => {
      const { steps, batch, inputs, units } = shape;
      const name = `T=${steps} B=${batch} I=${inputs} H=${units}, ${words}`;
      return [`${cell.name} ${name}`, shape, options] as const;
    }),
  );

  it.each(cases)('the gradients equal finite differences: %s', async (_, shape, options) => {
    const noise = factorsOf(options, shape);
    const weights = weightsFor(cell, shape, 18);
    await expectSameGradients(
      (tensors) => tf.addN(cell.run(tensors, options).map((part, i) => weightedSum(part, weights[i]))),
      (arrays) =>
        cell
          .inDoubles(arrays, noise)
          .reduce((sum, part, i) => sum + weightedSumInDoubles(part, weights[i]), 0),
      cell.inputsOf(shape, 17),
    );
  });

  it.each(cases)(
    'the values are the same whether or not gradients are recorded: %s',
    async (_, shape, options) => {
      const at = cell.inputsOf(shape, 19);
      const expected = cell.inDoubles(at, factorsOf(options, shape));
      const tensors = tensorsOf(at);
      const plain = cell.run(tensors, options);
      let recorded: tf.Tensor[] = [];
      tf.grad((x) => {
        recorded = cell.run({ ...tensors, x }, options).map((part) => tf.keep(part));
        return tf.sum(recorded[0]);
      })(tensors.x);
      for (const [output, ...state] of [plain, recorded]) {
        expect(output.shape).toEqual([shape.steps, shape.batch, shape.units]);
        for (const part of state) expect(part.shape).toEqual([shape.batch, shape.units]);
      }
      for (const [i, part] of expected.entries()) {
        expectClose(await readValues(plain[i]), part);
        expectClose(await readValues(recorded[i]), part);
      }
    },
  );

  it.each(regularizers)('the gradient through the state alone is right, %s', async (_, options) => {
    const noise = factorsOf(options, SHAPES[0]);
    const last = cell.state.length;
    const weights = weightsFor(cell, SHAPES[0], 24)[last];
    await expectSameGradients(
      (tensors) => weightedSum(cell.run(tensors, options)[last], weights),
      (arrays) => weightedSumInDoubles(cell.inDoubles(arrays, noise)[last], weights),
      cell.inputsOf(SHAPES[0], 23),
    );
  });

  it.each(regularizers)(
    'one window gives the same as two with the state carried across, %s',
    async (...[, o]) => {
      const shape = { steps: 6, batch: 2, inputs: 3, units: 4 };
      const at = cell.inputsOf(shape, 29);
      const [weights] = weightsFor(cell, shape, 30);
      const inOne = await tensorGradients((tensors) => weightedSum(cell.run(tensors, o)[0], weights), at);
      const inTwo = await tensorGradients((tensors) => {
        const [x1, x2] = tf.split(tensors.x, [4, 2]);
        const [first, ...state] = cell.run({ ...tensors, x: x1 }, o);
        const carried = Object.fromEntries(cell.state.map((name, i) => [name, state[i]]));
        const [second] = cell.run({ ...tensors, x: x2, ...carried }, later(o, 4));
        return weightedSum(tf.concat([first, second]), weights);
      }, at);
      expectClose([inTwo.value], [inOne.value]);
      for (const name of Object.keys(at)) expectClose(inTwo.gradients[name], inOne.gradients[name]);
    },
  );

  it('a layer with every rate at 0 is the plain layer, bit for bit', async () => {
    const idle = { ...STEP, rate: 0 };
    const off = { input: idle, recurrent: idle, zoneoutHidden: idle, zoneoutCell: idle };
    const at = cell.inputsOf(SHAPES[0], 31);
    const weights = weightsFor(cell, SHAPES[0], 32);
    const gradientsWith = (options: Partial<RecurrentNoise>) =>
      tensorGradients(
        (tensors) => tf.addN(cell.run(tensors, options).map((part, i) => weightedSum(part, weights[i]))),
        at,
      );
    expect(await gradientsWith(off)).toEqual(await gradientsWith({}));
  });

  it('mixed precision rounds the operands of the products, forward and backward', async () => {
    const at = cell.inputsOf(SHAPES[0], 35);
    const weights = weightsFor(cell, SHAPES[0], 36);
    const gradientsIn = (precision: Precision) =>
      tensorGradients(
        (tensors) =>
          tf.addN(cell.run(tensors, {}, precision).map((part, i) => weightedSum(part, weights[i]))),
        at,
      );
    const [whole, mixed] = [await gradientsIn('f32'), await gradientsIn('mixed')];
    expect(mixed.value).not.toBe(whole.value);
    for (const name of Object.keys(at)) {
      expect(mixed.gradients[name]).not.toEqual(whole.gradients[name]);
      expectClose(mixed.gradients[name], whole.gradients[name], 2 ** -4);
    }
  });

  it('a layer leaves no tensor', () => {
    const [, options] = regularizers[regularizers.length - 1];
    const tensors = tensorsOf(cell.inputsOf(SHAPES[0], 33));
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(cell.run({ ...tensors, x }, options)[0]));
    tf.dispose(gradient(tensors.x));
    const before = tf.memory().numTensors;
    tf.dispose([gradient(tensors.x), ...cell.run(tensors, options)]);
    expect(tf.memory().numTensors).toBe(before);
  });
}

function tensorsOf(arrays: Arrays): Inputs {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, tensorOf(array)]));
}

/** A weight of its own for every value of the output and of each part of the state. */
function weightsFor(cell: Cell, { steps, batch, units }: Shape, seed: number): (readonly number[])[] {
  const random = randomNumbers(seed);
  const sizes = [steps * batch * units, ...cell.state.map(() => batch * units)];
  return sizes.map((size) => randomArray(random, [size]).data);
}
