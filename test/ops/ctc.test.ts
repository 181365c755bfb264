/** Compares the CTC loss with PyTorch's numbers, which `golden/pytorch/make_ctc.py` made, and with all paths of small cases. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { ctcLoss, framesForLabels, type LabelledFrames } from '../../src/ops/ctc.js';
import { describeEachBackend } from '../backends/each-backend.js';
import { expectClose, type NdArray, randomArray, randomNumbers, readValues, tensorOf } from './arrays.js';
import { expectSameGradients, tensorGradients } from './finite-differences.js';

interface GoldenCase {
  readonly logits: NdArray;
  readonly frames: NdArray;
  readonly labels: NdArray;
  readonly labelCounts: NdArray;
  readonly weights: NdArray;
  readonly nll: readonly (number | 'Infinity')[];
  readonly gradient: NdArray;
}

const file = new URL('../golden/pytorch/ctc.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, GoldenCase> };

function utterancesOf({ frames, labels, labelCounts }: GoldenCase): LabelledFrames {
  const [a, b, c] = [frames, labels, labelCounts].map(({ data }) => Int32Array.from(data));
  return { frames: a, labels: b, labelCounts: c };
}

const loss = (logits: tf.Tensor, utterances: LabelledFrames) => ctcLoss(logits as tf.Tensor2D, utterances);

/** −log of the summed probability of every path whose labels are those wanted. */
function nllOfAllPaths({ shape, data }: NdArray, labels: readonly number[]): number {
  const [frames, classes] = shape;
  const blank = classes - 1;
  let probability = 0;
  for (let number = 0; number < classes ** frames; number++) {
    const path = Array.from({ length: frames }, (_, t) => Math.floor(number / classes ** t) % classes);
    const collapsed = path.filter((label, t) => label !== blank && label !== path[t - 1]);
    if (collapsed.join() !== labels.join()) continue;
    probability += path.reduce((product, label, t) => {
      const row = data.slice(t * classes, (t + 1) * classes);
      const sum = row.reduce((total, value) => total + Math.exp(value), 0);
      return (product * Math.exp(row[label])) / sum;
    }, 1);
  }
  return -Math.log(probability);
}

describeEachBackend('the CTC loss on %s', () => {
  describe.each(Object.keys(cases))('of %s', (name) => {
    const golden = cases[name];

    it('is that of PyTorch, and so is its gradient', async () => {
      const utterances = utterancesOf(golden);
      const finite = golden.nll.map((value) => value !== 'Infinity');
      const weights = golden.weights.data.map((weight, b) => (finite[b] ? weight : 1));
      const whole = await readValues(loss(tensorOf(golden.logits), utterances));
      for (const [b, expected] of golden.nll.entries()) {
        if (expected === 'Infinity') expect(whole[b]).toBe(Number.POSITIVE_INFINITY);
        else expectClose([whole[b]], [expected], 2e-5);
      }
      const { gradients } = await tensorGradients(
        ({ logits }) => tf.sum(tf.mul(loss(logits, utterances), tf.tensor1d(weights))),
        { logits: golden.logits },
      );
      expectClose(gradients.logits, golden.gradient.data, 1e-4, 1e-5);
    });
  });

  it.each([
    [[0, 1], 5],
    [[1, 1], 4],
    [[], 3],
    [[2], 1],
  ])('of labels %j over %d frames is the sum over all paths, with its slopes', async (labels, frames) => {
    const logits = randomArray(randomNumbers(frames), [frames, 4], 2);
    const utterances = {
      frames: Int32Array.of(frames),
      labels: Int32Array.from(labels),
      labelCounts: Int32Array.of(labels.length),
    };
    await expectSameGradients(
      (inputs) => tf.sum(loss(inputs.logits, utterances)),
      (arrays) => nllOfAllPaths(arrays.logits, labels),
      { logits },
    );
  });

  it('is the same whether gradients are recorded or not', async () => {
    const golden = cases['repeated labels'];
    const utterances = utterancesOf(golden);
    const { value } = await tensorGradients(({ logits }) => tf.sum(loss(logits, utterances)), {
      logits: golden.logits,
    });
    expectClose([value], await readValues(tf.sum(loss(tensorOf(golden.logits), utterances))));
  });
});

it.each([
  [[], 0],
  [[4], 1],
  [[4, 4], 3],
  [[1, 2, 1], 3],
  [[1, 1, 1, 2, 2], 8],
])('labels %j need %d frames: one each, and a blank between equal ones', (labels, frames) => {
  expect(framesForLabels(Int32Array.from(labels))).toBe(frames);
});
