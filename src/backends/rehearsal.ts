/** Runs a computation on a backend of tfjs that only counts memory, in one turn of the event loop. */
import * as tf from '@tensorflow/tfjs';
import type { Rehearsed } from './backend.js';

/**
 * Makes a backend the active one while a computation runs.
 *
 * @param name    of the backend, under which its kernels are registered
 * @param backend new; it is of no use afterwards
 * @param make    makes a tensor of a shape on it
 */
export function rehearseOn(
  name: string,
  backend: tf.KernelBackend,
  make: (shape: readonly number[]) => tf.TensorInfo,
  computation: Rehearsed,
): void {
  const active = tf.getBackend();
  tf.registerBackend(name, () => backend);
  // This and what restores it take effect at once: tfjs waits only for backends that are made asynchronously.
  void tf.setBackend(name);
  try {
    computation((shape) => tf.engine().makeTensorFromTensorInfo(make(shape), backend));
  } finally {
    if (active) void tf.setBackend(active);
    tf.removeBackend(name);
  }
}
