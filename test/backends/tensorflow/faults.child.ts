/**
 * Prints what the backend says of itself, for tests that need a process of their own: `faults.child.ts FOLDER [without-util]`.
 * With the second argument Node lacks the functions that Node 23 removed, and a sum is computed, too.
 */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { activateBackend, probeBackends } from '../../../src/backends/select.js';

const [tensorflow, without] = process.argv.slice(2);
const options = { tensorflow, threads: 1 };
if (without !== undefined) {
  const util = createRequire(import.meta.url)('node:util');
  delete util.isNullOrUndefined;
  delete util.isArray;
}
const probe = (await probeBackends(options)).find(({ name }) => name === 'tensorflow');
let sum: number | null = null;
if (without !== undefined) {
  await activateBackend('tensorflow', options);
  sum = tf.sum(tf.concat([tf.tensor1d([1, 2]), tf.topk(tf.tensor1d([5, 4]), 1).values])).dataSync()[0];
}
console.log(JSON.stringify({ probe, sum }));
