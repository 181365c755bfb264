/** A model of a spec that one contender trains on synthetic tokens. */
import { disposeLanguageModel, type LanguageModel } from '../model/language-model.js';
import { dispose, tidy } from '../ops/memory.js';
import type { Spec } from '../spec/spec.generated.js';
import { freshModel, languageModelTrainee } from '../training/language-modelling.js';
import { learningRateOf } from '../training/schedule.js';
import { trainingStep } from '../training/step.js';
import type { NamedTensors, Trainee } from '../training/trainee.js';
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
    private readonly spec: Spec,
    private readonly model: LanguageModel,
    private readonly trainee: Trainee,
    private state: NamedTensors,
  ) {}

  /**
   * Makes the contender's backend the active one and a fresh model on it.
   *
   * @param given the spec, but for the precision, which is the contender's
   */
  static async begin(contender: Contender, given: Spec, vocabulary: number): Promise<Trial> {
    await switchTo(contender);
    const spec = { ...given, training: { ...given.training, precision: contender.precision } };
    const model = freshModel(spec, vocabulary);
    const trainee = languageModelTrainee(spec, corpusOfWindows(spec.training, vocabulary), model);
    const state = tidy(() => trainee.zeroState());
    return new Trial(contender, spec, model, trainee, state);
  }

  prepare(): Promise<void> {
    return switchTo(this.contender);
  }

  async run(): Promise<void> {
    await this.step();
  }

  /** Trains on the next window: forward, backward, clip, update. */
  async step(): Promise<StepFigures> {
    const window = { inPass: this.windows % this.trainee.windowsPerPass, inRun: this.windows };
    const { training } = this.spec;
    const rate = learningRateOf(training, 1);
    const { nll, gradientNorm, state } = await trainingStep(
      this.trainee,
      window,
      this.state,
      rate,
      training.clipNorm,
    );
    dispose(this.state);
    this.state = state;
    this.windows += 1;
    return { nll, gradientNorm };
  }

  /** Frees the memory; its backend may be any. */
  dispose(): void {
    dispose(this.state);
    disposeLanguageModel(this.model);
  }
}
