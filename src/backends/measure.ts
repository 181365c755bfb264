/** A quick measurement of what a backend can do, for `zlm doctor`. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName, BackendOptions } from './backend.js';
import { activateBackend } from './select.js';

// The softmax product of a small model, cut to a tenth of its width so that plain JavaScript manages it too.
const [ROWS, INNER, COLUMNS] = [400, 200, 1000];
const ROUNDS = 5;

/**
 * The median rate of one matrix product of 400 × 200 × 1000 in f32.
 *
 * Leaves the measured backend active.
 *
 * @throws UserError('backend') when the backend cannot run
 */
export async function measureBackend(
  name: BackendName,
  options: BackendOptions = {},
): Promise<{ gflops: number }> {
  await activateBackend(name, options);
  const [a, b] = [tf.ones([ROWS, INNER]), tf.ones([INNER, COLUMNS])] as [tf.Tensor2D, tf.Tensor2D];
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    // One value is read, so that nothing is left to be done; reading them all would time a copy.
    const corner = tf.tidy(() => tf.slice(tf.matMul(a, b), [0, 0], [1, 1]));
    await corner.data();
    corner.dispose();
    if (round > 0) seconds.push((performance.now() - start) / 1000); // the first round is a warm-up
  }
  tf.dispose([a, b]);
  seconds.sort((x, y) => x - y);
  return { gflops: (2 * ROWS * INNER * COLUMNS) / seconds[Math.floor(ROUNDS / 2)] / 1e9 };
}
