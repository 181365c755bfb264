/** One step of training: forward, backward, clip, update. */
import * as tf from '@tensorflow/tfjs';
import { clipScale, globalNorm } from '../ops/global-norm.js';
import { dispose, tidy } from '../ops/memory.js';
import { sgdUpdate } from '../ops/update.js';
import type { NamedTensors, Trainee, WindowNumber, WindowResult } from './trainee.js';

/** What a step leaves behind. */
export interface StepResult {
  /** Summed negative log-likelihood of the window before the update, in nats. */
  readonly nll: number;
  readonly predictions: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** The state after the window, owned by the caller. */
  readonly state: NamedTensors;
}

/**
 * Trains on one window and updates the parameters in place. The loss is the sum over time and the mean over the
 * batch, so that learning rates and clipping mean what they mean in the paper (section 4.1).
 *
 * @param state  the state before the window; not disposed
 * @param maxNorm the gradient's global norm is scaled down to this; null for no clipping
 */
export async function trainingStep(
  trainee: Trainee,
  window: WindowNumber,
  state: NamedTensors,
  learningRate: number,
  maxNorm: number | null,
): Promise<StepResult> {
  const { loss, norm, result } = tidy(() => {
    const { loss, gradients, result } = lossAndGradients(trainee, window, state);
    const norm = globalNorm(gradients);
    const scale = clipScale(norm, maxNorm);
    for (const [name, variable] of trainee.parameters) {
      sgdUpdate(variable, gradients[name], scale, learningRate);
    }
    return { loss, norm, result };
  });
  const predictions = result.nll.size;
  const [[meanOverBatch], [gradientNorm]] = await Promise.all([loss.data(), norm.data()]);
  dispose([loss, norm, result.nll]);
  return { nll: meanOverBatch * result.batch, predictions, gradientNorm, state: result.state };
}

/**
 * The loss of one window and its gradient for every parameter.
 *
 * @returns gradients by parameter name; call inside a tidy
 */
export function lossAndGradients(
  trainee: Trainee,
  window: WindowNumber,
  state: NamedTensors,
): { loss: tf.Scalar; gradients: Record<string, tf.Tensor>; result: WindowResult } {
  let result: WindowResult | undefined;
  const variables = [...trainee.parameters.values()];
  const { value: loss, grads } = tf.variableGrads(() => {
    result = trainee.forward(window, state);
    // The forward pass runs in a tidy of its own, of which only the loss comes out by itself.
    tf.keep(result.nll);
    for (const tensor of Object.values(result.state)) tf.keep(tensor);
    return tf.div(tf.sum(result.nll), result.batch) as tf.Scalar;
  }, variables);
  const gradients = Object.fromEntries(
    [...trainee.parameters].map(([name, variable]) => [name, grads[variable.name]]),
  );
  return { loss, gradients, result: result as unknown as WindowResult };
}
