/** Plans the training of a network before it begins: size, cost, schedule, and the time from a few timed batches. */
import * as tf from '@tensorflow/tfjs';
import type { BackendName } from '../backends/backend.js';
import { memoryFor } from '../backends/select.js';
import type { TrainingData } from '../corpus/training-data.js';
import { architectureOf } from '../model/architecture.js';
import { disposeNetwork } from '../model/network.js';
import { modelSize } from '../model/size.js';
import { dispose, tidy } from '../ops/memory.js';
import { type NetworkSpec, readsSentences, recognizesSpeech } from '../spec/systems.js';
import type { Task } from '../tasks/task.js';
import { taskKindOf } from '../tasks/task-kinds.js';
import { type Beginning, type BegunTask, beginState, beginTask, positionOf } from './beginning.js';
import { trainingMemory } from './capacity.js';
import { disposeOptimizer, type Optimizer } from './optimizers.js';
import { learningRateOf } from './schedule.js';
import { StepLauncher } from './step-launcher.js';

/** Windows that are timed, after one that warms up. */
const TIMED_WINDOWS = 5;

/** Consecutive epochs with one learning rate. */
export interface LearningRateSpan {
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  readonly learningRate: number;
}

/** Plan of the training of a network. */
export interface NetworkPlan {
  readonly system: 'network';
  /** The backend that was timed. */
  readonly backend: string;
  readonly parameters: number;
  /** Rough bytes at the height of a step, and bytes that this machine has for it, or the device of the backend. */
  readonly memoryBytes: number;
  readonly availableMemoryBytes: number;
  readonly trainingFlopPerToken: number;
  /** Time steps of the largest batch: `bptt`, or what the longest of drawn windows or of sentences have. */
  readonly stepsPerWindow: number;
  /** Whether a batch is of sentences or utterances: then these decide how long it is, and not `bptt`. */
  readonly sentences: boolean;
  /** What a prediction is of, where it is no token. */
  readonly unit?: 'frames';
  /** In the first epoch; with windows of random lengths another number in each. */
  readonly windowsPerEpoch: number;
  /** Predictions an epoch trains on. */
  readonly tokensPerEpoch: number;
  /** At most, with early stopping. */
  readonly epochs: number;
  /** Epochs that a run to resume has trained and validated; 0 for a new one. */
  readonly epochsTrained: number;
  /** Of the epochs that are left, as they are if the valid perplexity falls in each. */
  readonly learningRates: readonly LearningRateSpan[];
  /** Whether the learning rate also falls when the metric on valid does not. */
  readonly learningRateFalls: boolean;
  /** null where the memory does not suffice: nothing is timed then. */
  readonly timing: PlannedTiming | null;
}

/** The plan of a network, before a few batches are timed. */
export interface PlannedEvent {
  readonly kind: 'planned';
  readonly plan: NetworkPlan;
}

/** Estimated time of a training. */
export interface PlannedTiming {
  /** Median over a few timed windows. */
  readonly tokensPerSecond: number;
  readonly gflops: number;
  /** Training alone, without the validations. */
  readonly secondsPerEpoch: number;
  /** Of what is left to train. */
  readonly seconds: number;
}

/**
 * Plans the training of a spec, from where it begins, on the active backend; nothing is written. A training that would not
 * fit into memory is not timed.
 *
 * @yields the plan before anything is timed, which allocates what a training would
 * @throws UserError('data') when the checkpoint that it begins with is not one of the run
 */
export async function* planTraining(
  spec: NetworkSpec,
  data: TrainingData,
  beginning: Beginning,
): AsyncGenerator<PlannedEvent, NetworkPlan, void> {
  const { epochs, schedule } = spec.training;
  const kind = taskKindOf(spec);
  const vocabularySizes = kind.vocabularySizes(data);
  const backend = tf.getBackend() as BackendName;
  const sizes = kind.sizes(spec, data);
  const { largest } = sizes;
  const size = modelSize(architectureOf(spec, vocabularySizes), largest);
  const batches = kind.batches(spec, data);
  const position = positionOf(beginning, batches, spec);
  const windowsPerEpoch = spec.training.windowsPerEpoch ?? batches.batchesIn(0);
  const tokensPerEpoch = predictionsOfBatches(batches, windowsPerEpoch);
  const tokensLeft = (epochs - position.epochs) * tokensPerEpoch - position.epochPredictions;
  const planned: NetworkPlan = {
    system: 'network',
    backend,
    parameters: size.parameters,
    memoryBytes: trainingMemory(spec, { vocabularySizes, backend, sizes }),
    availableMemoryBytes: memoryFor(backend),
    trainingFlopPerToken: size.trainingFlopPerToken,
    stepsPerWindow: largest.steps,
    sentences: readsSentences(spec),
    ...(recognizesSpeech(spec) && { unit: 'frames' as const }),
    windowsPerEpoch,
    tokensPerEpoch,
    epochs,
    epochsTrained: position.epochs,
    learningRates: learningRateSpans(spec, position.validation),
    learningRateFalls: 'plateau' in schedule,
    timing: null,
  };
  yield { kind: 'planned', plan: planned };
  if (planned.memoryBytes > planned.availableMemoryBytes) return planned;
  const tokensPerSecond = await medianSpeed(spec, data, beginning);
  const timing = {
    tokensPerSecond,
    gflops: (tokensPerSecond * size.trainingFlopPerToken) / 1e9,
    secondsPerEpoch: tokensPerEpoch / tokensPerSecond,
    seconds: Math.max(0, tokensLeft) / tokensPerSecond,
  };
  return { ...planned, timing };
}

/**
 * Lists the learning rate of every epoch to come, if the valid perplexity falls in each, with equal neighbours joined.
 *
 * @param validation the valid perplexity of every epoch so far
 */
export function learningRateSpans(
  { training }: NetworkSpec,
  validation: readonly number[],
): LearningRateSpan[] {
  const spans: LearningRateSpan[] = [];
  for (let epoch = validation.length + 1; epoch <= training.epochs; epoch++) {
    const learningRate = learningRateOf(training, epoch, validation);
    const last = spans.at(-1);
    if (last?.learningRate === learningRate) spans[spans.length - 1] = { ...last, lastEpoch: epoch };
    else spans.push({ firstEpoch: epoch, lastEpoch: epoch, learningRate });
  }
  return spans;
}

/** Counts the predictions of the first batches: of the first pass, and of the next one where it has not so many. */
function predictionsOfBatches(task: Pick<Task, 'batchesIn' | 'predictionsOf'>, windows: number): number {
  let [predictions, pass, inPass] = [0, 0, 0];
  for (let window = 0; window < windows; window++) {
    if (inPass === task.batchesIn(pass)) [pass, inPass] = [pass + 1, 0];
    predictions += task.predictionsOf(pass, inPass);
    inPass += 1;
  }
  return predictions;
}

/** Measures predictions a second, the median over the timed batches; makes the model, and frees it. */
async function medianSpeed(spec: NetworkSpec, data: TrainingData, beginning: Beginning): Promise<number> {
  const begun = beginTask(spec, data, beginning);
  try {
    const { optimizer, state } = beginState(spec, begun, beginning);
    dispose(state);
    try {
      return await timedSpeed(begun, spec, optimizer);
    } finally {
      disposeOptimizer(optimizer);
    }
  } finally {
    disposeNetwork(begun.model);
  }
}

async function timedSpeed(
  { task, position }: BegunTask,
  { training }: NetworkSpec,
  optimizer: Optimizer,
): Promise<number> {
  const { loss, clipNorm } = training;
  const steps = new StepLauncher({ task, optimizer, loss, clipNorm });
  const learningRate = learningRateOf(training, 1, []);
  const speeds: number[] = [];
  let state = tidy(() => task.zeroState());
  try {
    for (let count = 1; count <= 1 + TIMED_WINDOWS; count++) {
      const window = { pass: 0, inPass: (count - 1) % task.batchesIn(0), step: 0 };
      const averaged = position.averagedSince === null ? 0 : count;
      const began = performance.now();
      const step = steps.launch(window, state, { learningRate, count, averaged });
      await step.figures;
      if (count > 1) speeds.push((1000 * step.predictions) / (performance.now() - began));
      dispose(state);
      state = step.state;
    }
  } finally {
    steps.dispose();
    dispose(state);
  }
  return speeds.sort((a, b) => a - b)[Math.floor(TIMED_WINDOWS / 2)];
}
