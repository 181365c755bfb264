/** A model of a spec that one contender trains on synthetic tokens. */
import { disposeLanguageModel, type LanguageModel } from '../model/language-model.js';
import { dispose, tidy } from '../ops/memory.js';
import type { NetworkSpec } from '../spec/systems.js';
import { freshModel, languageModellingTask } from '../tasks/language-modelling.js';
import type { TaskState } from '../tasks/task.js';
import { createOptimizer, disposeOptimizer } from '../training/optimizers.js';
import { learningRateOf } from '../training/schedule.js';
import { type StepContext, trainingStep } from '../training/step.js';
import { type Contender, switchTo } from './contenders.js';
import { corpusOfWindows } from './synthetic-corpus.js';
import type { Timed } from './timing.js';

/** What a step gives that can be compared. */
export interface StepFigures {
  /** Summed negative log-likelihood of the window, in nats. */
  readonly nll: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

export class Trial implements Timed {
  private windows = 0;

  private constructor(
    private readonly contender: Contender,
    private readonly learningRate: number,
    private readonly model: LanguageModel,
    private readonly context: StepContext,
    private state: TaskState,
  ) {}

  /**
   * Makes the contender's backend the active one and a fresh model on it.
   *
   * @param given the spec, but for the precision, which is the contender's, and for random lengths of windows and sentences: all windows are of
   *              the spec's `bptt`, so that every window is the same work
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
    return new Trial(contender, rate, model, { task, optimizer, loss, clipNorm }, state);
  }

  prepare(): Promise<void> {
    return switchTo(this.contender);
  }

  async run(): Promise<void> {
    await this.step();
  }

  /** Trains on the next window: forward, backward, clip, update. */
  async step(): Promise<StepFigures> {
    const { task } = this.context;
    const inPass = this.windows % task.batchesIn(0);
    const window = { pass: 0, inPass, step: this.windows * task.stepsOf(0, inPass) };
    const at = { learningRate: this.learningRate, count: this.windows + 1, averaged: 0 };
    const { nll, gradientNorm, state } = await trainingStep(this.context, window, this.state, at);
    dispose(this.state);
    this.state = state;
    this.windows += 1;
    return { nll, gradientNorm };
  }

  /** Frees the memory; its backend may be any. */
  dispose(): void {
    dispose(this.state);
    disposeOptimizer(this.context.optimizer);
    disposeLanguageModel(this.model);
  }
}
