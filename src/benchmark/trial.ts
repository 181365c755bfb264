/** Training of a spec's model by one contender, on synthetic tokens: the cost of a step does not depend on the tokens. */
import { queueDepthOf } from '../backends/select.js';
import type { TokenSource } from '../corpus/windows.js';
import { disposeNetwork, type Network } from '../model/network.js';
import { dispose, tidy } from '../ops/memory.js';
import type { NetworkSpec } from '../spec/systems.js';
import { freshModel, languageModellingTask, type TrainingCorpus } from '../tasks/language-modelling.js';
import type { Task, TaskState } from '../tasks/task.js';
import { createOptimizer, disposeOptimizer } from '../training/optimizers.js';
import { learningRateOf } from '../training/schedule.js';
import type { StepContext, StepFigures } from '../training/step.js';
import { StepLauncher } from '../training/step-launcher.js';
import { type Contender, switchTo } from './contenders.js';
import type { Timed } from './rounds.js';

/** A model in training. */
export class Trial implements Timed {
  private windows = 0;
  /** Figures of the steps that are on their way, the oldest first. */
  private readonly launched: Promise<StepFigures>[] = [];
  private readonly steps: StepLauncher;

  private constructor(
    private readonly contender: Contender,
    private readonly queueDepth: number,
    private readonly learningRate: number,
    private readonly model: Network,
    private readonly context: StepContext & { readonly task: Task },
    private state: TaskState,
  ) {
    this.steps = new StepLauncher(context);
  }

  /**
   * Activates the contender's backend and makes a new model on it.
   *
   * @param given the spec; the contender decides on the precision, and all windows have the spec's `bptt` steps, without random
   *              lengths or sentences, so that every window is the same amount of work
   */
  static async begin(contender: Contender, given: NetworkSpec, vocabulary: number): Promise<Trial> {
    await switchTo(contender);
    const { precision } = contender;
    const spec = { ...given, training: { ...given.training, precision, randomBptt: null, sentences: false } };
    const model = freshModel(spec, vocabulary);
    const task = languageModellingTask(spec, corpusOfWindows(spec.training, vocabulary), model);
    const { loss, clipNorm } = spec.training;
    const optimizer = createOptimizer(spec.training, model.parameters, false);
    const state = tidy(() => task.zeroState());
    const rate = learningRateOf(spec.training, 1, []);
    const depth = queueDepthOf(contender.backend);
    return new Trial(contender, depth, rate, model, { task, optimizer, loss, clipNorm }, state);
  }

  prepare(): Promise<void> {
    return switchTo(this.contender);
  }

  /** Launches a step as the training loop does: at most as many at a time as the backend's queue is deep. */
  async run(): Promise<void> {
    this.launched.push(this.launch());
    if (this.launched.length >= this.queueDepth) await this.launched.shift();
  }

  async finish(): Promise<void> {
    await Promise.all(this.launched.splice(0));
  }

  /** Trains on the next window: forward, backward, clip, update. */
  async step(): Promise<StepFigures> {
    return this.launch();
  }

  private launch(): Promise<StepFigures> {
    const { task } = this.context;
    const inPass = this.windows % task.batchesIn(0);
    const window = { pass: 0, inPass, step: this.windows * task.stepsOf(0, inPass) };
    const at = { learningRate: this.learningRate, count: this.windows + 1, averaged: 0 };
    const { figures, state } = this.steps.launch(window, this.state, at);
    dispose(this.state);
    this.state = state;
    this.windows += 1;
    return figures;
  }

  /** Frees the memory, whatever backend is active. */
  dispose(): void {
    this.steps.dispose();
    dispose(this.state);
    disposeOptimizer(this.context.optimizer);
    disposeNetwork(this.model);
  }
}

/** Number of different windows. */
const WINDOWS = 8;

/** Knuth's multiplier: ⌊2³² / golden ratio⌋ made odd. Neighbors are far apart in the vocabulary. */
const MULTIPLIER = 2654435761;

/** Scattered token ids, the same at every reading. */
class ScatteredTokens implements TokenSource {
  private readonly ids: Int32Array;

  constructor(
    readonly length: number,
    vocabulary: number,
  ) {
    this.ids = Int32Array.from({ length }, (_, i) => scattered(i) % vocabulary);
  }

  read(position: number, count: number): Int32Array {
    return this.ids.subarray(position, position + count);
  }
}

/**
 * Makes a synthetic corpus of eight windows of a spec.
 *
 * @param vocabulary V
 */
export function corpusOfWindows(
  { batchSize, bptt }: NetworkSpec['training'],
  vocabulary: number,
): TrainingCorpus {
  const source = new ScatteredTokens(batchSize * (WINDOWS * bptt + 1), vocabulary);
  return { vocabulary: { eos: 0, size: vocabulary }, split: () => source };
}

/** Returns `count` values spread evenly over (−1, 1), for the factors of a product. */
export function scatteredValues(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => scattered(i) / 2 ** 31 - 1);
}

function scattered(position: number): number {
  return Math.imul(position + 1, MULTIPLIER) >>> 0;
}
