/** Every backend gives what plain JavaScript gives, at sizes beyond the reach of finite differences. */
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { BACKEND_NAMES, type BackendName } from '../../src/backends/backend.js';
import { activateBackend } from '../../src/backends/select.js';
import { type DropoutMask, dropout } from '../../src/ops/dropout.js';
import { embedding } from '../../src/ops/embedding.js';
import { globalNorm } from '../../src/ops/global-norm.js';
import type { Inputs } from '../../src/ops/kernel.js';
import { type LstmParameters, type LstmState, lstm } from '../../src/ops/lstm.js';
import { softmaxCrossEntropy } from '../../src/ops/softmax-cross-entropy.js';
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

const MASK: DropoutMask = { rate: 0.35, lifetime: 'step', seed: 1, site: 1, step: 9 };
const random = randomNumbers(1);

interface Case {
  readonly name: string;
  readonly at: Arrays;
  readonly run: (tensors: Inputs) => tf.Tensor[];
}

function embeddingCase(rows: number, width: number, steps: number, batch: number): Case {
  const ids = randomIds(random, steps * batch, rows);
  return {
    name: `embedding V=${rows} E=${width} T=${steps} B=${batch}`,
    at: { table: randomArray(random, [rows, width]) },
    run: ({ table }) => [embedding(table as tf.Tensor2D, tf.tensor2d(ids, [steps, batch], 'int32'))],
  };
}

function dropoutCase(steps: number, batch: number, units: number): Case {
  return {
    name: `dropout T=${steps} B=${batch} U=${units}`,
    at: { x: randomArray(random, [steps, batch, units]) },
    run: ({ x }) => [dropout(x as tf.Tensor3D, MASK)],
  };
}

function lstmCase(
  steps: number,
  batch: number,
  inputs: number,
  units: number,
  mask: DropoutMask | null,
): Case {
  return {
    name: `lstm T=${steps} B=${batch} I=${inputs} H=${units}${mask ? ', recurrent dropout' : ''}`,
    at: {
      x: randomArray(random, [steps, batch, inputs]),
      h0: randomArray(random, [batch, units]),
      c0: randomArray(random, [batch, units]),
      inputWeight: randomArray(random, [inputs, 4 * units], 0.3),
      recurrentWeight: randomArray(random, [units, 4 * units], 0.3),
      bias: randomArray(random, [4 * units]),
    },
    run: ({ x, h0, c0, ...parameters }) => {
      const state = { h: h0, c: c0 } as unknown as LstmState;
      const result = lstm(x as tf.Tensor3D, state, parameters as unknown as LstmParameters, mask);
      return [result.output, result.state.h, result.state.c];
    },
  };
}

function softmaxCase(rows: number, units: number, classes: number, tied: boolean): Case {
  const targets = randomIds(random, rows, classes);
  return {
    name: `softmaxCrossEntropy N=${rows} H=${units} V=${classes}${tied ? ', tied' : ''}`,
    at: {
      hidden: randomArray(random, [rows, units]),
      weight: randomArray(random, tied ? [classes, units] : [units, classes]),
      bias: randomArray(random, [classes]),
    },
    run: ({ hidden, weight, bias }) => {
      const ids = tf.tensor1d(targets, 'int32');
      return [
        softmaxCrossEntropy(hidden as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D, ids, tied),
      ];
    },
  };
}

const CASES: Case[] = [
  embeddingCase(1, 1, 1, 1),
  embeddingCase(101, 17, 13, 7),
  embeddingCase(5, 31, 1, 29),
  dropoutCase(1, 1, 1),
  dropoutCase(13, 7, 31),
  lstmCase(1, 1, 1, 1, null),
  lstmCase(1, 19, 23, 29, null),
  lstmCase(17, 1, 31, 13, null),
  lstmCase(11, 5, 1, 37, MASK),
  lstmCase(35, 20, 32, 32, MASK),
  softmaxCase(1, 1, 2, false),
  softmaxCase(37, 1, 41, false),
  softmaxCase(257, 19, 101, false),
  softmaxCase(700, 17, 53, true),
];

/** The op's outputs, and the gradients of a sum of them in which every value has a weight of its own. */
async function resultsOn(backend: BackendName, { run, at }: Case) {
  await activateBackend(backend);
  const tensors = Object.fromEntries(Object.entries(at).map(([name, array]) => [name, tensorOf(array)]));
  const outputs = run(tensors).map(valuesOf);
  const weight = randomNumbers(2);
  const weights = outputs.map(({ length }) => randomArray(weight, [length]).data);
  const { gradients } = tensorGradients(
    (inputs) => tf.addN(run(inputs).map((output, i) => weightedSum(output, weights[i]))),
    at,
  );
  return { outputs, gradients };
}

describe.each(BACKEND_NAMES.filter((name) => name !== 'cpu'))('%s agrees with cpu', (backend) => {
  it.each(CASES.map((testCase) => [testCase.name, testCase] as const))('%s', async (_, testCase) => {
    const expected = await resultsOn('cpu', testCase);
    const actual = await resultsOn(backend, testCase);
    expected.outputs.forEach((output, i) => {
      expectClose(actual.outputs[i], output);
    });
    for (const name of Object.keys(testCase.at)) {
      expectClose(actual.gradients[name], expected.gradients[name]);
    }
  });

  it('globalNorm of thousands of values', async () => {
    const arrays = [[4001], [61, 67]].map((shape) => randomArray(random, shape));
    const norms: number[][] = [];
    for (const name of ['cpu', backend] as const) {
      await activateBackend(name);
      norms.push(valuesOf(globalNorm({ a: tensorOf(arrays[0]), b: tensorOf(arrays[1]) })));
    }
    expectClose(norms[1], norms[0]);
  });
});
