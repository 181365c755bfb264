/**
 * The language model and its training step in TensorFlow's operations, for speed: one BlockLSTM for all steps of a
 * layer, variables that are updated in place, and the two factors that scale the whole gradient (1 / batch and the
 * clipping) folded into the learning rate.
 */
import * as tf from '@tensorflow/tfjs';
import type { Window } from '../../src/corpus/windows.js';
import type { LanguageModel } from '../../src/model/language-model.js';
import { noiseBelowLayer, noiseBelowSoftmax, type WindowNoise } from '../../src/model/noise-placement.js';
import type { LstmState } from '../../src/ops/lstm.js';
import { tidy } from '../../src/ops/memory.js';
import type { Noise } from '../../src/ops/noise.js';
import type { StepFigures } from '../../src/training/step.js';
import type { BlockInputs, BlockOutputs, TensorflowOps, Variable } from './ops.js';

/** Makes a mask of a shape [T, B, U]: 0, or 1/(1 − rate). */
export type MakeMask = (shape: [number, number, number], noise: Noise) => tf.Tensor;

/** Settings of one training step. */
export interface StepSettings {
  readonly dropout: WindowNoise;
  readonly makeMask: MakeMask;
  readonly learningRate: number;
  /** Null for no clipping. */
  readonly maxNorm: number | null;
}

/** One layer of the model, or its gradient. */
interface Layer<T> {
  readonly weight: T;
  readonly bias: T;
}

/** Tensors for a layer's backward pass. */
interface LayerTape {
  readonly mask: tf.Tensor | null;
  readonly inputs: BlockInputs;
  readonly outputs: BlockOutputs;
}

type Updates = readonly (readonly [Variable, tf.Tensor])[];

export class TensorflowModel {
  private readonly embedding: Variable;
  private readonly layers: readonly Layer<Variable>[];
  private readonly softmax: Layer<Variable>;
  private readonly vocabulary: number;

  /** @param model a model of zlm, untied, whose values are copied */
  constructor(
    private readonly ops: TensorflowOps,
    { parameters, architecture }: LanguageModel,
  ) {
    const initial = (name: string): tf.Tensor => {
      const variable = parameters.get(name);
      if (!variable) throw new Error(`the model has no parameter ${name}`);
      return variable;
    };
    this.vocabulary = architecture.vocabularySize;
    this.embedding = ops.variable(initial('embedding.weight'));
    this.softmax = {
      weight: ops.variable(initial('softmax.weight')),
      bias: ops.variable(initial('softmax.bias')),
    };
    this.layers = architecture.layers.map((_, l) => {
      const ofLayer = (name: string) => initial(`layers.${l}.${name}`);
      const weight = tidy(() =>
        ops.variable(tf.concat([ofLayer('inputWeight'), ofLayer('recurrentWeight')])),
      );
      return { weight, bias: ops.variable(ofLayer('bias')) };
    });
  }

  /**
   * Trains on one window: forward, backward, clip, update.
   *
   * @param state before the window; not disposed
   * @returns figures as {@link StepFigures} has them, and the state after the window
   */
  step(
    window: Window,
    state: readonly LstmState[],
    settings: StepSettings,
  ): StepFigures & { state: readonly LstmState[] } {
    return tidy(() => {
      const ids = tf.tensor1d(window.inputs, 'int32');
      const { top, mask, tapes } = this.forward(ids, window, state, settings);
      const loss = this.loss(top, tf.tensor1d(window.targets, 'int32'));
      const below = this.backward(dropped(tf.reshape(loss.gradient, top.shape), mask), tapes);
      const [batch, units] = [window.batch, below.gradient.shape[2] as number];
      const rows = tf.reshape(below.gradient, [window.steps * batch, units]);
      const ofEmbedding = this.ops.scatter(rows, ids, this.vocabulary);
      const updates: Updates = [...loss.updates, ...below.updates, [this.embedding, ofEmbedding]];
      const gradientNorm = this.update(updates, batch, settings);
      return { nll: tf.sum(loss.nll).dataSync()[0], gradientNorm, state: tapes.map(stateAfter) };
    });
  }

  private forward(
    ids: tf.Tensor1D,
    { steps, batch }: Window,
    state: readonly LstmState[],
    { dropout, makeMask }: StepSettings,
  ) {
    const drop = (x: tf.Tensor, noise: Noise | null) => {
      const made = noise?.rate ? makeMask(x.shape as [number, number, number], noise) : null;
      return { x: dropped(x, made), mask: made };
    };
    let signal = tf.reshape(this.ops.gather(this.embedding, ids), [steps, batch, -1]);
    const tapes = this.layers.map(({ weight, bias }, l): LayerTape => {
      const { x, mask } = drop(signal, noiseBelowLayer(dropout, l));
      const inputs = { x, ...state[l], weight: this.ops.read(weight), bias: this.ops.read(bias) };
      const outputs = this.ops.blockLstm(inputs);
      signal = outputs.hidden as tf.Tensor3D;
      return { mask, inputs, outputs };
    });
    const { x: top, mask } = drop(signal, noiseBelowSoftmax(dropout, this.layers.length));
    return { top, mask, tapes };
  }

  /** The loss, and its gradient with respect to `top`; the logits' memory is free again afterwards. */
  private loss(top: tf.Tensor, targets: tf.Tensor1D) {
    return tidy(() => {
      const { ops, softmax } = this;
      const hidden = tf.reshape(top, [targets.size, -1]);
      const weight = ops.read(softmax.weight);
      const logits = ops.addBias(ops.matMul(hidden, weight), ops.read(softmax.bias));
      const { nll, gradient } = ops.softmaxCrossEntropy(logits, targets);
      const updates: Updates = [
        [softmax.weight, ops.matMul(hidden, gradient, 'a')],
        [softmax.bias, ops.sumOverRows(gradient)],
      ];
      return { nll, gradient: ops.matMul(gradient, weight, 'b'), updates };
    });
  }

  /** From the top layer down; the weights that were read are disposed of, so that their updates need no copy. */
  private backward(top: tf.Tensor, tapes: readonly LayerTape[]) {
    let gradient = top;
    const updates = [...tapes.entries()].reverse().flatMap(([l, { mask, inputs, outputs }]): Updates => {
      const of = this.ops.blockLstmGradient(inputs, outputs, gradient);
      tf.dispose([inputs.weight, inputs.bias]);
      gradient = dropped(of.x, mask);
      return [
        [this.layers[l].weight, of.weight],
        [this.layers[l].bias, of.bias],
      ];
    });
    return { gradient, updates };
  }

  /**
   * @param updates gradients of the loss summed over the batch
   * @returns the norm of the gradient of its mean over the batch, before clipping
   */
  private update(updates: Updates, batch: number, { learningRate, maxNorm }: StepSettings): number {
    const norm = Math.sqrt(this.ops.squares(updates.map(([, gradient]) => gradient))) / batch;
    const clip = maxNorm === null ? 1 : Math.min(1, maxNorm / norm);
    const rate = tf.scalar((learningRate * clip) / batch);
    for (const [variable, gradient] of updates) this.ops.descend(variable, rate, gradient);
    return norm;
  }
}

/** x where nothing is dropped, else x ⊙ mask: dropout, and its gradient. */
function dropped(x: tf.Tensor, mask: tf.Tensor | null): tf.Tensor {
  return mask === null ? x : tf.mul(x, mask);
}

function stateAfter({ outputs }: LayerTape): LstmState {
  const last = (sequence: tf.Tensor) => {
    const [steps, batch, units] = sequence.shape as [number, number, number];
    return tf.reshape(tf.slice(sequence, [steps - 1, 0, 0], [1, batch, units]), [batch, units]);
  };
  return { h: last(outputs.hidden) as tf.Tensor2D, c: last(outputs.cells) as tf.Tensor2D };
}
