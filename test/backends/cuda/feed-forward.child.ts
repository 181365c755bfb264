/**
 * Runs the kernels around the recurrent layers on the CUDA backend, with the driver that is named. Prints a hash of all results:
 * the emulated driver reads from the environment in which order threads run, and whether memory is guarded.
 */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { TILES } from '../../../src/backends/cuda/product-plan.js';
import { activateBackend } from '../../../src/backends/select.js';
import { scatteredValues } from '../../../src/benchmark/trial.js';
import { embedding } from '../../../src/ops/embedding.js';
import type { Precision } from '../../../src/ops/op.js';
import { matrixProduct } from '../../../src/ops/products.js';
import { logits, softmaxCrossEntropy } from '../../../src/ops/softmax-cross-entropy.js';

const [cudaDriver] = process.argv.slice(2);
await activateBackend('cuda', { cudaDriver });
const { device } = tf.backend() as CudaBackend;
const hash = createHash('sha256');

function matrix(rows: number, columns: number): tf.Tensor2D {
  return tf.tensor2d(scatteredValues(rows * columns), [rows, columns]);
}

/** Hashes the values of a function and its gradients. */
function record(f: (...tensors: tf.Tensor[]) => tf.Tensor, ...at: tf.Tensor[]): void {
  const value = f(...at);
  const upstream = tf.tensor(scatteredValues(value.size), value.shape);
  for (const tensor of [value, ...tf.grads(f)(at, upstream)])
    hash.update(new Uint8Array(tensor.dataSync().slice().buffer));
}

const ARITHMETIC = { f32: 'float32', tf32: 'tf32', mixed: 'bfloat16' } as const;

for (const precision of ['f32', 'tf32', 'mixed'] as const satisfies readonly Precision[]) {
  const multiply = (a: tf.Tensor, b: tf.Tensor) =>
    matrixProduct(a as tf.Tensor2D, b as tf.Tensor2D, precision);
  for (const tile of TILES[ARITHMETIC[precision]]) {
    for (const parts of [1, 3]) {
      device.productPlan = { tile, parts };
      record(multiply, matrix(35, 150), matrix(150, 69));
      record(multiply, matrix(130, 49), matrix(49, 132));
    }
  }
  device.productPlan = null;
  const targets = tf.tensor1d([3, 76, 0, 9, 9], 'int32');
  const usual = device.logitsBytes;
  for (const logitsBytes of [usual, 2 * 4 * 77]) {
    for (const tied of [false, true]) {
      device.logitsBytes = logitsBytes;
      const loss = (h: tf.Tensor, w: tf.Tensor, b: tf.Tensor) =>
        softmaxCrossEntropy(h as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, targets, tied, precision);
      record(loss, matrix(5, 18), tied ? matrix(77, 18) : matrix(18, 77), matrix(1, 77).reshape([77]));
    }
  }
  device.logitsBytes = usual;
}
const ids = tf.tensor2d(
  Array.from({ length: 300 }, (_, i) => (i * i) % 7),
  [20, 15],
  'int32',
);
record((table) => embedding(table as tf.Tensor2D, ids), matrix(9, 19));
hash.update(
  new Uint8Array(
    logits(matrix(3, 7), matrix(7, 65), tf.ones([65]), false)
      .dataSync()
      .slice().buffer,
  ),
);
console.log(hash.digest('hex'));
