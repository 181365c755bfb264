/** A model that TensorFlow trains on the windows that zlm is timed on. */
import * as tf from '@tensorflow/tfjs';
import type { Runner } from '../../src/benchmark/rounds.js';
import { corpusOfWindows } from '../../src/benchmark/synthetic-corpus.js';
import type { StepFigures } from '../../src/benchmark/trial.js';
import type { WindowSource } from '../../src/corpus/windows.js';
import { type StackState, zeroState } from '../../src/model/lstm-stack.js';
import { dispose, tidy } from '../../src/ops/memory.js';
import type { Spec } from '../../src/spec/spec.generated.js';
import { trainingWindows } from '../../src/training/language-modelling.js';
import { learningRateOf } from '../../src/training/schedule.js';
import type { MakeMask, TensorflowModel } from './model.js';
import type { TensorflowOps } from './ops.js';

/** Windows one after another, with the state carried on. */
export class TensorflowTrial implements Runner {
  private readonly windows: WindowSource;
  private state: StackState;
  private done = 0;

  /** @param makeMask TensorFlow's own masks, or those that zlm would make */
  constructor(
    private readonly model: TensorflowModel,
    private readonly spec: Spec,
    vocabulary: number,
    private readonly makeMask: MakeMask,
  ) {
    this.windows = trainingWindows(spec, corpusOfWindows(spec.training, vocabulary));
    const units = spec.model.layers.map(({ lstm }) => lstm);
    this.state = tidy(() => zeroState(units, spec.training.batchSize));
  }

  async prepare(): Promise<void> {}

  async run(): Promise<void> {
    this.step();
  }

  /** Trains on the next window. */
  step(): StepFigures {
    const { training, dropout } = this.spec;
    const window = this.windows.window(this.done % this.windows.count);
    const { state, ...figures } = this.model.step(window, this.state, {
      dropout: { edges: dropout, seed: training.seed, step: this.done * training.bptt },
      makeMask: this.makeMask,
      learningRate: learningRateOf(training, 1),
      maxNorm: training.clipNorm,
    });
    dispose(this.state);
    this.state = state;
    this.done += 1;
    return figures;
  }
}

/** Masks that TensorFlow draws. */
export function tensorflowMasks(ops: TensorflowOps): MakeMask {
  return (shape, { rate }) =>
    tidy(() => tf.mul(tf.cast(tf.greaterEqual(ops.uniform(shape), rate), 'float32'), 1 / (1 - rate)));
}
