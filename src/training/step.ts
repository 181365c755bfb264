/** One step of training: forward, backward, clip, update. */
import * as tf from '@tensorflow/tfjs';
import { clipScale, globalNorm } from '../ops/global-norm.js';
import { dispose, tidy } from '../ops/memory.js';
import type { Optimizer, StepNumber } from './optimizers/optimizer.js';
import type { NamedTensors, Trainee, WindowNumber, WindowResult } from './trainee.js';

/** What a window's loss is: the sum over time and the mean over the batch, or the mean over all predictions. */
export type Loss = 'sum' | 'mean';

/** What all steps of a training share. */
export interface StepContext {
  readonly trainee: Trainee;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  /** The gradient's global norm is scaled down to this; null for no clipping. */
  readonly clipNorm: number | null;
}

/** What a step leaves behind. */
export interface StepResult {
  /** Summed negative log-likelihood of the window before the update, in nats; without the penalty. */
  readonly nll: number;
  readonly predictions: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** The state after the window, owned by the caller. */
  readonly state: NamedTensors;
}

/**
 * Trains on one window and updates the parameters in place.
 *
 * @param state the state before the window; not disposed
 */
export async function trainingStep(
  { trainee, optimizer, loss, clipNorm }: StepContext,
  window: WindowNumber,
  state: NamedTensors,
  at: StepNumber,
): Promise<StepResult> {
  const { nll, norm, result } = tidy(() => {
    const { gradients, result } = lossAndGradients(trainee, loss, window, state);
    const norm = globalNorm(gradients);
    optimizer.step(gradients, clipScale(norm, clipNorm), at);
    return { nll: tf.sum(result.nll), norm, result };
  });
  const predictions = result.nll.size;
  const [[nllSum], [gradientNorm]] = await Promise.all([nll.data(), norm.data()]);
  dispose([nll, norm, result.nll]);
  return { nll: nllSum, predictions, gradientNorm, state: result.state };
}

/**
 * The loss of one window and its gradient for every parameter.
 *
 * @returns gradients by parameter name; call inside a tidy
 */
export function lossAndGradients(
  trainee: Trainee,
  loss: Loss,
  window: WindowNumber,
  state: NamedTensors,
): { loss: tf.Scalar; gradients: Record<string, tf.Tensor>; result: WindowResult } {
  let result: WindowResult | undefined;
  const variables = [...trainee.parameters.values()];
  const { value, grads } = tf.variableGrads(() => {
    result = trainee.forward(window, state);
    // The forward pass runs in a tidy of its own, of which only the loss comes out by itself.
    tf.keep(result.nll);
    for (const tensor of Object.values(result.state)) tf.keep(tensor);
    return lossOf(result, loss);
  }, variables);
  const gradients = Object.fromEntries(
    [...trainee.parameters].map(([name, variable]) => [name, grads[variable.name]]),
  );
  return { loss: value, gradients, result: result as unknown as WindowResult };
}

/**
 * `sum` is the paper's (section 4.1), for which learning rates and clipping mean what they mean there; `mean` is 1/T of
 * it. The penalty is per prediction, so it counts T times in a sum over T steps.
 */
function lossOf({ nll, batch, penalty }: WindowResult, loss: Loss): tf.Scalar {
  const steps = nll.size / batch;
  const fit = tf.div(tf.sum(nll), loss === 'sum' ? batch : nll.size) as tf.Scalar;
  if (!penalty) return fit;
  return tf.add(fit, loss === 'sum' ? tf.mul(penalty, steps) : penalty);
}
