/** A quick measurement of a backend's speed, for `zlm doctor`. */
import * as tf from '@tensorflow/tfjs';
import { lstm } from '../ops/lstm.js';
import { dispose, tidy } from '../ops/memory.js';
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
  const seconds = await medianSeconds(async () => {
    // Reading one value waits for the product; reading them all would time a copy.
    const corner = tf.tidy(() => tf.slice(tf.matMul(a, b), [0, 0], [1, 1]));
    await corner.data();
    corner.dispose();
  });
  tf.dispose([a, b]);
  return { gflops: (2 * ROWS * INNER * COLUMNS) / seconds / 1e9 };
}

// A window of the small model.
const [STEPS, BATCH, UNITS] = [35, 20, 200];

/** Measures the median rate of forward steps of an LSTM layer of 200 units, batch 20, on the active backend. */
export async function measureLstmSteps(): Promise<number> {
  const x = tf.zeros<tf.Rank.R3>([STEPS, BATCH, UNITS]);
  const state = { h: tf.zeros<tf.Rank.R2>([BATCH, UNITS]), c: tf.zeros<tf.Rank.R2>([BATCH, UNITS]) };
  const parameters = {
    inputWeight: tf.zeros<tf.Rank.R2>([UNITS, 4 * UNITS]),
    recurrentWeight: tf.zeros<tf.Rank.R2>([UNITS, 4 * UNITS]),
    bias: tf.zeros<tf.Rank.R1>([4 * UNITS]),
  };
  const seconds = await medianSeconds(async () => {
    const { h } = tidy(() => ({ h: lstm(x, state, parameters).state.h }));
    await h.data();
    h.dispose();
  });
  dispose([x, state, parameters]);
  return STEPS / seconds;
}

/** Runs work several times, once more at first to warm up, and returns the median of its seconds. */
async function medianSeconds(work: () => Promise<void>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    await work();
    if (round > 0) seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((x, y) => x - y);
  return seconds[Math.floor(ROUNDS / 2)];
}
