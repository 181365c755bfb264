/**
 * Runs recurrent layers on the CUDA backend, with the driver that is named. Prints a hash of all results: the emulated driver
 * reads from the environment in which order threads run, and whether memory is guarded.
 */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import type { CudaBackend } from '../../../src/backends/cuda/cuda-backend.js';
import { activateBackend } from '../../../src/backends/select.js';
import { scatteredValues } from '../../../src/benchmark/trial.js';
import { type GruParameters, gru } from '../../../src/ops/gru.js';
import { type LstmParameters, lstm } from '../../../src/ops/lstm.js';
import type { RecurrentNoise } from '../../../src/ops/noise.js';
import type { Precision } from '../../../src/ops/op.js';
import type { RecurrentOptions } from '../../../src/ops/recurrent.js';
import { type TanhRnnParameters, tanhRnn } from '../../../src/ops/tanh-rnn.js';
import { withNoise } from '../../ops/noise.js';
import { ALL_REGULARIZERS, LSTM_REGULARIZERS, REGULARIZERS } from '../native/regularizers.js';

const [cudaDriver] = process.argv.slice(2);
await activateBackend('cuda', { cudaDriver });
const { device } = tf.backend() as CudaBackend;
const hash = createHash('sha256');

/** Runs a layer. Hashes its last output, and the gradients of everything that goes into it. */
function record(
  gates: number,
  [steps, batch, units]: readonly [number, number, number],
  run: (x: tf.Tensor3D, h: tf.Tensor2D, c: tf.Tensor2D, parameters: object) => tf.Tensor,
): void {
  const inputs = 5;
  const shapes = [
    [steps, batch, inputs],
    [batch, units],
    [batch, units],
    [inputs, gates * units],
    [units, gates * units],
    [gates * units],
    [units],
  ];
  tf.tidy(() => {
    const at = shapes.map((shape) => tf.tensor(scatteredValues(tf.util.sizeFromShape(shape)), shape));
    const layer = (...[x, h, c, inputWeight, recurrentWeight, bias, candidateBias]: tf.Tensor[]) =>
      run(x as tf.Tensor3D, h as tf.Tensor2D, c as tf.Tensor2D, {
        inputWeight,
        recurrentWeight,
        bias,
        candidateBias,
      });
    const output = layer(...at);
    const upstream = tf.tensor(scatteredValues(output.size), output.shape);
    // Layers without a cell or a second bias do not depend on these.
    const all = (...tensors: tf.Tensor[]) =>
      tf.add(layer(...tensors), tf.sum(tf.add(tf.sum(tensors[2]), tf.sum(tensors[6]))));
    for (const tensor of [output, ...tf.grads(all)(at, upstream)]) {
      hash.update(new Uint8Array(tensor.dataSync().slice().buffer));
    }
  });
}

function recordAll(precision: Precision): void {
  const options = (noise: Partial<RecurrentNoise>): RecurrentOptions => withNoise(noise, precision);
  const lstmWith = (noise: Partial<RecurrentNoise>, shape: readonly [number, number, number]) =>
    record(
      4,
      shape,
      (x, h, c, parameters) => lstm(x, { h, c }, parameters as LstmParameters, options(noise)).output,
    );
  lstmWith(REGULARIZERS[5], [3, 9, 29]);
  lstmWith(ALL_REGULARIZERS, [2, 9, 29]);
  lstmWith(LSTM_REGULARIZERS[6], [2, 33, 53]);
  record(
    3,
    [3, 9, 29],
    (x, h, _c, parameters) => gru(x, h, parameters as GruParameters, options(REGULARIZERS[5])).output,
  );
  record(
    1,
    [3, 9, 29],
    (x, h, _c, parameters) => tanhRnn(x, h, parameters as TanhRnnParameters, options(REGULARIZERS[5])).output,
  );
}

recordAll('f32');
recordAll('tf32');
recordAll('mixed');
device.recurrentPlan = { launches: 'each step', reason: 'a test wants it' };
recordAll('mixed');
console.log(hash.digest('hex'));
