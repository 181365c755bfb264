/**
 * Dynamic evaluation (Krause, Kahembwe, Murray and Renals 2018): after each segment of a text is scored, the parameters take a step
 * down the gradient of its loss, so that the model adapts to what it reads. In the RMS form, with g the gradient of the mean loss of
 * the segment, r the root mean square of the gradient over the training text, and θ₀ the trained parameters:
 *
 *     θ ← θ + λ · min(r / r̄, 1/λ) · (θ₀ − θ) − η · g / (r + ε)
 *
 * r̄ is the mean over all parameter tensors of the mean of r.
 */
import * as tf from '@tensorflow/tfjs';
import type { Window } from '../corpus/windows.js';
import { wordArchitecture } from '../model/architecture.js';
import { type Encoded, encode, initialState, targetNll } from '../model/language-model.js';
import type { Network } from '../model/network.js';
import type { ModelState } from '../model/stack.js';
import { dispose, tidy } from '../ops/memory.js';
import { averageUpdate, dynamicUpdate } from '../ops/update.js';
import { idsOf, readAndFree, targetsOf } from './network-predictor.js';
import type { NllAndHidden, Predictor, Tokens } from './predictor.js';

/** Settings of dynamic evaluation. */
export interface DynamicEvaluationSettings {
  /** η. */
  readonly learningRate: number;
  /** λ. */
  readonly decay: number;
  /** ε. */
  readonly epsilon: number;
  /** Tokens in a segment. */
  readonly length: number;
}

/** Root mean squares of the gradient, by parameter, in the shape of the parameter. */
export type GradientStatistics = ReadonlyMap<string, Float32Array>;

/**
 * Computes the root mean square of each parameter's gradient over windows that are read one after the other; the gradient is
 * that of a window's mean loss.
 *
 * @param onWindow called after each window; awaited, so that it may let others run, and may throw to end the work
 */
export async function gradientStatistics(
  network: Network,
  windows: Iterable<Window>,
  onWindow: (window: Window) => void | Promise<void> = () => {},
): Promise<GradientStatistics> {
  const meanSquares = new Map(
    [...network.parameters].map(([name, { shape }]) => [
      name,
      tidy(() => tf.variable(tf.zeros(shape), false)),
    ]),
  );
  let state: ModelState | null = null;
  let count = 0;
  try {
    for (const window of windows) {
      const before: ModelState = state ?? tidy(() => initialState(network, window.batch));
      const step: LossAndGradients = tidy(() => lossAndGradients(network, window, before));
      dispose([before, step.nlls, step.hidden]);
      state = step.state;
      count += 1;
      tidy(() => {
        for (const [name, meanSquare] of meanSquares) {
          averageUpdate(meanSquare, tf.square(step.gradients[name]), 1 / count);
        }
      });
      dispose(step.gradients);
      await onWindow(window);
    }
    const entries: [string, Float32Array][] = [];
    for (const [name, meanSquare] of meanSquares) {
      entries.push([name, Float32Array.from(await meanSquare.data(), Math.sqrt)]);
    }
    return new Map(entries);
  } finally {
    dispose([state ?? {}, ...meanSquares.values()]);
  }
}

/** A predictor whose parameters move. */
export interface DynamicPredictor extends Predictor<ModelState> {
  /** Gives the parameters their trained values again, and frees the copies; the network stays usable. */
  restore(): void;
}

/**
 * Wraps a network. It adapts in `nll`, to one text at a time: `start` takes one column and returns to the trained parameters, and
 * states must be used in the order of the text. `logProbs` and `draw` use the parameters as they are by then, and change nothing.
 *
 * @param inner      the network's predictor, which the new one then owns: `dispose` frees it, `restore` does not
 * @param statistics of {@link gradientStatistics}
 */
export function dynamicPredictor(
  inner: Predictor<ModelState>,
  network: Network,
  statistics: GradientStatistics,
  settings: DynamicEvaluationSettings,
): DynamicPredictor {
  const { length } = settings;
  const adaptation = new Adaptation(network, statistics, settings);

  /** Scores and then learns a window, segment by segment. The values are read once, at the end. */
  const learn = async (window: Window, before: ModelState): Promise<NllAndHidden<ModelState>> => {
    const read: { nlls: tf.Tensor1D; hidden: tf.Tensor2D }[] = [];
    let state = before;
    for (let start = 0; start < window.steps; start += length) {
      const segment = segmentOf(window, start, Math.min(length, window.steps - start));
      const step = tidy(() => {
        const { gradients, ...rest } = lossAndGradients(network, segment, state);
        adaptation.step(gradients, segment.inputs);
        return rest;
      });
      if (state !== before) dispose(state);
      state = step.state;
      read.push({ nlls: step.nlls, hidden: step.hidden });
    }
    const nlls = tidy(() => tf.concat(read.map((step) => step.nlls)));
    const hidden = tidy(() => tf.concat(read.map((step) => step.hidden)));
    dispose(read);
    const [values, vectors] = await Promise.all([readAndFree(nlls), readAndFree(hidden)]);
    return { nlls: values as Float32Array, hidden: vectors as Float32Array, state };
  };

  return {
    ...inner,
    windowTokens: Math.max(1, Math.round(inner.windowTokens / length)) * length,
    widestBatch: 1,
    start(batch) {
      if (batch !== 1) throw new Error('Dynamic evaluation reads one text at a time');
      adaptation.reset();
      return inner.start(batch);
    },
    nll: learn,
    nllAndHidden: learn,
    logProbs: (tokens: Tokens, state, steps) => inner.logProbs(tokens, state, steps),
    restore: () => adaptation.dispose(),
    dispose() {
      adaptation.dispose();
      inner.dispose();
    },
  };
}

/** Parameters that move away from their trained values and back. */
class Adaptation {
  private readonly anchors: ReadonlyMap<string, tf.Tensor>;
  private readonly rms: ReadonlyMap<string, tf.Tensor>;
  /** λ / r̄. */
  private readonly decay: number;
  /** Rows of the embedding table that differ from their trained values, in the order in which they were read. */
  private readonly touched: TouchedRows;
  private isDisposed = false;

  constructor(
    private readonly network: Network,
    statistics: GradientStatistics,
    private readonly settings: DynamicEvaluationSettings,
  ) {
    const { parameters, architecture } = network;
    this.anchors = new Map([...parameters].map(([name, parameter]) => [name, tf.clone(parameter)]));
    this.rms = new Map(
      [...parameters].map(([name, { shape }]) => [name, tf.tensor(rmsOf(statistics, name), shape)]),
    );
    this.decay = settings.decay / overallMean(statistics);
    this.touched = new TouchedRows(architecture.vocabularySize);
  }

  /** Takes a step; call inside a tidy. @param inputs the words that the segment read */
  step(gradients: Readonly<Record<string, tf.Tensor>>, inputs: Int32Array): void {
    const { learningRate, epsilon } = this.settings;
    // A table that is also the softmax's weight has a gradient in every row.
    const { tieEmbedding } = wordArchitecture(this.network.architecture);
    this.touched.add(inputs);
    for (const [name, parameter] of this.network.parameters) {
      const isSparse = name === 'embedding.weight' && !tieEmbedding;
      const rows = isSparse ? this.touched.ids : null;
      const [anchor, rms] = [this.anchors.get(name), this.rms.get(name)];
      if (!anchor || !rms) throw new Error(`There are no statistics of ${name}`);
      dynamicUpdate(parameter, gradients[name], anchor, rms, {
        learningRate,
        epsilon,
        decay: this.decay,
        rows,
      });
    }
  }

  /** Returns to the trained parameters. */
  reset(): void {
    for (const [name, parameter] of this.network.parameters) {
      const anchor = this.anchors.get(name);
      if (anchor) parameter.assign(anchor);
    }
    this.touched.clear();
  }

  /** Returns to the trained parameters and frees everything else. */
  dispose(): void {
    if (this.isDisposed) return;
    this.reset();
    dispose([...this.anchors.values(), ...this.rms.values()]);
    this.isDisposed = true;
  }
}

/** A set of row numbers as an array. */
class TouchedRows {
  private readonly isTouched: Uint8Array;
  private readonly list: Int32Array;
  private count = 0;

  constructor(rows: number) {
    this.isTouched = new Uint8Array(rows);
    this.list = new Int32Array(rows);
  }

  get ids(): Int32Array {
    return this.list.subarray(0, this.count);
  }

  add(ids: Int32Array): void {
    for (const id of ids) {
      if (this.isTouched[id] === 1) continue;
      this.isTouched[id] = 1;
      this.list[this.count++] = id;
    }
  }

  clear(): void {
    this.isTouched.fill(0);
    this.count = 0;
  }
}

function rmsOf(statistics: GradientStatistics, name: string): Float32Array {
  const rms = statistics.get(name);
  if (!rms) throw new Error(`There are no statistics of ${name}`);
  return rms;
}

/** Computes r̄: the mean over all parameters of the mean of their root mean squares. */
function overallMean(statistics: GradientStatistics): number {
  const means = [...statistics.values()].map((rms) => rms.reduce((sum, r) => sum + r, 0) / rms.length);
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

/** Terms of a window, and the gradients of their mean by parameter. */
interface LossAndGradients {
  readonly nlls: tf.Tensor1D;
  readonly hidden: tf.Tensor2D;
  readonly state: ModelState;
  readonly gradients: Readonly<Record<string, tf.Tensor>>;
}

/** Computes the loss of a window without noise, and its gradient; call inside a tidy. */
function lossAndGradients(network: Network, window: Window, state: ModelState): LossAndGradients {
  let encoded!: Encoded; // assigned when the gradients are computed
  const { parameters } = network;
  const count = window.targets.length;
  // The gradient of the mean is that of the terms with 1/count for each: fewer ops than a sum and a division.
  const { grads, value } = tf.valueAndGrads(() => {
    encoded = encode(network, idsOf(window), state, null);
    // The forward pass runs in a tidy of its own, which frees everything except the terms.
    for (const tensor of [encoded.hidden, ...Object.values(encoded.state)]) tf.keep(tensor);
    return targetNll(network, encoded.hidden, targetsOf(window), 1 / count);
  })([...parameters.values()], tf.fill([count], 1 / count));
  const gradients = Object.fromEntries([...parameters.keys()].map((name, i) => [name, grads[i]]));
  return { nlls: value as tf.Tensor1D, hidden: encoded.hidden, state: encoded.state, gradients };
}

/** Returns the steps of a window from `start` on. */
function segmentOf({ inputs, targets, batch }: Window, start: number, steps: number): Window {
  const [begin, end] = [start * batch, (start + steps) * batch];
  return { inputs: inputs.subarray(begin, end), targets: targets.subarray(begin, end), steps, batch };
}
