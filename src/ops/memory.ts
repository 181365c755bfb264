/** tfjs's memory scopes for values of any type: tfjs's own types accept only plain containers, not interfaces. */
import * as tf from '@tensorflow/tfjs';

/** Runs `f` and frees every tensor it made that is not in its result. */
export function tidy<T>(f: () => T): T {
  return tf.tidy(f as () => tf.TensorContainer) as T;
}

/** Runs `f`, and frees the tensors in a value if it throws. */
export function orDispose<T>(value: unknown, f: () => T): T {
  try {
    return f();
  } catch (error) {
    dispose(value);
    throw error;
  }
}

/** Frees every tensor in a value. */
export function dispose(value: unknown): void {
  tf.dispose(value as tf.TensorContainer);
}
