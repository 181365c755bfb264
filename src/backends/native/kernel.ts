/** What the fused kernels of the native backend have in common. */
import type { TensorInfo } from '@tensorflow/tfjs';
import { UserError } from '../../errors.js';
import type { NativeBackend } from './native-backend.js';

/** Tensors by the names that the contracts in `../fused.ts` give them. */
export type Tensors = Record<string, TensorInfo>;

/** One kernel: inputs and attributes as its contract has them. */
export type Kernel<A> = (inputs: Tensors, attributes: A, backend: NativeBackend) => TensorInfo | TensorInfo[];

/** A new tensor and its values, to be written. */
export type Allocated = ReturnType<NativeBackend['allocate']>;

/** For kernels that return other than 0. */
export function outOfMemory(): UserError {
  return new UserError('backend', 'the native backend ran out of memory', [
    'Reduce training.batchSize, training.bptt or the widths of the model, or free memory on this machine.',
  ]);
}
