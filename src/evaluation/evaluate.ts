/** The service behind `zlm eval`: the perplexity of a run's model on a split of its corpus. */
import { unigramPerplexity } from '../corpus/corpus-report.js';
import type { SplitName } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { OnProgress } from '../progress.js';
import { keepOrNote } from '../runs/evaluations.js';
import type { OpenedNetwork, OpenedNgram, OpenedRun } from '../runs/opened-run.js';
import { protocolOf } from './member.js';
import { type EvaluationOptions, evaluateSentences, evaluateStream } from './perplexity.js';
import { measureRecall } from './recall.js';
import type { EvaluationFacts, NetworkEvaluation, NgramEvaluation, Protocol } from './report.js';

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
): Promise<NetworkEvaluation | NgramEvaluation> {
  const report =
    opened.system === 'ngram'
      ? await evaluateNgram(opened, request, hooks)
      : await evaluateNetwork(opened, request, hooks);
  return await keepOrNote(opened, report, hooks.onNote);
}

async function evaluateNetwork(
  opened: OpenedNetwork,
  request: EvaluationRequest,
  hooks: EvaluationHooks,
): Promise<NetworkEvaluation> {
  const protocol = protocolOf(opened);
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
  protocol: Protocol,
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

/** Checks the length of a split. @throws UserError when so many tokens leave a column of the batch nothing to predict */
export function checkLongEnough(corpus: string, split: SplitName, tokens: number, batch: number): void {
  if (tokens >= 2 * batch) return;
  if (tokens < 2) {
    const message = `The ${split} split of ${corpus} has no two tokens, so there is nothing to predict`;
    throw new UserError('data', message, ['Take another --split.']);
  }
  const message = `A batch of ${batch} is too wide for the ${split} split of ${corpus}, which has ${tokens} tokens`;
  throw new UserError('usage', message, [`Take --batch ${Math.floor(tokens / 2)} or less.`]);
}
