/** Loads TensorFlow: tfjs-node's binding, its tfjs backend, and its kernels. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs';
import type { Installation } from './installation.js';

/** An attribute of an operation: its name, the binding's number of its type, its value. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A tensor that the binding returns. */
export interface OutputTensor {
  /** The binding's number of it. */
  readonly id: number;
  readonly shape: number[];
  /** TensorFlow's number of its type. */
  readonly dtype: number;
}

/** The functions and numbers of the binding that are used here. */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_INT64: number;
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  /** Runs one operation, to its end. */
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): OutputTensor[];
}

/** The part of tfjs-node's backend that is used here. */
export interface NodeBackend extends KernelBackend {
  readonly binding: Binding;
  /** The data of tensors. */
  readonly tensorMap: { get(dataId: object): NodeTensor; has(dataId: object): boolean };
  /** Returns the binding's numbers of tensors; places those that have only been written so far. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** Makes a tensor of tfjs that owns one of the binding. */
  createOutputTensor(output: OutputTensor): TensorInfo;
}

/** The data of one tensor, which other tensors of tfjs may share. */
export interface NodeTensor {
  id: number;
  refCount: number;
}

/** The class of tfjs-node's backend. */
export type NodeBackendClass = new (binding: Binding, packageName: string) => NodeBackend;

/**
 * Loads the binding alone, which loads TensorFlow's library.
 *
 * @throws Error with the loader's message
 */
export function loadBinding({ binding }: Installation): Binding {
  const loaded = { exports: {} };
  process.dlopen(loaded, binding);
  return loaded.exports as Binding;
}

/** Loads the class of the backend, and registers its kernels with tfjs. */
export function loadBackendClass({ packageFolder }: Installation): NodeBackendClass {
  restoreUtilFunctions();
  const require = createRequire(join(packageFolder, 'package.json'));
  // Not the package itself: it would look for a binding of its own, make the backend the active one, and print a greeting.
  require('./dist/register_all_kernels');
  return require('./dist/nodejs_kernel_backend').NodeJSKernelBackend;
}

/** Sets the functions of `node:util` that tfjs-node calls: Node 22 warns of them, and Node 23 removed them. */
function restoreUtilFunctions(): void {
  const util = createRequire(import.meta.url)('node:util');
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
