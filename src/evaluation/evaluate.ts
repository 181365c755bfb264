/** The service behind `zlm eval`: the perplexity of a run's model on a split of its corpus. */
import { unigramPerplexity } from '../corpus/corpus-report.js';
import type { SplitName } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { OnProgress } from '../progress.js';
import { keepEvaluation } from '../runs/evaluations.js';
import type { OpenedNetwork, OpenedNgram, OpenedRun } from '../runs/opened-run.js';
import type { CheckpointName } from '../runs/run-folder.js';
import { type EvaluationOptions, evaluateSentences, evaluateStream } from './perplexity.js';
import { measureRecall, type RecallReport } from './recall.js';

/** Request for an evaluation. */
export interface EvaluationRequest {
  readonly split: SplitName;
  /** 1 is the paper's protocol for test: one sequential pass. An n-gram model knows no other. */
  readonly batch: number;
}

/** Listeners during an evaluation. */
export interface EvaluationHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Called when the report could not be kept in the run folder. */
  readonly onNote?: (line: string) => void;
}

/** Facts in the report of every system. */
interface EvaluationFacts {
  readonly run: string;
  readonly checkpoint: CheckpointName;
  /** Epochs that the checkpoint has behind it. */
  readonly epochs: number;
  readonly corpus: string;
  readonly split: SplitName;
  readonly batch: number;
  readonly predictions: number;
  readonly perplexity: number;
  /** Perplexity of the training split's word frequencies on the same split: what knowing no context gives. */
  readonly unigramPerplexity: number;
  readonly seconds: number;
  /** How well words are recalled after each lag; only on a recall corpus. */
  readonly recall?: RecallReport;
}

/** The report on a network. */
export interface NetworkEvaluation extends EvaluationFacts {
  readonly system: 'network';
  /** One stream with carried state, or every line by itself from the zero state, as the network was trained. */
  readonly protocol: 'stream' | 'sentences';
  readonly backend: string;
}

/** The report on an n-gram model. */
export interface NgramEvaluation extends EvaluationFacts {
  readonly system: 'ngram';
  readonly ngramOrder: number;
  /** Lengths of n-grams whose discounts could not be estimated. */
  readonly fallbackOrders: readonly number[];
}

export type EvaluationReport = NetworkEvaluation | NgramEvaluation;

/**
 * Evaluates a run's model, and keeps the report in the run's folder where that can be written.
 *
 * @throws UserError when the split is too short for the batch, or an n-gram model is asked for one; the signal's reason when
 *         it is aborted
 */
export async function evaluate(
  opened: OpenedRun,
  request: EvaluationRequest,
  hooks: EvaluationHooks = {},
): Promise<EvaluationReport> {
  const report =
    opened.system === 'ngram'
      ? await evaluateNgram(opened, request, hooks)
      : await evaluateNetwork(opened, request, hooks);
  const { run, checkpointSha256 } = opened;
  const problem = checkpointSha256 && (await keepEvaluation(run, report, checkpointSha256));
  if (problem) hooks.onNote?.(`The report is not kept in the run's folder: ${problem}`);
  return report;
}

async function evaluateNetwork(
  opened: OpenedNetwork,
  request: EvaluationRequest,
  hooks: EvaluationHooks,
): Promise<NetworkEvaluation> {
  const protocol = opened.spec.training.sentences ? 'sentences' : 'stream';
  const facts = await measure(opened, request, hooks, protocol);
  return { system: 'network', ...facts, protocol, backend: opened.backend };
}

async function evaluateNgram(
  opened: OpenedNgram,
  request: EvaluationRequest,
  hooks: EvaluationHooks,
): Promise<NgramEvaluation> {
  if (request.batch !== 1) {
    const message = `Run ${opened.run.name} is that of an n-gram model, which reads line by line: it has no batch`;
    throw new UserError('usage', message, ['Leave out --batch.']);
  }
  // As one stream: `<eos>` cuts the context, so this is the same as line by line.
  const facts = await measure(opened, request, hooks, 'stream');
  const { order, fallbackOrders } = opened;
  return { system: 'ngram', ...facts, ngramOrder: order, fallbackOrders };
}

async function measure(
  { run, checkpoint, position, corpus, predictor }: OpenedRun,
  { split, batch }: EvaluationRequest,
  { signal, onProgress }: EvaluationHooks,
  protocol: NetworkEvaluation['protocol'],
): Promise<EvaluationFacts> {
  const { size, eos } = corpus.vocabulary;
  const tokens = corpus.split(split);
  checkLongEnough(corpus.name, split, tokens.length, protocol === 'sentences' ? 1 : batch);
  const unigram = unigramPerplexity(corpus.split('train'), tokens, size);
  const options: EvaluationOptions = { batch, label: split, signal, onProgress };
  const began = performance.now();
  const { perplexity, predictions } =
    protocol === 'sentences'
      ? await evaluateSentences(predictor, tokens, eos, options)
      : await evaluateStream(predictor, tokens, options);
  const seconds = (performance.now() - began) / 1000;
  const recall = await measureRecall(predictor, corpus, { ...options, split, protocol });
  return {
    run: run.name,
    checkpoint,
    epochs: position.epochs,
    corpus: corpus.name,
    split,
    batch,
    predictions,
    perplexity,
    unigramPerplexity: unigram,
    seconds,
    ...(recall && { recall }),
  };
}

/** @throws UserError when a split of so many tokens leaves a column of the batch nothing to predict */
function checkLongEnough(corpus: string, split: SplitName, tokens: number, batch: number): void {
  if (tokens >= 2 * batch) return;
  if (tokens < 2) {
    const message = `The ${split} split of ${corpus} has no two tokens, so there is nothing to predict`;
    throw new UserError('data', message, ['Take another --split.']);
  }
  const message = `A batch of ${batch} is too wide for the ${split} split of ${corpus}, which has ${tokens} tokens`;
  throw new UserError('usage', message, [`Take --batch ${Math.floor(tokens / 2)} or less.`]);
}
