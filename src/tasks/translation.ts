/** The task of translation: predicts the words of a target sentence after its source (section 4.3 of the paper). */
import * as tf from '@tensorflow/tfjs';
import {
  groupPairs,
  type PairBatch,
  type PairReading,
  type PairShape,
  type PairSource,
  shapeOfPairs,
} from '../corpus/pairs.js';
import type { ParallelCorpus } from '../corpus/parallel/parallel-corpus.js';
import { evaluatePairs } from '../evaluation/pairs.js';
import { activationPenalty } from '../model/activation-penalty.js';
import { type LanguageModel, targetNll } from '../model/language-model.js';
import { selectedRows } from '../model/rows.js';
import { encodePairs } from '../model/translation.js';
import { networkTranslator } from '../predictors/translator.js';
import { type NetworkSpec, translationOf } from '../spec/systems.js';
import { FIRST_BATCHES, largestOf } from './batch-sizes.js';
import { pairBatches } from './pair-batches.js';
import { type BatchData, type BatchShape, type BatchSizes, PERPLEXITY, type Task } from './task.js';
import type { TaskLoss } from './task-kind.js';

/** Returns how a spec reads the pairs of a corpus. */
export function pairReading(spec: NetworkSpec, { target }: ParallelCorpus): PairReading {
  return { eos: target.eos, reverseSource: translationOf(spec).reverseSource };
}

/** Makes the batches of every pass of a training. */
export function trainingPairs(spec: NetworkSpec, corpus: ParallelCorpus) {
  return pairBatches(corpus.split('train'), spec.training, pairReading(spec, corpus));
}

/** Finds the sizes of the batches of a spec's training. */
export function pairBatchSizes({ training }: NetworkSpec, corpus: ParallelCorpus): BatchSizes {
  const shapesOf = (pairs: PairSource): PairShape[] =>
    groupPairs(pairs, Array.from({ length: pairs.length }).keys(), training.batchSize).map((group) =>
      shapeOfPairs(pairs, group),
    );
  const [ofTraining, ofValidation] = [shapesOf(corpus.split('train')), shapesOf(corpus.split('valid'))];
  return {
    largest: largestOf(ofTraining),
    first: spread(ofTraining),
    validation: [...spread(ofValidation), largestOf(ofValidation)],
  };
}

/** Takes some of many shapes, at equal distances. */
function spread(shapes: readonly PairShape[]): PairShape[] {
  const count = Math.min(FIRST_BATCHES, shapes.length);
  return Array.from({ length: count }, (_, n) => shapes[Math.floor((n * shapes.length) / count)]);
}

/** Returns a batch of pairs as `Task.read` does. */
function dataOf({ source, inputs, targets, rows, steps, batch }: PairBatch, clock: number): BatchData {
  return { arrays: { source, inputs, targets, rows }, steps, batch, clock };
}

/** Returns how a spec measures the loss of its model on a batch of pairs: of the target alone. */
export function pairLoss({ dropout, training }: NetworkSpec, model: LanguageModel): TaskLoss {
  const { seed, precision, loss } = training;
  const penalties = {
    activation: training.activationRegularization,
    temporal: training.temporalActivationRegularization,
  };
  const trained = { ...model, precision };
  return {
    zeroState: () => ({}),
    of({ arrays, batch, clock }) {
      const { source, inputs, targets, rows } = arrays;
      const [read, predicted] = [source, inputs].map((ids) =>
        tf.tensor2d(ids, [ids.length / batch, batch], 'int32'),
      );
      const encoded = encodePairs(trained, read, predicted, { table: dropout, seed, step: clock });
      const lossWeight = 1 / (loss === 'sum' ? batch : targets.length);
      const hidden = selectedRows(encoded.hidden, rows);
      const nll = targetNll(trained, hidden, tf.tensor1d(targets, 'int32'), lossWeight);
      return { nll, batch, penalty: activationPenalty(encoded.activations, penalties, rows), state: {} };
    },
  };
}

/** Returns a batch of pairs of a size, of one word and without padding. */
export function blankPairs({ steps, batch, ...shape }: BatchShape): BatchData {
  const sourceSteps = 'sourceSteps' in shape ? (shape as PairShape).sourceSteps : Math.ceil(steps / 2);
  const ids = new Int32Array((steps - sourceSteps) * batch);
  const source = new Int32Array(sourceSteps * batch);
  return dataOf(
    { source, inputs: ids, targets: ids, rows: ids.map((_, row) => row), steps, sourceSteps, batch },
    0,
  );
}

/** Computes the losses of such a batch as a translator does. */
export function validateBlankPairs(model: LanguageModel, shape: BatchShape) {
  const { source, inputs, targets, rows } = blankPairs(shape).arrays;
  const [read, predicted] = [source, inputs].map((ids) =>
    tf.tensor2d(ids, [ids.length / shape.batch, shape.batch], 'int32'),
  );
  const { hidden } = encodePairs(model, read, predicted, null);
  return { nll: targetNll(model, selectedRows(hidden, rows), tf.tensor1d(targets, 'int32')), state: {} };
}

/** Makes the task of training a model on the pairs of a corpus. */
export function translationTask(spec: NetworkSpec, corpus: ParallelCorpus, model: LanguageModel): Task {
  const batches = trainingPairs(spec, corpus);
  const loss = pairLoss(spec, model);
  const translator = networkTranslator(model);
  return {
    parameters: model.parameters,
    metric: PERPLEXITY,
    uniformNll: Math.log(corpus.target.size),
    zeroState: loss.zeroState,
    batchesIn: (pass) => batches.batchesIn(pass),
    stepsOf: (pass, inPass) => batches.shapeOf(pass, inPass).steps,
    predictionsOf: (pass, inPass) => batches.predictionsOf(pass, inPass),
    startsFromZero: () => true,
    read: ({ pass, inPass, step }) => dataOf(batches.batch(pass, inPass), step),
    loss: (data, carried) => loss.of(data, carried),
    async validate(signal, onProgress) {
      const options = { batch: spec.training.batchSize, signal, onProgress, label: 'valid' };
      const reading = pairReading(spec, corpus);
      const { perplexity, predictions, nll } = await evaluatePairs(
        translator,
        corpus.split('valid'),
        reading,
        options,
      );
      return { value: perplexity, predictions, meanNll: nll / predictions };
    },
  };
}
