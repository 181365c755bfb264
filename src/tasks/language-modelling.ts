/** The task of language modelling: predicts the next token of one stream of text, or of independent sentences. */
import * as tf from '@tensorflow/tfjs';
import type { TokenSource } from '../corpus/windows.js';
import { evaluateSentences, evaluateStream } from '../evaluation/perplexity.js';
import { activationPenalty } from '../model/activation-penalty.js';
import { architectureOf } from '../model/architecture.js';
import {
  createLanguageModel,
  encode,
  initialState,
  type LanguageModel,
  targetNll,
} from '../model/language-model.js';
import type { NamedValues } from '../model/parameters.js';
import type { ModelState } from '../model/stack.js';
import { embedding } from '../ops/embedding.js';
import { networkPredictor } from '../predictors/network-predictor.js';
import type { NetworkSpec } from '../spec/systems.js';
import { sentenceBatches } from './sentence-batches.js';
import { streamBatches, type TextBatches } from './stream-batches.js';
import { type BatchShape, PERPLEXITY, type Task } from './task.js';

/** The part of a prepared corpus that training reads. */
export interface TrainingCorpus {
  readonly vocabulary: { readonly size: number; readonly eos: number };
  split(name: 'train' | 'valid'): TokenSource;
}

/** Initialization of a model whose parameters come from a run: its size and speed do not depend on values. */
const STAND_IN = { uniform: 0.1 };

/**
 * Makes a new model with the spec's seed and initialization.
 *
 * @param constants tensors that the model reads but never trains, if its spec has a context
 */
export function freshModel(
  { model, dropout, training }: NetworkSpec,
  vocabularySize: number,
  constants?: NamedValues,
): LanguageModel {
  const init = 'from' in model.init ? STAND_IN : model.init;
  const initial = { init, forgetBias: model.forgetBias, seed: training.seed };
  return createLanguageModel(architectureOf({ model, dropout }, vocabularySize), initial, constants);
}

function batchesOf({ training }: NetworkSpec, corpus: TrainingCorpus): TextBatches {
  const { batchSize, seed, sentences } = training;
  const tokens = corpus.split('train');
  if (!sentences) return streamBatches(training, tokens);
  return sentenceBatches(tokens, { eos: corpus.vocabulary.eos, batchSize, seed });
}

/** Finds the largest batch of the first pass, which decides how much memory training needs. */
export function largestBatch(spec: NetworkSpec, corpus: TrainingCorpus): BatchShape {
  const batches = batchesOf(spec, corpus);
  let largest: BatchShape = { steps: 0, batch: 0 };
  for (let inPass = 0; inPass < batches.batchesIn(0); inPass++) {
    const [steps, batch] = [batches.stepsOf(0, inPass), batches.columnsOf(0, inPass)];
    if (steps * batch > largest.steps * largest.batch) largest = { steps, batch };
  }
  return largest;
}

/** Makes the task of training a model on a corpus's train split, with validation on its valid split. */
export function languageModellingTask(spec: NetworkSpec, corpus: TrainingCorpus, model: LanguageModel): Task {
  const { dropout, training } = spec;
  const { batchSize, seed, precision, loss, sentences } = training;
  const { size, eos } = corpus.vocabulary;
  const batches = batchesOf(spec, corpus);
  const penalties = {
    activation: training.activationRegularization,
    temporal: training.temporalActivationRegularization,
  };
  const trained = { ...model, precision };
  const predictor = networkPredictor(model);
  return {
    parameters: model.parameters,
    metric: PERPLEXITY,
    uniformNll: Math.log(size),
    // Sentences carry no state, and their last batch may be smaller than the others.
    zeroState: () => (sentences ? {} : initialState(model, batchSize)),
    batchesIn: (pass) => batches.batchesIn(pass),
    stepsOf: (pass, inPass) => batches.stepsOf(pass, inPass),
    predictionsOf: (pass, inPass) => batches.predictionsOf(pass, inPass),
    startsFromZero: (pass, inPass) => batches.startsFromZero(pass, inPass),
    loss({ pass, inPass, step }, carried) {
      const { inputs, targets, steps, batch, rows } = batches.batch(pass, inPass);
      const state = sentences ? initialState(model, batch) : (carried as ModelState);
      const ids = tf.tensor2d(inputs, [steps, batch], 'int32');
      const encoded = encode(trained, ids, state, { table: dropout, seed, step });
      const hidden = rows ? rowsOf(encoded.hidden, rows) : encoded.hidden;
      const wanted = rows ? rows.map((row) => targets[row]) : targets;
      const lossWeight = 1 / (loss === 'sum' ? batch : wanted.length);
      const nll = targetNll(trained, hidden, tf.tensor1d(wanted, 'int32'), lossWeight);
      const penalty = activationPenalty(encoded.activations, penalties, rows);
      return { nll, batch, penalty, state: sentences ? {} : encoded.state };
    },
    async validate(signal, onProgress) {
      const options = { batch: batchSize, signal, onProgress, label: 'valid' };
      const valid = corpus.split('valid');
      const { perplexity, predictions, nll } = sentences
        ? await evaluateSentences(predictor, valid, eos, options)
        : await evaluateStream(predictor, valid, options);
      return { value: perplexity, predictions, meanNll: nll / predictions };
    },
  };
}

/** Selects rows of a matrix, [N,H]. By the embedding op, since tfjs's wasm backend has no gradient of `gather`. */
function rowsOf(matrix: tf.Tensor2D, rows: Int32Array): tf.Tensor2D {
  const taken = embedding(matrix, tf.tensor2d(rows, [1, rows.length], 'int32'));
  return taken.reshape([rows.length, matrix.shape[1]]);
}
