/** The task of language modelling: predicts the next token of one stream of text, or of independent sentences. */
import * as tf from '@tensorflow/tfjs';
import { firstTokens, type TokenSource } from '../corpus/windows.js';
import { evaluateSentences, evaluateStream } from '../evaluation/perplexity.js';
import { activationPenalty } from '../model/activation-penalty.js';
import { architectureOf, type VocabularySizes } from '../model/architecture.js';
import { encode, initialState, targetNll } from '../model/language-model.js';
import { createNetwork, type Network } from '../model/network.js';
import type { NamedValues } from '../model/parameters.js';
import { selectedRows } from '../model/rows.js';
import type { ModelState } from '../model/stack.js';
import { networkPredictor } from '../predictors/network-predictor.js';
import type { NetworkSpec } from '../spec/systems.js';
import { sentenceBatches } from './sentence-batches.js';
import { streamBatches, type TextBatch, type TextBatches } from './stream-batches.js';
import { type BatchData, type BatchShape, PERPLEXITY, type Task } from './task.js';
import type { TaskLoss } from './task-kind.js';

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
  spec: NetworkSpec,
  vocabularySizes: VocabularySizes,
  constants?: NamedValues,
): Network {
  const { model, training } = spec;
  const init = 'from' in model.init ? STAND_IN : model.init;
  const initial = { init, forgetBias: model.forgetBias, seed: training.seed };
  return createNetwork(architectureOf(spec, vocabularySizes), initial, constants);
}

/** Makes the batches of every pass of a training. */
export function trainingBatches({ training }: NetworkSpec, corpus: TrainingCorpus): TextBatches {
  const { batchSize, seed, sentences } = training;
  const tokens = firstTokens(corpus.split('train'), training.tokens);
  if (!sentences) return streamBatches(training, tokens);
  return sentenceBatches(tokens, { eos: corpus.vocabulary.eos, batchSize, seed });
}

/** Returns a batch of text as `Task.read` does. */
export function dataOf({ inputs, targets, steps, batch, rows }: TextBatch, clock: number): BatchData {
  const predicted = rows && { targets: rows.map((row) => targets[row]), rows };
  return { arrays: { inputs, targets, ...predicted }, steps, batch, clock };
}

/** Returns a batch of a size, of one word; of sentences as if none had padding. */
export function blankWindow({ training }: NetworkSpec, { steps, batch }: BatchShape): BatchData {
  const ids = new Int32Array(steps * batch);
  const rows = training.sentences ? ids.map((_, row) => row) : null;
  return dataOf({ inputs: ids, targets: ids, steps, batch, rows }, 0);
}

/** Returns how a spec measures the loss of its model on a batch. */
export function textLoss({ dropout, training }: NetworkSpec, model: Network): TaskLoss {
  const { batchSize, seed, precision, loss, sentences } = training;
  const trained = { ...model, precision };
  return {
    // Sentences carry no state, and their last batch may be smaller than the others.
    zeroState: () => (sentences ? {} : initialState(model, batchSize)),
    of({ arrays, steps, batch, clock }, carried) {
      const { inputs, targets, rows = null } = arrays;
      const state = sentences ? initialState(model, batch) : (carried as ModelState);
      const ids = tf.tensor2d(inputs, [steps, batch], 'int32');
      const encoded = encode(trained, ids, state, { table: dropout, seed, step: clock });
      const hidden = rows ? selectedRows(encoded.hidden, rows) : encoded.hidden;
      const lossWeight = 1 / (loss === 'sum' ? batch : targets.length);
      const nll = targetNll(trained, hidden, tf.tensor1d(targets, 'int32'), lossWeight);
      const penalty = activationPenalty(encoded.activations, training, rows);
      return { nll, batch, penalty, state: sentences ? {} : encoded.state };
    },
  };
}

/** Makes the task of training a model on a corpus's train split, with validation on its valid split. */
export function languageModellingTask(spec: NetworkSpec, corpus: TrainingCorpus, model: Network): Task {
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
    loss: (data, carried) => loss.of(data, carried),
    async validate(signal, onProgress) {
      const options = { batch: batchSize, signal, onProgress, label: 'valid' };
      const valid = corpus.split('valid');
      const { predictions, nll } = sentences
        ? await evaluateSentences(predictor, valid, eos, options)
        : await evaluateStream(predictor, valid, options);
      return { predictions, meanNll: nll / predictions };
    },
  };
}
