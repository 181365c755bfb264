/** Language modelling as a task for the training loop: a spec and a prepared corpus make a trainee. */
import * as tf from '@tensorflow/tfjs';
import type { TokenSource } from '../corpus/windows.js';
import { evaluate } from '../evaluation/perplexity.js';
import { activationPenalty } from '../model/activation-penalty.js';
import { architectureOf } from '../model/architecture.js';
import { createLanguageModel } from '../model/create.js';
import { encode, initialState, type LanguageModel, targetNll } from '../model/language-model.js';
import type { NamedValues } from '../model/parameters.js';
import type { ModelState } from '../model/stack.js';
import type { NetworkSpec } from '../spec/systems.js';
import { trainingPasses } from './passes.js';
import type { Trainee } from './trainee.js';

/** What training reads of a corpus; a prepared corpus is one. */
export interface TrainingCorpus {
  readonly vocabulary: { readonly size: number };
  split(name: 'train' | 'valid'): TokenSource;
}

/** How a model begins whose parameters come from a run, before they do: for its size and its speed, any will do. */
const STAND_IN = { uniform: 0.1 };

/**
 * A fresh model with the spec's seed and initialization.
 *
 * @param constants what the model reads but never trains, where its spec has a context
 */
export function freshModel(
  { model, dropout, training }: NetworkSpec,
  vocabularySize: number,
  constants?: NamedValues,
): LanguageModel {
  const init = 'from' in model.init ? STAND_IN : model.init;
  const beginning = { init, forgetBias: model.forgetBias, seed: training.seed };
  return createLanguageModel(architectureOf({ model, dropout }, vocabularySize), beginning, constants);
}

/** What the loop trains: the model on the corpus's training split, validated on its valid split. */
export function languageModelTrainee(
  { dropout, training }: NetworkSpec,
  corpus: TrainingCorpus,
  model: LanguageModel,
): Trainee {
  const passes = trainingPasses(training, corpus.split('train'));
  const { batchSize, seed, precision, loss } = training;
  const penalties = {
    activation: training.activationRegularization,
    temporal: training.temporalActivationRegularization,
  };
  const trained = { ...model, precision };
  return {
    parameters: model.parameters,
    uniformNll: Math.log(corpus.vocabulary.size),
    zeroState: () => initialState(model, batchSize),
    windowsIn: (pass) => passes.windowsIn(pass),
    stepsOf: (pass, inPass) => passes.stepsOf(pass, inPass),
    forward({ pass, inPass, step }, state) {
      const { inputs, targets, steps, batch } = passes.window(pass, inPass);
      const ids = tf.tensor2d(inputs, [steps, batch], 'int32');
      const plan = { table: dropout, seed, step };
      const result = encode(trained, ids, state as ModelState, plan);
      const share = 1 / (loss === 'sum' ? batch : batch * steps);
      const nll = targetNll(trained, result.hidden, tf.tensor1d(targets, 'int32'), share);
      const penalty = activationPenalty(result.activations, penalties);
      return { nll, batch, penalty, state: result.state };
    },
    validate: (signal, onProgress) =>
      evaluate(model, corpus.split('valid'), { batch: batchSize, signal, onProgress, label: 'valid' }),
  };
}
