/** One step of training: forward, backward, clip, update. */
import * as tf from '@tensorflow/tfjs';
import { clipScale, globalNorm } from '../ops/clipping.js';
import { dispose, orDispose, tidy } from '../ops/memory.js';
import type { BatchData, BatchNumber, LossTerms, Task, TaskState } from '../tasks/task.js';
import type { Optimizer, StepNumber } from './optimizers.js';

/** The loss of a batch: the sum over time and the mean over the batch, or the mean over all predictions. */
export type Loss = 'sum' | 'mean';

/** The part of a task that a step needs once its batch is read. */
export type StepTask = Pick<Task, 'parameters' | 'loss'>;

/** Common arguments of all steps of a training. */
export interface StepContext {
  readonly task: StepTask & Pick<Task, 'read'>;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  /** The gradient's global norm is scaled down to this; null for no clipping. */
  readonly clipNorm: number | null;
}

/** The figures of a step. */
export interface StepFigures {
  /** Summed negative log-likelihood of the batch before the update, in nats; without the penalty. */
  readonly nll: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/** A step that is on its way: the parameters are updated by the time that anything reads them. */
export interface LaunchedStep {
  readonly figures: Promise<StepFigures>;
  readonly predictions: number;
  /** The state after the batch, owned by the caller. */
  readonly state: TaskState;
}

/**
 * Launches the training on one batch, which updates the parameters in place, without waiting for its figures.
 *
 * @param state the state before the batch; not disposed
 */
export function launchStep(
  context: StepContext,
  batch: BatchNumber,
  state: TaskState,
  at: StepNumber,
): LaunchedStep {
  return launched(queueStep(context, context.task.read(batch), state, at));
}

/** A step whose figures are still tensors, owned by the caller as the state is. */
export interface QueuedStep {
  /** Summed negative log-likelihood of the batch. */
  readonly nll: tf.Tensor;
  /** Norm of the gradient. */
  readonly norm: tf.Tensor;
  readonly predictions: number;
  readonly state: TaskState;
}

/** Trains on one batch that was read, in place on the parameters, without reading anything back. */
export function queueStep(
  { task, optimizer, loss, clipNorm }: Omit<StepContext, 'task'> & { readonly task: StepTask },
  data: BatchData,
  state: TaskState,
  at: StepNumber,
): QueuedStep {
  const { nll, norm, terms } = tidy(() => {
    const { gradients, terms } = lossAndGradients(task, loss, data, state);
    // No tidy frees what was kept. A step that is being captured may be refused here.
    return orDispose([terms.nll, terms.state], () => {
      const norm = globalNorm(gradients);
      optimizer.step(gradients, clipScale(norm, clipNorm), at);
      return { nll: tf.sum<tf.Scalar>(terms.nll), norm, terms };
    });
  });
  const predictions = predictionsIn(terms);
  terms.nll.dispose();
  return { nll, norm, predictions, state: terms.state };
}

/** Begins to read the figures of a step. */
export function launched({ nll, norm, predictions, state }: QueuedStep): LaunchedStep {
  const figures = readFigures(nll, norm);
  // Their reader gets the failure; until then it must not end the process.
  figures.catch(() => {});
  return { figures, predictions, state };
}

async function readFigures(nll: tf.Tensor, norm: tf.Tensor): Promise<StepFigures> {
  try {
    const [[nllSum], [gradientNorm]] = await Promise.all([nll.data(), norm.data()]);
    return { nll: nllSum, gradientNorm };
  } finally {
    dispose([nll, norm]);
  }
}

/** The figures of a step, and what it leaves to the next one. */
export interface StepResult extends StepFigures {
  readonly predictions: number;
  /** The state after the batch, owned by the caller. */
  readonly state: TaskState;
}

/** As {@link launchStep}, and waits for the figures. */
export async function trainingStep(
  context: StepContext,
  batch: BatchNumber,
  state: TaskState,
  at: StepNumber,
): Promise<StepResult> {
  const { figures, ...step } = launchStep(context, batch, state, at);
  return { ...(await figures), ...step };
}

/**
 * Computes the loss of one batch and its gradient for every parameter.
 *
 * @returns gradients by parameter name; call inside a tidy
 */
export function lossAndGradients(
  task: StepTask,
  loss: Loss,
  data: BatchData,
  state: TaskState,
): { loss: tf.Scalar; gradients: Record<string, tf.Tensor>; terms: LossTerms } {
  let terms!: LossTerms; // assigned when the gradients are computed
  const variables = [...task.parameters.values()];
  const { value, grads } = tf.variableGrads(() => {
    terms = task.loss(data, state);
    // The forward pass runs in a tidy of its own, which frees everything except the loss.
    tf.keep(terms.nll);
    for (const tensor of Object.values(terms.state)) tf.keep(tensor);
    return lossOf(terms, loss);
  }, variables);
  const gradients = Object.fromEntries(
    [...task.parameters].map(([name, variable]) => [name, grads[variable.name]]),
  );
  return { loss: value, gradients, terms };
}

/**
 * `sum` is the paper's (section 4.1), for which learning rates and clipping mean what they mean there; `mean` is 1/T of
 * it. The penalty is per prediction, so it counts T times in a sum over T steps.
 */
function lossOf(terms: LossTerms, loss: Loss): tf.Scalar {
  const { nll, batch, penalty } = terms;
  const predictions = predictionsIn(terms);
  const fit: tf.Scalar = tf.div(tf.sum(nll), loss === 'sum' ? batch : predictions);
  if (!penalty) return fit;
  return tf.add(fit, loss === 'sum' ? tf.mul(penalty, predictions / batch) : penalty);
}

function predictionsIn({ nll, predictions = nll.size }: LossTerms): number {
  return predictions;
}
