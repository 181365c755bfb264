/** Training by TensorFlow on the windows on which zlm is timed. */
import * as tf from '@tensorflow/tfjs';
import type { Runner } from '../../src/benchmark/rounds.js';
import { corpusOfWindows } from '../../src/benchmark/trial.js';
import { architectureOf } from '../../src/model/architecture.js';
import type { LstmState } from '../../src/ops/lstm.js';
import { dispose, tidy } from '../../src/ops/memory.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { streamBatches, type TextBatches } from '../../src/tasks/stream-batches.js';
import { learningRateOf } from '../../src/training/schedule.js';
import type { StepFigures } from '../../src/training/step.js';
import type { MakeMask, TensorflowModel } from './model.js';
import type { TensorflowOps } from './ops.js';

/** Consecutive windows with carried state. */
export class TensorflowTrial implements Runner {
  private readonly batches: TextBatches;
  private state: readonly LstmState[];
  private done = 0;

  /** @param makeMask makes TensorFlow's own masks, or zlm's */
  constructor(
    private readonly model: TensorflowModel,
    private readonly spec: NetworkSpec,
    vocabulary: number,
    private readonly makeMask: MakeMask,
  ) {
    const { training } = spec;
    this.batches = streamBatches(training, corpusOfWindows(training, vocabulary).split('train'));
    const zeros = (units: number): tf.Tensor2D => tf.zeros([training.batchSize, units]);
    const { layers } = architectureOf(spec, vocabulary);
    this.state = tidy(() => layers.map(({ units }) => ({ h: zeros(units), c: zeros(units) })));
  }

  async prepare(): Promise<void> {}

  async run(): Promise<void> {
    this.step();
  }

  /** Trains on the next window. */
  step(): StepFigures {
    const { training, dropout } = this.spec;
    const window = this.batches.batch(0, this.done % this.batches.batchesIn(0));
    const { state, ...figures } = this.model.step(window, this.state, {
      dropout: { table: dropout, seed: training.seed, step: this.done * training.bptt },
      makeMask: this.makeMask,
      learningRate: learningRateOf(training, 1, []),
      maxNorm: training.clipNorm,
    });
    dispose(this.state);
    this.state = state;
    this.done += 1;
    return figures;
  }
}

/** Makes TensorFlow's own masks. */
export function tensorflowMasks(ops: TensorflowOps): MakeMask {
  return (shape, { rate }) =>
    tidy(() => tf.mul(tf.cast(tf.greaterEqual(ops.uniform(shape), rate), 'float32'), 1 / (1 - rate)));
}
