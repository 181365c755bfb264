/** Faults that no single key has: named checks over a resolved spec, and over the corpus it is to be trained on. */
import type { Fault } from './diagnostics.js';
import type { Spec } from './spec.generated.js';

/** What the checks need to know of a prepared corpus; token counts include the end-of-sentence tokens. */
export interface CorpusFacts {
  readonly name: string;
  /** Number of word types. */
  readonly vocabulary: number;
  readonly trainTokens: number;
  readonly validTokens: number;
  readonly testTokens: number;
}

type Check = (spec: Spec) => Fault | undefined;
type CorpusCheck = (spec: Spec, corpus: CorpusFacts) => Fault | undefined;

const CHECKS: readonly Check[] = [decayStartsTooLate, learningRateVanishes, tiedWidthsDiffer];
const CORPUS_CHECKS: readonly CorpusCheck[] = [batchTooWide, windowTooLong, epochLongerThanCorpus];

/**
 * Every fault among the keys of a spec; the places are left to the caller, who knows the files.
 *
 * @param spec   the resolved spec
 * @param corpus the corpus it names, once that is open; without it only the spec itself is checked
 */
export function crossFieldFaults(spec: Spec, corpus?: CorpusFacts): Fault[] {
  const faults = [
    ...CHECKS.map((check) => check(spec)),
    ...(corpus ? CORPUS_CHECKS.map((check) => check(spec, corpus)) : []),
  ];
  return faults.filter((fault) => fault !== undefined);
}

/** A decay after the last epoch never happens: mostly `epochs` was changed and the schedule forgotten. */
function decayStartsTooLate({ training }: Spec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { afterEpoch } = training.schedule.decay;
  if (afterEpoch < training.epochs) return undefined;
  return {
    key: 'training.schedule.decay.afterEpoch',
    message: `the decay starts after epoch ${afterEpoch}, but training ends with epoch ${training.epochs}; lower training.schedule.decay.afterEpoch, or choose training.schedule.constant={}`,
  };
}

/** The smallest normal number of float32, in which the parameters are held. */
const SMALLEST_FLOAT32 = 2 ** -126;

/** A learning rate that underflows spends epochs on nothing: mostly the factor is the paper's divisor turned wrong. */
function learningRateVanishes({ training }: Spec): Fault | undefined {
  if (!('decay' in training.schedule)) return undefined;
  const { factor, afterEpoch } = training.schedule.decay;
  const last = training.optimizer.sgd.learningRate * factor ** Math.max(0, training.epochs - afterEpoch);
  if (last >= SMALLEST_FLOAT32) return undefined;
  return {
    key: 'training.schedule.decay.factor',
    message: `the learning rate decays to ${last.toPrecision(2)} by epoch ${training.epochs}, too small for float32; raise training.schedule.decay.factor or lower training.epochs`,
  };
}

/** A tied softmax multiplies the last layer's output by the embedding table, so both have one width (Press and Wolf 2017). */
function tiedWidthsDiffer({ model }: Spec): Fault | undefined {
  const top = model.layers.at(-1)?.lstm;
  if (!model.tieEmbedding || top === model.embedding) return undefined;
  return {
    key: 'model.tieEmbedding',
    message: `a tied embedding must be as wide as the last layer: model.embedding is ${model.embedding}, model.layers.${model.layers.length - 1}.lstm is ${top}`,
  };
}

/** Every column needs two tokens at least: one to read, one to predict. */
function batchTooWide({ training }: Spec, corpus: CorpusFacts): Fault | undefined {
  const splits = { train: corpus.trainTokens, valid: corpus.validTokens, test: corpus.testTokens };
  const short = Object.entries(splits).find(([, tokens]) => Math.floor(tokens / training.batchSize) < 2);
  if (!short) return undefined;
  const [split, tokens] = short;
  return {
    key: 'training.batchSize',
    message: `a batch of ${training.batchSize} is too wide for corpus ${corpus.name}: its ${split} split has ${tokens} tokens, so training.batchSize can be ${Math.max(1, Math.floor(tokens / 2))} at most`,
  };
}

/** An epoch without one full window would train nothing. */
function windowTooLong({ training }: Spec, corpus: CorpusFacts): Fault | undefined {
  const column = columnLength(training, corpus);
  if (column < 2 || windowsInPass(training, corpus) >= 1) return undefined;
  return {
    key: 'training.bptt',
    message: `a window of ${training.bptt} tokens is too long for corpus ${corpus.name}: ${training.batchSize} columns have ${column} tokens each, so training.bptt can be ${column - 1} at most`,
  };
}

/** More windows than one pass holds would make an epoch read the corpus more than once. */
function epochLongerThanCorpus({ training }: Spec, corpus: CorpusFacts): Fault | undefined {
  const windows = windowsInPass(training, corpus);
  if (windows < 1 || training.windowsPerEpoch === null || training.windowsPerEpoch <= windows)
    return undefined;
  return {
    key: 'training.windowsPerEpoch',
    message: `one pass over corpus ${corpus.name} has ${windows} windows, training.windowsPerEpoch is ${training.windowsPerEpoch}; set it to null for one pass an epoch`,
  };
}

/** Tokens in each column of the train split. */
function columnLength(training: Spec['training'], corpus: CorpusFacts): number {
  return Math.floor(corpus.trainTokens / training.batchSize);
}

/** Full windows in one pass over the train split: each target is the token after its input, so a column's last token is no input. */
function windowsInPass(training: Spec['training'], corpus: CorpusFacts): number {
  return Math.floor((columnLength(training, corpus) - 1) / training.bptt);
}
