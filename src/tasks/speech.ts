/** The task of speech: predicts the phones of utterances from the features of their frames (section 4.2 of the paper). */
import { checkFramesForPhones } from '../corpus/speech/check-frames.js';
import type { SpeechCorpus, UtteranceSource } from '../corpus/speech/speech-corpus.js';
import {
  groupUtterances,
  shapeOfUtterances,
  type UtteranceBatch,
  type UtteranceShape,
} from '../corpus/utterances.js';
import { type PhoneDecoder, type PhoneDecoding, phoneDecoder } from '../evaluation/phone-decoder.js';
import { DEFAULT_SCALES } from '../evaluation/phone-hmm.js';
import { evaluateUtterances, utteranceReading } from '../evaluation/utterances.js';
import { frameLogits } from '../model/acoustic.js';
import { activationPenalty } from '../model/activation-penalty.js';
import { targetNll } from '../model/language-model.js';
import type { Network } from '../model/network.js';
import { ctcLoss } from '../ops/ctc.js';
import { targetsOf } from '../predictors/network-predictor.js';
import { encodeUtterances, labelsOf, networkRecognizer, recognizeFrames } from '../predictors/recognizer.js';
import { type NetworkSpec, speechOf } from '../spec/systems.js';
import { largestOf, spread } from './batch-sizes.js';
import { type BatchData, type BatchShape, type BatchSizes, PHONE_ERROR_RATE, type Task } from './task.js';
import type { TaskLoss } from './task-kind.js';
import { utteranceBatches } from './utterance-batches.js';

/** Makes the batches of every pass of a training. */
export function trainingUtterances(spec: NetworkSpec, corpus: SpeechCorpus) {
  return utteranceBatches(corpus.split('train'), spec.training, utteranceReading(spec, corpus));
}

/** Finds the sizes of the batches of a spec's training. */
export function utteranceBatchSizes(spec: NetworkSpec, corpus: SpeechCorpus): BatchSizes {
  const reading = utteranceReading(spec, corpus);
  const shapesOf = (utterances: UtteranceSource): UtteranceShape[] =>
    groupUtterances(utterances, spec.training.batchSize).map((group) =>
      shapeOfUtterances(utterances, group, reading),
    );
  const [ofTraining, ofValidation] = [shapesOf(corpus.split('train')), shapesOf(corpus.split('valid'))];
  return {
    largest: largestOf(ofTraining),
    first: spread(ofTraining),
    validation: [...spread(ofValidation), largestOf(ofValidation)],
  };
}

/** Returns a batch of utterances as `Task.read` does. */
export function dataOfUtterances(
  { steps, batch, features, arrays }: UtteranceBatch,
  clock: number,
): BatchData {
  return { arrays: { ...arrays }, features, steps, batch, clock };
}

/** Returns the utterances of a batch that {@link dataOfUtterances} has made. */
function utterancesOf({ arrays, features, steps, batch }: BatchData): UtteranceBatch {
  const { rows, labels, frameCounts, phones, phoneCounts } = arrays;
  if (!features) throw new Error('A batch of speech without features');
  return { steps, batch, features, arrays: { rows, labels, frameCounts, phones, phoneCounts } };
}

/** Returns how a spec measures the loss of its model on a batch of utterances. */
export function speechLoss(spec: NetworkSpec, model: Network): TaskLoss {
  const { dropout, training } = spec;
  const { seed, precision, loss } = training;
  const trained = { ...model, precision };
  const isFramewise = speechOf(spec).loss === 'framewise';
  return {
    zeroState: () => ({}),
    of(data) {
      const utterances = utterancesOf(data);
      const { batch, arrays } = utterances;
      const predictions = arrays.rows.length;
      const noise = { table: dropout, seed, step: data.clock };
      const { hidden, activations } = encodeUtterances(trained, utterances, noise);
      const lossWeight = 1 / (loss === 'sum' ? batch : predictions);
      const nll = isFramewise
        ? targetNll(trained, hidden, targetsOf({ targets: arrays.labels }), lossWeight)
        : ctcLoss(frameLogits(trained, hidden), labelsOf(utterances));
      const penalty = activationPenalty(activations, training, arrays.rows);
      return { nll, predictions, batch, penalty, state: {} };
    },
  };
}

/** Returns a batch of utterances of a size that {@link utteranceBatchSizes} found, of zeros, without phones and of equal length. */
export function blankUtterances(shape: BatchShape): BatchData {
  return dataOfUtterances(blankBatch(shape as UtteranceShape), 0);
}

function blankBatch({ steps, batch, width, frames }: UtteranceShape): UtteranceBatch {
  const frameCounts = Int32Array.from(
    { length: batch },
    (_, b) => Math.floor((frames * (b + 1)) / batch) - Math.floor((frames * b) / batch),
  );
  const rows = new Int32Array(frames);
  return {
    steps,
    batch,
    features: new Float32Array(steps * batch * width),
    arrays: {
      rows: rows.map((_, row) => row),
      labels: rows,
      frameCounts,
      phones: new Int32Array(0),
      phoneCounts: new Int32Array(batch),
    },
  };
}

/** Computes the results of such a batch as a recognizer does. */
export function validateBlankUtterances(spec: NetworkSpec, model: Network, shape: BatchShape) {
  const { scores, nll } = recognizeFrames(model, blankBatch(shape as UtteranceShape), speechOf(spec).loss);
  return { results: nll ? [scores, nll] : [scores], state: {} };
}

/**
 * Makes the task of training a model on the utterances of a corpus.
 *
 * @throws UserError('data') when CTC cannot align the phones of an utterance with its frames
 */
export function speechTask(spec: NetworkSpec, corpus: SpeechCorpus, model: Network): Task {
  const { loss } = speechOf(spec);
  if (loss === 'ctc') checkFramesForPhones(corpus, ['train', 'valid']);
  const batches = trainingUtterances(spec, corpus);
  const taskLoss = speechLoss(spec, model);
  const recognizer = networkRecognizer(model, loss);
  const reading = utteranceReading(spec, corpus);
  // As `zlm eval` does by default, except that CTC takes the best path, which is much faster.
  const decoding: PhoneDecoding =
    loss === 'ctc' ? { decoder: 'beam', beam: 1 } : { decoder: 'viterbi', ...DEFAULT_SCALES };
  let decode: PhoneDecoder | undefined;
  return {
    parameters: model.parameters,
    metric: PHONE_ERROR_RATE,
    // By CTC, no more than this: several paths have the phones of an utterance.
    uniformNll: Math.log(model.architecture.vocabularySize),
    zeroState: taskLoss.zeroState,
    batchesIn: (pass) => batches.batchesIn(pass),
    stepsOf: (pass, inPass) => batches.shapeOf(pass, inPass).steps,
    predictionsOf: (pass, inPass) => batches.predictionsOf(pass, inPass),
    startsFromZero: () => true,
    read: ({ pass, inPass, step }) => dataOfUtterances(batches.batch(pass, inPass), step),
    loss: (data, carried) => taskLoss.of(data, carried),
    async validate(signal, onProgress) {
      decode ??= await phoneDecoder(decoding, corpus, signal);
      const options = { batch: spec.training.batchSize, decode, signal, onProgress, label: 'valid' };
      const valid = corpus.split('valid');
      const measured = await evaluateUtterances(recognizer, valid, reading, corpus.scoring, options);
      const { frames, nll, phoneErrorRate, frameAccuracy } = measured;
      return {
        predictions: frames,
        meanNll: nll / frames,
        phoneErrorRate,
        ...(frameAccuracy !== null && { frameAccuracy }),
      };
    },
  };
}
