/** Faults among several keys of a resolved spec, or between a spec and the corpus that it is trained on. */

import type { Fault } from './diagnostics.js';
import {
  DROPOUT_CHECKS,
  MODEL_CHECKS,
  SCHEDULE_CHECKS,
  SCHEDULE_WARNINGS,
  TRAINING_CHECKS,
  TRAINING_WARNINGS,
} from './spec-checks.js';
import { framesWithoutPhones, SPEECH_CHECKS, type SpeechFacts } from './speech-checks.js';
import { isNgram, type NetworkSpec, type Spec } from './systems.js';
import { TRANSLATION_CHECKS } from './translation-checks.js';

const CHECKS = [
  ...MODEL_CHECKS,
  ...DROPOUT_CHECKS,
  ...TRAINING_CHECKS,
  ...SCHEDULE_CHECKS,
  ...TRANSLATION_CHECKS,
  ...SPEECH_CHECKS,
];
const WARNINGS = [...TRAINING_WARNINGS, ...SCHEDULE_WARNINGS];

/**
 * Returns every fault among the keys of a spec, without places: the caller knows the files. The few keys of an n-gram
 * model fit each other and every corpus.
 *
 * @param spec the resolved spec
 * @param corpus the corpus that it names, once it is open; without it only the spec is checked
 */
export function crossFieldFaults(spec: Spec, corpus?: CorpusFacts | SpeechFacts): Fault[] {
  if (isNgram(spec)) return [];
  const faults = [...CHECKS.map((check) => check(spec)), ...(corpus ? corpusFaults(spec, corpus) : [])];
  return faults.filter((fault) => fault !== undefined);
}

function corpusFaults(spec: NetworkSpec, corpus: CorpusFacts | SpeechFacts): (Fault | undefined)[] {
  if ('isAligned' in corpus) return [framesWithoutPhones(spec, corpus)];
  const trained = trainedOn(spec, corpus);
  return CORPUS_CHECKS.map((check) => check(spec, trained));
}

/**
 * Returns warnings: settings that are valid but mostly not meant. Training works, without a part of what the spec asks
 * for.
 */
export function crossFieldWarnings(spec: Spec): Fault[] {
  if (isNgram(spec)) return [];
  return WARNINGS.map((check) => check(spec)).filter((warning) => warning !== undefined);
}

/** Facts of a prepared corpus that the checks need; token counts include `<eos>`. */
export interface CorpusFacts {
  readonly name: string;
  /** Number of word types. */
  readonly vocabulary: number;
  readonly trainTokens: number;
  readonly validTokens: number;
}

/** Returns the facts of the part of a corpus that a spec trains on. */
function trainedOn({ training }: NetworkSpec, corpus: CorpusFacts): CorpusFacts {
  const { tokens } = training;
  return tokens === null ? corpus : { ...corpus, trainTokens: Math.min(tokens, corpus.trainTokens) };
}

type CorpusCheck = (spec: NetworkSpec, corpus: CorpusFacts) => Fault | undefined;
type Training = NetworkSpec['training'];

export const CORPUS_CHECKS: readonly CorpusCheck[] = [
  batchTooWide,
  windowTooLong,
  epochLongerThanCorpus,
  moreTopicsThanWords,
];

/**
 * Finds a batch that is too wide. Every column of the training and validation splits needs at least two tokens: one to
 * read and one to predict.
 */
function batchTooWide({ training }: NetworkSpec, corpus: CorpusFacts): Fault | undefined {
  const { trainTokens, validTokens } = corpus;
  const tokens = Math.min(trainTokens, validTokens);
  // A batch of sentences may be smaller than the others.
  if (tokens >= 2 * training.batchSize || (training.sentences && tokens > 0)) return undefined;
  const split = trainTokens <= validTokens ? 'train' : 'valid';
  const cure =
    tokens < 2
      ? 'prepare it with a longer one'
      : `training.batchSize can be ${Math.floor(tokens / 2)} at most`;
  return {
    key: 'training.batchSize',
    others: ['corpus'],
    message: `A batch of ${training.batchSize} is too wide for corpus ${corpus.name}, whose ${split} split has ${tokens} tokens; ${cure}`,
  };
}

/** Finds a window that is longer than a column: an epoch without one full window would train nothing. */
function windowTooLong({ training }: NetworkSpec, corpus: CorpusFacts): Fault | undefined {
  const column = columnLength(training, corpus);
  if (training.sentences || column < 2 || windowsInPass(training, corpus) >= 1) return undefined;
  return {
    key: 'training.bptt',
    others: ['training.batchSize', 'corpus'],
    message: `A window of ${training.bptt} tokens is too long for corpus ${corpus.name}: ${training.batchSize} columns have ${column} tokens each, so training.bptt can be ${column - 1} at most`,
  };
}

/**
 * Finds an epoch of more windows than one pass has, which would read the corpus more than once. With random lengths
 * every pass has another number of windows, so the expected number decides.
 */
function epochLongerThanCorpus({ training }: NetworkSpec, corpus: CorpusFacts): Fault | undefined {
  const windows = Math.floor((columnLength(training, corpus) - 1) / meanWindow(training));
  if (
    training.sentences ||
    windows < 1 ||
    training.windowsPerEpoch === null ||
    training.windowsPerEpoch <= windows
  )
    return undefined;
  return {
    key: 'training.windowsPerEpoch',
    others: ['training.batchSize', 'training.bptt', 'corpus'],
    message: `training.windowsPerEpoch is ${training.windowsPerEpoch}, but one pass over corpus ${corpus.name} has ${training.randomBptt ? 'about ' : ''}${windows} windows; lower it, or set it to null for one pass an epoch`,
  };
}

/**
 * Finds more topics than words. Topics are learned from which words occur together, so such a model has nothing to
 * learn from.
 */
function moreTopicsThanWords({ model }: NetworkSpec, corpus: CorpusFacts): Fault | undefined {
  if (model.context === null || model.context.topics <= corpus.vocabulary) return undefined;
  return {
    key: 'model.context.topics',
    others: ['corpus'],
    message: `${model.context.topics} topics are too many for corpus ${corpus.name}, which has ${corpus.vocabulary} word types; lower model.context.topics`,
  };
}

/** Returns the number of tokens in each column of the train split. */
function columnLength(training: Training, corpus: CorpusFacts): number {
  return Math.floor(corpus.trainTokens / training.batchSize);
}

/**
 * Returns the mean length of a window: `bptt`, or with random lengths the mean over `bptt` and its half (drawn with
 * probability `halve`), at least the minimum.
 */
function meanWindow({ bptt, randomBptt }: Training): number {
  if (randomBptt === null) return bptt;
  const { halve, minimum } = randomBptt;
  return Math.max(minimum, bptt * (1 - halve / 2));
}

/**
 * Returns the number of full windows in one pass over the train split. Each target is the token after its input, so the
 * last token of a column is not an input.
 */
function windowsInPass(training: Training, corpus: CorpusFacts): number {
  return Math.floor((columnLength(training, corpus) - 1) / training.bptt);
}
