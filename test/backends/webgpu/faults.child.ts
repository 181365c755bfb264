/**
 * Provokes one fault of a device in a process of its own, and prints what reads before and after it give:
 * `faults.child.ts none|validation|lost`. The process must end by itself.
 */
import * as tf from '@tensorflow/tfjs';
import { activateBackend } from '../../../src/backends/select.js';
import type { WebgpuBackend } from '../../../src/backends/webgpu/webgpu-backend.js';

const [fault] = process.argv.slice(2);
await activateBackend('webgpu');
const backend = tf.backend() as WebgpuBackend;

/** Returns the first value, or the error. */
async function read(tensor: tf.Tensor): Promise<number | string> {
  try {
    return (await tensor.data())[0];
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

const ones = tf.fill([2000], 1);
const before = await read(tf.add(ones, ones));
if (fault === 'validation') {
  const buffers = { x: backend.buffer(ones), y: backend.allocate([2000]).buffer };
  const noise = { mask: 1, lastBelow: 0, scale: 1, rate: 0, perGate: 0, seed: 0, site: 0, step: 0 };
  const tooMany = backend.opened.limits.maxComputeWorkgroupsPerDimension + 1;
  backend.run('dropout', buffers, { noise, perStep: 2000, steps: 1 }, [tooMany]);
}
if (fault === 'lost') backend.device.destroy();
const after = await read(tf.add(ones, ones));
const later = await read(ones);
console.log(JSON.stringify({ before, after, later }));
