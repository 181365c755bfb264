/** The kernels of the optimizers: the global norm of the gradients, and the step of gradient descent, in place. */
import type { UpdateSettings } from '../../ops/update.js';
import type { BackendKernel } from '../kernel-registry.js';
import { Operations } from './operations.js';
import type { TensorflowBackend } from './tensorflow-backend.js';

/** Computes the global norm of gradients. */
export const globalNorm: BackendKernel<object, TensorflowBackend> = (gradients, _attributes, backend) =>
  Operations.run(backend, (operations) => {
    const halves = Object.values(gradients).map((gradient) =>
      operations.halfSquares(operations.of(gradient)),
    );
    return [operations.sqrt(operations.mul(operations.sum(halves), operations.scalar(2)))];
  });

/** Returns whether {@link sgdUpdate} computes a step: one without weight decay and without clamping. */
export function isPlainStep({ weightDecay, clipValue }: UpdateSettings): boolean {
  return weightDecay === 0 && clipValue === null;
}

/** Subtracts the scaled gradient in place; null when the parameter shares its memory. */
export function sgdUpdate(
  { parameter, gradient, scale }: Parameters<BackendKernel<UpdateSettings, TensorflowBackend>>[0],
  { learningRate }: UpdateSettings,
  backend: TensorflowBackend,
) {
  return backend.updateInPlace(parameter, (operations, variable) => {
    const rate = operations.mul(operations.of(scale), operations.scalar(learningRate));
    operations.descend(variable, rate, operations.of(gradient));
  });
}
