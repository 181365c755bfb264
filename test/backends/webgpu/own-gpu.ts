/** For tests of the WebGPU kernels: groups of tests on the backend, and arrays in its memory. */
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe } from 'vitest';
import type { WebgpuBackend } from '../../../src/backends/webgpu/webgpu-backend.js';
import { readValues } from '../../ops/arrays.js';
import { activate, whyNot } from '../each-backend.js';

/** A group of tests with the backend active; skipped, with the reason in the title, where there is no adapter. */
export function describeOnWebgpu(what: string, tests: () => void): void {
  const obstacle = whyNot('webgpu');
  describe.skipIf(obstacle)([`${what} on webgpu`, obstacle].filter(Boolean).join(', '), () => {
    beforeAll(() => activate('webgpu'));
    tests();
  });
}

/** The active backend. */
export function webgpu(): WebgpuBackend {
  return tf.backend() as WebgpuBackend;
}

/**
 * Runs dispatches that read some arrays and change another one.
 *
 * @returns the values of the array that is changed, afterwards
 */
export async function change(
  read: readonly Float32Array[],
  changed: Float32Array,
  run: (buffers: readonly GPUBuffer[], changed: GPUBuffer) => void,
): Promise<number[]> {
  const tensors = [...read, changed].map((values) => tf.tensor1d(values));
  webgpu().runKernel(() => {
    const buffers = tensors.map((tensor) => webgpu().buffer(tensor));
    run(buffers.slice(0, -1), buffers[read.length]);
  });
  const values = await readValues(tensors[read.length]);
  tf.dispose(tensors);
  return values;
}

/** Runs a function. @returns how many dispatches of own kernels it recorded, by kernel */
export function countDispatches(run: () => void): Record<string, number> {
  const { dispatches } = webgpu().launcher;
  const before = new Map(dispatches);
  run();
  return Object.fromEntries(
    [...dispatches]
      .map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
