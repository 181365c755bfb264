/** The kinds of tasks: all that depends on what a network is trained to do, besides its model. */
import type * as tf from '@tensorflow/tfjs';
import type { TrainingData } from '../corpus/training-data.js';
import type { VerifyOptions } from '../corpus/verify-files.js';
import type { VocabularySizes } from '../model/architecture.js';
import type { Network } from '../model/network.js';
import type { CorpusFacts } from '../spec/cross-field.js';
import type { SpeechFacts } from '../spec/speech-checks.js';
import type { NetworkSpec } from '../spec/systems.js';
import type { BatchData, BatchShape, BatchSizes, LossTerms, Task, TaskState } from './task.js';

/** The loss of a model on batches. */
export interface TaskLoss {
  /** Makes the state from which sequences begin; empty where batches carry none. */
  zeroState(): TaskState;
  /** Computes the loss of one batch, as `Task.loss`. */
  of(data: BatchData, carried: TaskState): LossTerms;
}

/** The order of batches: all of a {@link Task} that needs no model. */
export type TrainingBatches = Pick<Task, 'batchesIn' | 'predictionsOf'>;

/** What networks of one kind of spec are trained to do, on prepared data of one kind. */
export interface TaskKind<Data extends TrainingData> {
  /**
   * Opens a prepared corpus.
   *
   * @throws UserError when it is missing, damaged or of another kind; the signal's reason when it is aborted
   */
  open(dataFolder: string, name: string, options: VerifyOptions): Promise<Data>;
  vocabularySizes(data: Data): VocabularySizes;
  /** Returns what the checks of a spec read of the data that it is trained on; null where every spec fits. */
  facts(data: Data): CorpusFacts | SpeechFacts | null;
  batches(spec: NetworkSpec, data: Data): TrainingBatches;
  sizes(spec: NetworkSpec, data: Data): BatchSizes;
  loss(spec: NetworkSpec, model: Network): TaskLoss;
  /** Makes the task of training a model on the train split, with validation on the valid split. */
  task(spec: NetworkSpec, data: Data, model: Network): Task;
  /** Returns a batch of a size that has no content: what a rehearsal trains on. */
  blankBatch(spec: NetworkSpec, shape: BatchShape): BatchData;
  /** Computes on such a batch what the validation does, and the state after it. */
  validateBlank(
    spec: NetworkSpec,
    model: Network,
    shape: BatchShape,
  ): { results: tf.Tensor[]; state: TaskState };
}
