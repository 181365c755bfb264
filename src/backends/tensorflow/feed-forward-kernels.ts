/** The kernels of dropout and of the softmax with its loss. Contracts: ops/noise.ts, ops/softmax-cross-entropy.ts. */
import type { Noise } from '../../ops/noise.js';
import { STREAM } from '../../ops/philox.js';
import type { SoftmaxAttributes } from '../../ops/softmax-cross-entropy.js';
import type { BackendKernel, Tensors } from '../kernel-registry.js';
import { Operations, type Tensor } from './operations.js';
import type { TensorflowBackend } from './tensorflow-backend.js';

/** Rows whose logits are in memory at once when nothing is saved for a backward pass. */
const CHUNK_ROWS = 256;

/** Computes y = x ⊙ mask; it is its own gradient. The words are those of ops/philox.ts, drawn by TensorFlow. */
export const dropout: BackendKernel<Noise, TensorflowBackend> = ({ x }, noise, backend) =>
  Operations.run(backend, (operations) => {
    const { rate, seed, site, step } = noise;
    const [steps, batch, units] = x.shape;
    const drawn = noise.mask === 'sequence' ? 1 : steps;
    const counters = Array.from({ length: drawn }, (_, t) => [0, step + t, site, 0]);
    const words = operations.philox([seed, STREAM.dropout], counters, batch * units);
    const masks = operations.whereBelow(operations.stack(words), thresholdOf(noise), 0, 1 / (1 - rate));
    const mask = operations.reshape(masks, [drawn, batch, units]);
    return [operations.mul(operations.of(x), mask)];
  });

/** Returns the least word that keeps a unit. */
function thresholdOf({ rate }: Noise): number {
  return Math.ceil(rate * 2 ** 32);
}

/** Returns whether the threshold is a word: a rate that is less than 2⁻³² below 1 drops every unit. */
export function hasThreshold(noise: Noise): boolean {
  return thresholdOf(noise) < 2 ** 32;
}

type SoftmaxKernel = BackendKernel<SoftmaxAttributes, TensorflowBackend>;

/** Computes the loss, and the gradient of the logits for an upstream gradient of one, to be saved. */
export const softmaxCrossEntropy: SoftmaxKernel = (inputs, { tied, saveForBackward }, backend) =>
  Operations.run(backend, (operations) => {
    const [rows, width] = inputs.hidden.shape;
    const loss = (hidden: Tensor, targets: Tensor) =>
      operations.softmaxCrossEntropy(logitsOf(operations, hidden, inputs, tied), targets);
    const [hidden, targets] = [operations.of(inputs.hidden), operations.of(inputs.targets)];
    if (saveForBackward) return loss(hidden, targets);
    const losses: Tensor[] = [];
    for (let start = 0; start < rows; start += CHUNK_ROWS) {
      const count = Math.min(CHUNK_ROWS, rows - start);
      const part = operations.slice(hidden, [start, 0], [count, width]);
      const [nll, gradient] = loss(part, operations.slice(targets, [start], [count]));
      operations.free(gradient);
      losses.push(nll);
    }
    return [losses.length === 1 ? losses[0] : operations.concat(losses, 0)];
  });

function logitsOf(operations: Operations, hidden: Tensor, { weight, bias }: Tensors, tied: boolean): Tensor {
  const product = operations.product(hidden, operations.of(weight), false, tied);
  const logits = operations.addBias(product, operations.of(bias));
  operations.free(product);
  return logits;
}

/**
 * Computes the gradients from the saved one of the logits, G: those of the rows are scaled where they are small, before and after
 * the products, and not in G, which is the largest tensor of a model.
 */
export const softmaxCrossEntropyGradient: SoftmaxKernel = (inputs, { tied }, backend) =>
  Operations.run(backend, (operations) => {
    const of = (name: string) => operations.of(inputs[name]);
    const [rows] = inputs.hidden.shape;
    const gradient = of('saved0');
    const perRow = operations.reshape(of('upstream'), [rows, 1]);
    const hidden = operations.mul(of('hidden'), perRow);
    const bias = operations.product(perRow, gradient, true);
    return [
      operations.mul(operations.product(gradient, of('weight'), false, !tied), perRow),
      tied ? operations.product(gradient, hidden, true) : operations.product(hidden, gradient, true),
      operations.reshape(bias, inputs.bias.shape),
    ];
  });
