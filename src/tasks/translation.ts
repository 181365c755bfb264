/** The task of translation: predicts the words of a target sentence after its source (section 4.3 of the paper). */
import {
  everyPair,
  groupPairs,
  type PairBatch,
  type PairReading,
  type PairShape,
  type PairSource,
  shapeOfPairs,
} from '../corpus/pairs.js';
import type { ParallelCorpus } from '../corpus/parallel/parallel-corpus.js';
import { type DecodingHooks, decode } from '../decoding/decode.js';
import { DEFAULT_DECODING } from '../decoding/decoding-options.js';
import { evaluatePairs, pairReading } from '../evaluation/pairs.js';
import { corpusBleu } from '../metrics/bleu.js';
import { activationPenalty } from '../model/activation-penalty.js';
import { targetNll } from '../model/language-model.js';
import type { Network } from '../model/network.js';
import { targetsOf } from '../predictors/network-predictor.js';
import {
  encodeTargets,
  networkTranslator,
  type PairWords,
  pairNlls,
  type Translator,
} from '../predictors/translator.js';
import { type NetworkSpec, translationOf } from '../spec/systems.js';
import { largestOf, spread } from './batch-sizes.js';
import { pairBatches } from './pair-batches.js';
import { type BatchData, type BatchShape, type BatchSizes, BLEU, PERPLEXITY, type Task } from './task.js';
import type { TaskLoss } from './task-kind.js';

/** Makes the batches of every pass of a training. */
export function trainingPairs(spec: NetworkSpec, corpus: ParallelCorpus) {
  return pairBatches(corpus.split('train'), spec.training, pairReading(spec, corpus));
}

/** Finds the sizes of the batches of a spec's training. */
export function pairBatchSizes({ training }: NetworkSpec, corpus: ParallelCorpus): BatchSizes {
  const shapesOf = (pairs: PairSource): PairShape[] =>
    groupPairs(pairs, everyPair(pairs), training).map((group) => shapeOfPairs(pairs, group));
  const [ofTraining, ofValidation] = [shapesOf(corpus.split('train')), shapesOf(corpus.split('valid'))];
  return {
    largest: largestOf(ofTraining),
    first: spread(ofTraining),
    validation: [...spread(ofValidation), largestOf(ofValidation)],
  };
}

/** Returns a batch of pairs as `Task.read` does. */
function dataOf({ source, inputs, targets, rows, steps, batch }: PairBatch, clock: number): BatchData {
  return { arrays: { source, inputs, targets, rows }, steps, batch, clock };
}

/** Returns how a spec measures the loss of its model on a batch of pairs: of the target alone. */
export function pairLoss({ dropout, training }: NetworkSpec, model: Network): TaskLoss {
  const { seed, precision, loss } = training;
  const trained = { ...model, precision };
  return {
    zeroState: () => ({}),
    of(data) {
      const words = wordsOf(data);
      const { batch } = data;
      const noise = { table: dropout, seed, step: data.clock };
      const { hidden, activations } = encodeTargets(trained, words, noise);
      const lossWeight = 1 / (loss === 'sum' ? batch : words.targets.length);
      const nll = targetNll(trained, hidden, targetsOf(words), lossWeight);
      return { nll, batch, penalty: activationPenalty(activations, training, words.rows), state: {} };
    },
  };
}

/** Returns the words of a batch that {@link dataOf} has made. */
function wordsOf({ arrays: { source, inputs, targets, rows }, batch }: BatchData): PairWords {
  return { source, inputs, targets, rows, batch };
}

/** Returns a batch of pairs of a size that {@link pairBatchSizes} found, of one word and without padding. */
export function blankPairs(shape: BatchShape): BatchData {
  const { steps, sourceSteps, batch } = shape as PairShape;
  const ids = new Int32Array((steps - sourceSteps) * batch);
  const source = new Int32Array(sourceSteps * batch);
  const rows = ids.map((_, row) => row);
  return dataOf({ source, inputs: ids, targets: ids, rows, steps, sourceSteps, batch }, 0);
}

/** Computes the losses of such a batch as a translator does. */
export function validateBlankPairs(model: Network, shape: BatchShape) {
  return { results: [pairNlls(model, wordsOf(blankPairs(shape)))], state: {} };
}

/** Makes the task of training a model on the pairs of a corpus. */
export function translationTask(spec: NetworkSpec, corpus: ParallelCorpus, model: Network): Task {
  const batches = trainingPairs(spec, corpus);
  const loss = pairLoss(spec, model);
  const translator = networkTranslator(model);
  const { bleu } = translationOf(spec).validation;
  return {
    parameters: model.parameters,
    metric: bleu?.decides ? BLEU : PERPLEXITY,
    uniformNll: Math.log(corpus.target.size),
    zeroState: loss.zeroState,
    batchesIn: (pass) => batches.batchesIn(pass),
    stepsOf: (pass, inPass) => batches.shapeOf(pass, inPass).steps,
    predictionsOf: (pass, inPass) => batches.predictionsOf(pass, inPass),
    startsFromZero: () => true,
    read: ({ pass, inPass, step }) => dataOf(batches.batch(pass, inPass), step),
    loss: (data, carried) => loss.of(data, carried),
    async validate(signal, onProgress, epoch) {
      const { batchSize: batch, batchTokens } = spec.training;
      const options = { batch, batchTokens, signal, onProgress, label: 'valid' };
      const reading = pairReading(spec, corpus);
      const { predictions, nll } = await evaluatePairs(translator, corpus.split('valid'), reading, options);
      const isMeasured = bleu && (epoch % bleu.everyEpochs === 0 || epoch === spec.training.epochs);
      return {
        predictions,
        meanNll: nll / predictions,
        ...(isMeasured && {
          bleu: await validBleu(translator, corpus, reading, bleu.beam, { signal, onProgress }),
        }),
      };
    },
  };
}

/** Computes BLEU of translations of valid, in percent, with the length penalty of `zlm eval`. */
async function validBleu(
  translator: Translator,
  corpus: ParallelCorpus,
  reading: PairReading,
  beam: number,
  hooks: DecodingHooks,
): Promise<number> {
  const pairs = corpus.split('valid');
  const sources = Array.from({ length: pairs.length }, (_, pair) => pairs.read(pair).source);
  const found = await decode(translator, sources, reading, { ...DEFAULT_DECODING, beam }, hooks);
  const texts = found.map(([best]) => corpus.decode(best.ids));
  return corpusBleu(texts, await corpus.text('valid', 'target')).score;
}
