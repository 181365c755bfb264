/** Converts the arrays of a checkpoint to tensors, after a check that they fit the spec. */
import * as tf from '@tensorflow/tfjs';
import { tidy } from '../ops/memory.js';
import type { NamedArray } from '../storage/safetensors.js';
import type { Checkpoint } from './checkpoint.js';
import { MisfitError, notACheckpoint } from './checkpoint-fault.js';

/** Kind of optimizer tensor that replaces the parameters in evaluation: their averages over steps. */
export const AVERAGE = 'average';

/** Name and shape of a tensor that a checkpoint must contain. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Returns a checkpoint whose parameters are its averages; the same checkpoint when it has none. */
export function withAverages(checkpoint: Checkpoint): Checkpoint {
  const prefix = `${AVERAGE}.`;
  const averages = [...checkpoint.optimizer].filter(([name]) => name.startsWith(prefix));
  if (averages.length === 0) return checkpoint;
  const parameters = new Map(averages.map(([name, array]) => [name.slice(prefix.length), array]));
  return { ...checkpoint, parameters };
}

/**
 * Checks that a checkpoint contains exactly the parameters and the constants of a model.
 *
 * @throws UserError('data') when names, shapes or types are not the model's
 */
export function checkModel(
  checkpoint: Checkpoint,
  model: { readonly parameters: readonly NamedShape[]; readonly constants: readonly NamedShape[] },
  path: string,
): void {
  checkArrays('parameter', checkpoint.parameters, model.parameters, path);
  checkArrays('constant', checkpoint.constants, model.constants, path);
}

/**
 * Returns a checkpoint's recurrent state as tensors.
 *
 * @throws UserError('data') when names, shapes or types are not those that the spec makes
 */
export function restoreState(
  checkpoint: Checkpoint,
  expected: readonly NamedShape[],
  path: string,
): Record<string, tf.Tensor> {
  checkArrays('recurrent state', checkpoint.state, expected, path);
  return Object.fromEntries([...checkpoint.state].map(([name, array]) => [name, tensorOf(array)]));
}

/**
 * Restores the state of an optimizer from a checkpoint of the same kind.
 *
 * @param tensors the optimizer's, by `<kind>.<parameter>`
 * @throws UserError('data') when names, shapes or types are not those of the spec
 */
export function restoreOptimizer(
  checkpoint: Checkpoint,
  tensors: ReadonlyMap<string, tf.Variable>,
  path: string,
): void {
  const expected = [...tensors].map(([name, { shape }]) => ({ name, shape }));
  checkArrays('optimizer state', checkpoint.optimizer, expected, path);
  for (const [name, array] of checkpoint.optimizer) {
    tidy(() => tensors.get(name)?.assign(tensorOf(array)));
  }
}

function checkArrays(
  what: string,
  arrays: ReadonlyMap<string, NamedArray>,
  expected: readonly NamedShape[],
  path: string,
): void {
  const names = new Set(expected.map(({ name }) => name));
  const foreign = [...arrays.keys()].find((name) => !names.has(name));
  if (foreign) throw new MisfitError(path, `its spec has no ${what} ${foreign}`);
  for (const { name, shape } of expected) {
    const array = arrays.get(name);
    if (!array) throw new MisfitError(path, `it lacks the ${what} ${name}`);
    if (array.shape.join() !== shape.join()) {
      throw new MisfitError(
        path,
        `its ${name} has shape [${array.shape}] where the spec makes it [${shape}]`,
      );
    }
    if (!(array.data instanceof Float32Array)) throw notACheckpoint(path, `its ${name} holds integers`);
    if (!array.data.every(Number.isFinite)) throw notACheckpoint(path, `its ${name} holds NaN or infinity`);
  }
}

function tensorOf({ data, shape }: NamedArray): tf.Tensor {
  return tf.tensor(data, shape);
}
