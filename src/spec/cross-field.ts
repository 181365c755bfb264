/** Faults that no single key has: named checks over a resolved spec, and over the corpus it is to be trained on. */

import type { Fault } from './diagnostics.js';
import {
  DROPOUT_CHECKS,
  MODEL_CHECKS,
  SCHEDULE_CHECKS,
  SCHEDULE_WARNINGS,
  TRAINING_CHECKS,
  TRAINING_WARNINGS,
} from './spec-checks.js';
import { isNgram, type NetworkSpec, type Spec } from './systems.js';

const CHECKS = [...MODEL_CHECKS, ...DROPOUT_CHECKS, ...TRAINING_CHECKS, ...SCHEDULE_CHECKS];
const WARNINGS = [...TRAINING_WARNINGS, ...SCHEDULE_WARNINGS];

/**
 * Every fault among the keys of a spec; the places are left to the caller, who knows the files. The few keys of an n-gram
 * model go with each other and with every corpus.
 *
 * @param spec   the resolved spec
 * @param corpus the corpus it names, once that is open; without it only the spec itself is checked
 */
export function crossFieldFaults(spec: Spec, corpus?: CorpusFacts): Fault[] {
  if (isNgram(spec)) return [];
  const faults = [
    ...CHECKS.map((check) => check(spec)),
    ...(corpus ? CORPUS_CHECKS.map((check) => check(spec, corpus)) : []),
  ];
  return faults.filter((fault) => fault !== undefined);
}

/** What a spec may be meant to say, but mostly is not: training works, without a part of what the spec asks for. */
export function crossFieldWarnings(spec: Spec): Fault[] {
  if (isNgram(spec)) return [];
  return WARNINGS.map((check) => check(spec)).filter((warning) => warning !== undefined);
}

/** What the checks need to know of a prepared corpus; token counts include the end-of-sentence tokens. */
export interface CorpusFacts {
  readonly name: string;
  /** Number of word types. */
  readonly vocabulary: number;
  readonly trainTokens: number;
  readonly validTokens: number;
}

type CorpusCheck = (spec: NetworkSpec, corpus: CorpusFacts) => Fault | undefined;
type Training = NetworkSpec['training'];

export const CORPUS_CHECKS: readonly CorpusCheck[] = [
  batchTooWide,
  windowTooLong,
  epochLongerThanCorpus,
  moreTopicsThanWords,
];

/** Every column needs two tokens at least: one to read, one to predict. What is trained on and validated has these columns. */
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
    message: `a batch of ${training.batchSize} is too wide for corpus ${corpus.name}, whose ${split} split has ${tokens} tokens; ${cure}`,
  };
}

/** An epoch without one full window would train nothing. */
function windowTooLong({ training }: NetworkSpec, corpus: CorpusFacts): Fault | undefined {
  const column = columnLength(training, corpus);
  if (training.sentences || column < 2 || windowsInPass(training, corpus) >= 1) return undefined;
  return {
    key: 'training.bptt',
    others: ['training.batchSize', 'corpus'],
    message: `a window of ${training.bptt} tokens is too long for corpus ${corpus.name}: ${training.batchSize} columns have ${column} tokens each, so training.bptt can be ${column - 1} at most`,
  };
}

/**
 * More windows than one pass has would make an epoch read the corpus more than once. Where lengths are drawn, each pass has
 * another number of windows, and what is expected of one decides.
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
    message: `one pass over corpus ${corpus.name} has ${training.randomBptt ? 'about ' : ''}${windows} windows, but training.windowsPerEpoch is ${training.windowsPerEpoch}; set it to null for one pass an epoch`,
  };
}

/** Topics are learned from which words stand together: with more topics than words there is nothing to learn. */
function moreTopicsThanWords({ model }: NetworkSpec, corpus: CorpusFacts): Fault | undefined {
  if (model.context === null || model.context.topics <= corpus.vocabulary) return undefined;
  return {
    key: 'model.context.topics',
    others: ['corpus'],
    message: `${model.context.topics} topics are too many for corpus ${corpus.name}, which has ${corpus.vocabulary} word types; lower model.context.topics`,
  };
}

/** Tokens in each column of the train split. */
function columnLength(training: Training, corpus: CorpusFacts): number {
  return Math.floor(corpus.trainTokens / training.batchSize);
}

/** Mean length of a window: with random lengths, `bptt`, or half of it with probability `halve`, and at least the minimum. */
function meanWindow({ bptt, randomBptt }: Training): number {
  if (randomBptt === null) return bptt;
  const { halve, minimum } = randomBptt;
  return Math.max(minimum, bptt * (1 - halve / 2));
}

/** Full windows in one pass over the train split: each target is the token after its input, so a column's last token is no input. */
function windowsInPass(training: Training, corpus: CorpusFacts): number {
  return Math.floor((columnLength(training, corpus) - 1) / training.bptt);
}
