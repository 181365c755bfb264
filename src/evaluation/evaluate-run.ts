/** The service behind `zlm eval`: the perplexity of a run's model on a split of its corpus. */
import type { BackendName, BackendOptions } from '../backends/backend.js';
import { type ActiveBackend, activateBackend } from '../backends/select.js';
import { unigramPerplexity } from '../corpus/corpus-report.js';
import type { SplitName } from '../corpus/prepared.js';
import { disposeLanguageModel } from '../model/language-model.js';
import type { OnProgress } from '../progress.js';
import { keepEvaluation } from '../runs/evaluations.js';
import { findRun } from '../runs/list-runs.js';
import type { CheckpointName, RunFolder } from '../runs/run-folder.js';
import { runSpec } from '../runs/run-spec.js';
import { loadTrainedModel } from '../runs/trained-model.js';
import { isNgram, type NetworkSpec } from '../spec/systems.js';
import { evaluateNgramRun } from './evaluate-ngram-run.js';
import { evaluate } from './perplexity.js';
import { checkLongEnough } from './short-split.js';

/** What to evaluate. */
export interface EvaluationRequest {
  /** Name, path or `latest`. */
  readonly run: string;
  readonly checkpoint: CheckpointName;
  readonly split: SplitName;
  /** 1 is the paper's protocol for test: one sequential pass. An n-gram model knows no other. */
  readonly batch: number;
  readonly dataFolder: string;
  readonly runsFolder: string;
  readonly backend: BackendName | 'auto';
  readonly backendOptions?: BackendOptions;
}

/** Who listens while it is evaluated. */
export interface EvaluationHooks {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  /** Not called for an n-gram model, which computes on none. */
  readonly onBackend?: (backend: ActiveBackend) => void;
  /** Told when the report could not be kept in the run folder. */
  readonly onNote?: (line: string) => void;
}

/** What was found, and under which protocol. */
export interface EvaluationReport {
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
  /** null for an n-gram model, which computes on none. */
  readonly backend: BackendName | null;
  /** Of an n-gram model, left out otherwise. */
  readonly ngramOrder?: number;
  /** Of an n-gram model, left out otherwise: the lengths of n-grams whose discounts could not be estimated. */
  readonly fallbackOrders?: readonly number[];
  readonly seconds: number;
}

/**
 * Evaluates a run's model, and keeps the report in the run's folder where that can be written.
 *
 * @throws UserError when run, checkpoint or corpus are not to be had, or the batch is too wide for the split; the
 *         signal's reason when it is aborted
 */
export async function evaluateRun(
  request: EvaluationRequest,
  hooks: EvaluationHooks,
): Promise<EvaluationReport> {
  const run = await findRun(request.runsFolder, request.run);
  const spec = await runSpec(run);
  const { report, checkpointSha256 } = isNgram(spec)
    ? await evaluateNgramRun(run, spec, request, hooks)
    : await evaluateNetworkRun(run, spec, request, hooks);
  const problem = checkpointSha256 && (await keepEvaluation(run, report, checkpointSha256));
  if (problem) hooks.onNote?.(`the report is not kept in the run's folder: ${problem}`);
  return report;
}

/** A report, and which checkpoint it is of; null when the checkpoint's file does not say. */
export interface EvaluatedRun {
  readonly report: EvaluationReport;
  readonly checkpointSha256: string | null;
}

async function evaluateNetworkRun(
  run: RunFolder,
  spec: NetworkSpec,
  request: EvaluationRequest,
  { onBackend, ...hooks }: EvaluationHooks,
): Promise<EvaluatedRun> {
  const { checkpoint, split, batch } = request;
  const backend = await activateBackend(request.backend, request.backendOptions);
  onBackend?.(backend);
  const loaded = await loadTrainedModel(run, spec, checkpoint, request.dataFolder, {
    cacheFolder: request.backendOptions?.cacheFolder,
    ...hooks,
  });
  const { model, corpus, position, checkpointSha256 } = loaded;
  try {
    const tokens = corpus.split(split);
    checkLongEnough(corpus.name, split, tokens.length, batch);
    const unigram = unigramPerplexity(corpus.split('train'), tokens, corpus.vocabulary.size);
    const began = performance.now();
    const { perplexity, predictions } = await evaluate(model, tokens, { batch, label: split, ...hooks });
    const seconds = (performance.now() - began) / 1000;
    const report = {
      run: run.name,
      checkpoint,
      epochs: position.epochs,
      corpus: corpus.name,
      split,
      batch,
      predictions,
      perplexity,
      unigramPerplexity: unigram,
      backend: backend.name,
      seconds,
    };
    return { report, checkpointSha256 };
  } finally {
    corpus.close();
    disposeLanguageModel(model);
  }
}
