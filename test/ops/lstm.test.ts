import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { type DropoutMask, dropoutMask } from '../../src/ops/dropout.js';
import type { Inputs } from '../../src/ops/kernel.js';
import { type LstmParameters, type LstmState, lstm } from '../../src/ops/lstm.js';
import { philoxWords, STREAM } from '../../src/ops/philox.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { type Arrays, expectClose, randomArray, randomNumbers, tensorOf, valuesOf } from './arrays.js';
import {
  expectSameGradients,
  tensorGradients,
  weightedSum,
  weightedSumInDoubles,
} from './finite-differences.js';
import { lstmInDoubles, type RecurrentFactor } from './in-doubles.js';

interface Shape {
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
}

const SHAPES: Shape[] = [
  { steps: 5, batch: 3, inputs: 4, units: 3 },
  { steps: 1, batch: 3, inputs: 2, units: 2 },
  { steps: 1, batch: 1, inputs: 1, units: 1 },
  { steps: 4, batch: 1, inputs: 1, units: 5 },
  { steps: 2, batch: 7, inputs: 3, units: 1 },
];
const MASKS: (DropoutMask | null)[] = [
  null,
  { rate: 0.5, lifetime: 'step', seed: 3, site: 1, step: 10 },
  { rate: 0.5, lifetime: 'sequence', seed: 3, site: 1, step: 10 },
];

function randomInputs({ steps, batch, inputs, units }: Shape, seed: number): Arrays {
  const random = randomNumbers(seed);
  return {
    x: randomArray(random, [steps, batch, inputs]),
    h0: randomArray(random, [batch, units]),
    c0: randomArray(random, [batch, units]),
    inputWeight: randomArray(random, [inputs, 4 * units]),
    recurrentWeight: randomArray(random, [units, 4 * units]),
    bias: randomArray(random, [4 * units]),
  };
}

function runLstm({ x, h0, c0, ...parameters }: Inputs, mask: DropoutMask | null = null) {
  const state = { h: h0, c: c0 } as unknown as LstmState;
  return lstm(x as tf.Tensor3D, state, parameters as unknown as LstmParameters, mask);
}

function factorOf(mask: DropoutMask | null, units: number): RecurrentFactor {
  if (!mask) return () => 1;
  const { seed, site, step, rate, lifetime } = mask;
  return (t, b, u) => {
    const address = { seed, stream: STREAM.dropout, site, step: lifetime === 'step' ? step + t : step };
    const index = b * units + u;
    return philoxWords(address, index + 1)[index] < rate * 2 ** 32 ? 0 : 1 / (1 - rate);
  };
}

const CASES = SHAPES.flatMap((shape) => MASKS.map((mask) => [nameOf(shape, mask), shape, mask] as const));

function nameOf({ steps, batch, inputs, units }: Shape, mask: DropoutMask | null): string {
  const dropping = mask ? `h dropped, a mask a ${mask.lifetime}` : 'nothing dropped';
  return `T=${steps} B=${batch} I=${inputs} H=${units}, ${dropping}`;
}

describeEachBackend('lstm on %s', () => {
  it.each(CASES)('has the gradients of finite differences: %s', (_, shape, mask) => {
    const at = randomInputs(shape, 17);
    const random = randomNumbers(18);
    const stateSize = shape.batch * shape.units;
    const onOutput = randomArray(random, [shape.steps * stateSize]).data;
    const [onH, onC] = [randomArray(random, [stateSize]).data, randomArray(random, [stateSize]).data];
    expectSameGradients(
      (tensors) => {
        const { output, state } = runLstm(tensors, mask);
        return tf.addN([weightedSum(output, onOutput), weightedSum(state.h, onH), weightedSum(state.c, onC)]);
      },
      (arrays) => {
        const { output, h, c } = lstmInDoubles(arrays, factorOf(mask, shape.units));
        return (
          weightedSumInDoubles(output, onOutput) + weightedSumInDoubles(h, onH) + weightedSumInDoubles(c, onC)
        );
      },
      at,
    );
  });

  it.each(CASES)('gives the same values whether or not gradients are recorded: %s', (_, shape, mask) => {
    const at = randomInputs(shape, 19);
    const expected = lstmInDoubles(at, factorOf(mask, shape.units));
    const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
    const plain = runLstm(tensors, mask);
    let recorded: typeof plain | undefined;
    tf.grad((x) => {
      recorded = runLstm({ ...tensors, x }, mask);
      for (const tensor of [recorded.output, recorded.state.h, recorded.state.c]) tf.keep(tensor);
      return tf.sum(recorded.output);
    })(tensors.x);
    for (const result of [plain, recorded as unknown as typeof plain]) {
      expect(result.output.shape).toEqual([shape.steps, shape.batch, shape.units]);
      expectClose(valuesOf(result.output), expected.output);
      expectClose(valuesOf(result.state.h), expected.h);
      expectClose(valuesOf(result.state.c), expected.c);
    }
  });

  it('gets its gradient through the state alone when only the state is used', () => {
    const at = randomInputs(SHAPES[0], 23);
    const onC = randomArray(randomNumbers(24), [9]).data;
    expectSameGradients(
      (tensors) => weightedSum(runLstm(tensors).state.c, onC),
      (arrays) => weightedSumInDoubles(lstmInDoubles(arrays).c, onC),
      at,
    );
  });

  it('is the same over one window as over two with the state and its gradient carried across', () => {
    const at = randomInputs({ steps: 6, batch: 2, inputs: 3, units: 4 }, 29);
    const mask = MASKS[1] as DropoutMask;
    const weights = randomArray(randomNumbers(30), [48]).data;
    const inOne = tensorGradients((tensors) => weightedSum(runLstm(tensors, mask).output, weights), at);
    const inTwo = tensorGradients((tensors) => {
      const [x1, x2] = tf.split(tensors.x, [4, 2]);
      const first = runLstm({ ...tensors, x: x1 }, mask);
      const { h, c } = first.state;
      const second = runLstm({ ...tensors, x: x2, h0: h, c0: c }, { ...mask, step: mask.step + 4 });
      return weightedSum(tf.concat([first.output, second.output]), weights);
    }, at);
    expectClose([inTwo.value], [inOne.value]);
    for (const name of Object.keys(at)) expectClose(inTwo.gradients[name], inOne.gradients[name]);
  });

  it.each(['step', 'sequence'] as const)(
    'drops h(t−1) by the mask that dropoutMask gives, mask a %s',
    (lifetime) => {
      const at = randomInputs({ steps: 4, batch: 3, inputs: 2, units: 5 }, 31);
      const mask = { ...(MASKS[1] as DropoutMask), lifetime };
      const weights = randomArray(randomNumbers(32), [60]).data;
      const inOp = tensorGradients((tensors) => weightedSum(runLstm(tensors, mask).output, weights), at);
      const byHand = tensorGradients((tensors) => {
        const factors = tf.unstack(tf.broadcastTo(dropoutMask([4, 3, 5], mask), [4, 3, 5]));
        let [h, c]: tf.Tensor[] = [tensors.h0, tensors.c0];
        const outputs = tf.split(tensors.x, 4).map((x, t) => {
          const result = runLstm({ ...tensors, x, h0: tf.mul(h, factors[t]), c0: c });
          ({ h, c } = result.state);
          return result.output;
        });
        return weightedSum(tf.concat(outputs), weights);
      }, at);
      expectClose([inOp.value], [byHand.value]);
      for (const name of Object.keys(at)) expectClose(inOp.gradients[name], byHand.gradients[name]);
    },
  );
});
