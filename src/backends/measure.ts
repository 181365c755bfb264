/** A quick measurement of a backend's speed, for `zlm doctor`. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName, BackendOptions } from './backend.js';
import { activateBackend } from './select.js';

// The softmax product of the small model at a tenth of its width, so that plain JavaScript finishes it soon.
const [ROWS, INNER, COLUMNS] = [400, 200, 1000];
const ROUNDS = 5;

/**
 * Measures the median rate of one float32 matrix product of 400 × 200 × 1000. Leaves the measured backend active.
 *
 * @throws UserError('backend') when the backend cannot run
 */
export async function measureBackend(
  name: BackendName,
  options: BackendOptions = {},
): Promise<{ gflops: number }> {
  await activateBackend(name, options);
  const a = tf.ones<tf.Rank.R2>([ROWS, INNER]);
  const b = tf.ones<tf.Rank.R2>([INNER, COLUMNS]);
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    // Reading one value waits for the product; reading them all would time a copy.
    const corner = tf.tidy(() => tf.slice(tf.matMul(a, b), [0, 0], [1, 1]));
    await corner.data();
    corner.dispose();
    if (round > 0) seconds.push((performance.now() - start) / 1000); // the first round is a warm-up
  }
  tf.dispose([a, b]);
  seconds.sort((x, y) => x - y);
  return { gflops: (2 * ROWS * INNER * COLUMNS) / seconds[Math.floor(ROUNDS / 2)] / 1e9 };
}
