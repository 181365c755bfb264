/** TensorFlow through the package `@tensorflow/tfjs-node`: eager operations, one call for each. */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';

const PACKAGE = '@tensorflow/tfjs-node';

/** An attribute of an operation: its name, the binding's number of its type, its value. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A scalar of int64, which tfjs has no tensors of. */
export type Int64Scalar = object;

/** The part of tfjs-node's backend that is used here. */
export interface TensorflowBackend {
  readonly binding: {
    readonly TF_Version: string;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_SHAPE: number;
  };
  /** Runs one operation, to its end. */
  executeMultipleOutputs(
    operation: string,
    attributes: readonly Attribute[],
    inputs: readonly (tf.Tensor | Int64Scalar)[],
    outputs: number,
  ): tf.Tensor[];
}

/** The package, loaded. */
export interface Tensorflow {
  readonly backend: TensorflowBackend;
  readonly int64: (value: number) => Int64Scalar;
  /** Version of TensorFlow's library. */
  readonly version: string;
  /** Version of the npm package. */
  readonly packageVersion: string;
}

/**
 * Loads tfjs-node and makes it the active backend. All copies of tfjs in a process share one engine, so that the
 * backend which the package registers with its own copy serves tensors of zlm's copy too.
 *
 * @param folder  the folder of the `node_modules` with the package
 * @param threads of TensorFlow, which reads their number once, as it starts
 * @throws Error when the package is missing or its binding does not load
 */
export function loadTensorflow(folder: string, threads: number): Tensorflow {
  const require = createRequire(join(resolve(folder), 'package.json'));
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS = String(threads);
  // Silences its remarks about the processor.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  // Otherwise tfjs warns of every kernel that a second copy registers again.
  tf.enableProdMode();
  require(PACKAGE);
  const { Int64Scalar } = require(`${PACKAGE}/dist/int64_tensors`);
  const backend = tf.backend() as unknown as TensorflowBackend;
  return {
    backend,
    int64: (value) => new Int64Scalar(value),
    version: backend.binding.TF_Version,
    packageVersion: require(`${PACKAGE}/package.json`).version,
  };
}
