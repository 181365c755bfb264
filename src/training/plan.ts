/** What a training would be, before it is begun: size, cost, schedule, and the time from a few timed windows. */
import * as tf from '@tensorflow/tfjs';
import type { PreparedCorpus } from '../corpus/prepared.js';
import { disposeLanguageModel } from '../model/language-model.js';
import { architectureOf } from '../model/parameters.js';
import { modelSize } from '../model/size.js';
import { dispose, tidy } from '../ops/memory.js';
import type { Spec } from '../spec/spec.generated.js';
import { freshModel, languageModelTrainee } from './language-modelling.js';
import { loopSettings } from './loop.js';
import { learningRateOf } from './schedule.js';
import { trainingStep } from './step.js';
import type { Trainee } from './trainee.js';

/** Windows that are timed, after one that warms up. */
const TIMED_WINDOWS = 5;

/** Consecutive epochs with one learning rate. */
export interface LearningRateSpan {
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  readonly learningRate: number;
}

/** What a training would be. */
export interface TrainingPlan {
  /** What was timed. */
  readonly backend: string;
  readonly parameters: number;
  /** Rough bytes at the height of a step. */
  readonly memoryBytes: number;
  readonly trainingFlopPerToken: number;
  readonly windowsPerEpoch: number;
  /** Predictions an epoch trains on. */
  readonly tokensPerEpoch: number;
  readonly epochs: number;
  readonly learningRates: readonly LearningRateSpan[];
  /** Median over a few timed windows. */
  readonly tokensPerSecond: number;
  readonly gflops: number;
  /** Training alone, without the validations. */
  readonly secondsPerEpoch: number;
  readonly seconds: number;
}

/** Plans the training of a spec on the active backend; nothing is written. */
export async function planTraining(spec: Spec, corpus: PreparedCorpus): Promise<TrainingPlan> {
  const { batchSize, bptt, epochs } = spec.training;
  const size = modelSize(architectureOf(spec.model, corpus.vocabulary.size), {
    steps: bptt,
    batch: batchSize,
  });
  const model = freshModel(spec, corpus.vocabulary.size);
  const trainee = languageModelTrainee(spec, corpus, model);
  const { windowsPerEpoch } = loopSettings(spec, trainee);
  const tokensPerWindow = batchSize * bptt;
  try {
    const tokensPerSecond = tokensPerWindow / (await medianWindowSeconds(trainee, spec));
    const tokensPerEpoch = windowsPerEpoch * tokensPerWindow;
    const secondsPerEpoch = tokensPerEpoch / tokensPerSecond;
    return {
      backend: tf.getBackend(),
      parameters: size.parameters,
      memoryBytes: size.trainingBytes,
      trainingFlopPerToken: size.trainingFlopPerToken,
      windowsPerEpoch,
      tokensPerEpoch,
      epochs,
      learningRates: learningRateSpans(spec),
      tokensPerSecond,
      gflops: (tokensPerSecond * size.trainingFlopPerToken) / 1e9,
      secondsPerEpoch,
      seconds: epochs * secondsPerEpoch,
    };
  } finally {
    disposeLanguageModel(model);
  }
}

/** The learning rate of every epoch, equal neighbours joined. */
export function learningRateSpans(spec: Spec): LearningRateSpan[] {
  const spans: LearningRateSpan[] = [];
  for (let epoch = 1; epoch <= spec.training.epochs; epoch++) {
    const learningRate = learningRateOf(spec.training, epoch);
    const last = spans.at(-1);
    if (last?.learningRate === learningRate) spans[spans.length - 1] = { ...last, lastEpoch: epoch };
    else spans.push({ firstEpoch: epoch, lastEpoch: epoch, learningRate });
  }
  return spans;
}

async function medianWindowSeconds(trainee: Trainee, spec: Spec): Promise<number> {
  const learningRate = learningRateOf(spec.training, 1);
  const seconds: number[] = [];
  let state = tidy(() => trainee.zeroState());
  for (let inRun = 0; inRun <= TIMED_WINDOWS; inRun++) {
    const window = { inPass: inRun % trainee.windowsPerPass, inRun };
    const began = performance.now();
    const step = await trainingStep(trainee, window, state, learningRate, spec.training.clipNorm);
    if (inRun > 0) seconds.push((performance.now() - began) / 1000);
    dispose(state);
    state = step.state;
  }
  dispose(state);
  return seconds.sort((a, b) => a - b)[Math.floor(TIMED_WINDOWS / 2)];
}
