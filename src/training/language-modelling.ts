/** Language modelling as a task for the training loop: a spec and a prepared corpus make a trainee. */
import * as tf from '@tensorflow/tfjs';
import { type TokenSource, WindowSource } from '../corpus/windows.js';
import { evaluate } from '../evaluation/perplexity.js';
import {
  createLanguageModel,
  encode,
  initialState,
  type LanguageModel,
  targetNll,
} from '../model/language-model.js';
import type { StackState } from '../model/lstm-stack.js';
import { architectureOf } from '../model/parameters.js';
import type { Spec } from '../spec/spec.generated.js';
import type { NamedTensors, Trainee } from './trainee.js';

/** What training reads of a corpus; a prepared corpus is one. */
export interface TrainingCorpus {
  readonly vocabulary: { readonly size: number };
  split(name: 'train' | 'valid'): TokenSource;
}

/** A fresh model with the spec's seed and initialization. */
export function freshModel(spec: Spec, vocabularySize: number): LanguageModel {
  const { uniform } = spec.model.init;
  return createLanguageModel(architectureOf(spec.model, vocabularySize), uniform, spec.training.seed);
}

/** The training windows of a spec over a corpus. */
export function trainingWindows(spec: Spec, corpus: TrainingCorpus): WindowSource {
  const { batchSize, bptt } = spec.training;
  return new WindowSource(corpus.split('train'), { batchSize, bptt, tail: 'drop' });
}

/** What the loop trains: the model on the corpus's training split, validated on its valid split. */
export function languageModelTrainee(spec: Spec, corpus: TrainingCorpus, model: LanguageModel): Trainee {
  const windows = trainingWindows(spec, corpus);
  const { batchSize, bptt, seed, precision } = spec.training;
  const trained = { ...model, precision };
  return {
    parameters: model.parameters,
    windowsPerPass: windows.count,
    // A uniform guess scores ln V.
    hopelessNll: 2 * Math.log(corpus.vocabulary.size),
    zeroState: () => toNamed(initialState(model, batchSize)),
    forward({ inPass, inRun }, state) {
      const { inputs, targets, steps, batch } = windows.window(inPass);
      const plan = { edges: spec.dropout, seed, step: inRun * bptt };
      const ids = tf.tensor2d(inputs, [steps, batch], 'int32');
      const result = encode(trained, ids, fromNamed(state, model), plan);
      const nll = targetNll(trained, result.hidden, tf.tensor1d(targets, 'int32'));
      return { nll, batch, state: toNamed(result.state) };
    },
    validate: (signal, onProgress) =>
      evaluate(model, corpus.split('valid'), { batch: batchSize, signal, onProgress, label: 'valid' }),
  };
}

function toNamed(state: StackState): NamedTensors {
  return Object.fromEntries(
    state.flatMap(({ h, c }, layer) => [
      [`layers.${layer}.h`, h],
      [`layers.${layer}.c`, c],
    ]),
  );
}

function fromNamed(state: NamedTensors, model: LanguageModel): StackState {
  return model.architecture.layers.map((_, layer) => ({
    h: state[`layers.${layer}.h`] as tf.Tensor2D,
    c: state[`layers.${layer}.c`] as tf.Tensor2D,
  }));
}
