/** The task of language modelling: predicts the next token of one stream of text, or of independent sentences. */
import * as tf from '@tensorflow/tfjs';
import { firstTokens, type TokenSource } from '../corpus/windows.js';
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
import { streamBatches, type TextBatch, type TextBatches } from './stream-batches.js';
import { type BatchData, type LossTerms, PERPLEXITY, type Task } from './task.js';

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

/** Makes the batches of every pass of a training. */
export function trainingBatches({ training }: NetworkSpec, corpus: TrainingCorpus): TextBatches {
  const { batchSize, seed, sentences } = training;
  const tokens = firstTokens(corpus.split('train'), training.tokens);
  if (!sentences) return streamBatches(training, tokens);
  return sentenceBatches(tokens, { eos: corpus.vocabulary.eos, batchSize, seed });
}

/** The loss of batches of text. */
export interface TextLoss {
  /** Makes the state from which sequences begin; empty where batches carry none. */
  zeroState(): ModelState;
  /** Computes the loss of one batch, as `Task.loss`. */
  of(data: BatchData, carried: ModelState): LossTerms;
}

/** Returns a batch of text as `Task.read` does. */
export function dataOf({ inputs, targets, steps, batch, rows }: TextBatch, clock: number): BatchData {
  const predicted = rows && { targets: rows.map((row) => targets[row]), rows };
  return { arrays: { inputs, targets, ...predicted }, steps, batch, clock };
}

/** Returns how a spec measures the loss of its model on a batch. */
export function textLoss({ dropout, training }: NetworkSpec, model: LanguageModel): TextLoss {
  const { batchSize, seed, precision, loss, sentences } = training;
  const penalties = {
    activation: training.activationRegularization,
    temporal: training.temporalActivationRegularization,
  };
  const trained = { ...model, precision };
  return {
    // Sentences carry no state, and their last batch may be smaller than the others.
    zeroState: () => (sentences ? {} : initialState(model, batchSize)),
    of({ arrays, steps, batch, clock }, carried) {
      const { inputs, targets, rows = null } = arrays;
      const state = sentences ? initialState(model, batch) : carried;
      const ids = tf.tensor2d(inputs, [steps, batch], 'int32');
      const encoded = encode(trained, ids, state, { table: dropout, seed, step: clock });
      const hidden = rows ? rowsOf(encoded.hidden, rows) : encoded.hidden;
      const lossWeight = 1 / (loss === 'sum' ? batch : targets.length);
      const nll = targetNll(trained, hidden, tf.tensor1d(targets, 'int32'), lossWeight);
      const penalty = activationPenalty(encoded.activations, penalties, rows);
      return { nll, batch, penalty, state: sentences ? {} : encoded.state };
    },
  };
}

/** Makes the task of training a model on a corpus's train split, with validation on its valid split. */
export function languageModellingTask(spec: NetworkSpec, corpus: TrainingCorpus, model: LanguageModel): Task {
  const { batchSize, sentences } = spec.training;
  const { size, eos } = corpus.vocabulary;
  const batches = trainingBatches(spec, corpus);
  const loss = textLoss(spec, model);
  const predictor = networkPredictor(model);
  return {
    parameters: model.parameters,
    metric: PERPLEXITY,
    uniformNll: Math.log(size),
    zeroState: loss.zeroState,
    batchesIn: (pass) => batches.batchesIn(pass),
    stepsOf: (pass, inPass) => batches.stepsOf(pass, inPass),
    predictionsOf: (pass, inPass) => batches.predictionsOf(pass, inPass),
    startsFromZero: (pass, inPass) => batches.startsFromZero(pass, inPass),
    read: ({ pass, inPass, step }) => dataOf(batches.batch(pass, inPass), step),
    loss: (data, carried) => loss.of(data, carried as ModelState),
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
