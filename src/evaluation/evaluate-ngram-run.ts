/** The perplexity of a run's n-gram model on a split of its corpus. */
import { unigramPerplexity } from '../corpus/corpus-report.js';
import { UserError } from '../errors.js';
import { fallbackOrders } from '../ngram/kneser-ney.js';
import { evaluateNgram } from '../ngram/perplexity.js';
import type { RunFolder } from '../runs/run-folder.js';
import { loadTrainedNgram } from '../runs/trained-ngram.js';
import type { NgramSpec } from '../spec/systems.js';
import type { EvaluatedRun, EvaluationHooks, EvaluationRequest } from './evaluate-run.js';
import { checkLongEnough } from './short-split.js';

/**
 * Evaluates an n-gram model, line by line: every token of the split is predicted.
 *
 * @throws UserError when checkpoint or corpus are not to be had, or the request asks for a batch; the signal's reason
 *         when it is aborted
 */
export async function evaluateNgramRun(
  run: RunFolder,
  spec: NgramSpec,
  { checkpoint, split, batch, dataFolder, backendOptions }: EvaluationRequest,
  { signal, onProgress }: EvaluationHooks,
): Promise<EvaluatedRun> {
  if (batch !== 1) throw batchForNgram(run);
  const loaded = await loadTrainedNgram(run, spec, checkpoint, dataFolder, {
    cacheFolder: backendOptions?.cacheFolder,
    signal,
    onProgress,
  });
  const { model, corpus, position, checkpointSha256 } = loaded;
  try {
    const { size, eos } = corpus.vocabulary;
    const tokens = corpus.split(split);
    checkLongEnough(corpus.name, split, tokens.length, batch);
    const began = performance.now();
    const result = await evaluateNgram(model, tokens, eos, { signal, onProgress, label: split });
    const report = {
      run: run.name,
      checkpoint,
      epochs: position.epochs,
      corpus: corpus.name,
      split,
      batch,
      predictions: result.predictions,
      perplexity: result.perplexity,
      unigramPerplexity: unigramPerplexity(corpus.split('train'), tokens, size),
      backend: null,
      ngramOrder: model.order,
      fallbackOrders: fallbackOrders(model.table),
      seconds: (performance.now() - began) / 1000,
    };
    return { report, checkpointSha256 };
  } finally {
    corpus.close();
  }
}

function batchForNgram(run: RunFolder): UserError {
  const message = `run ${run.name} is that of an n-gram model, which reads line by line: it has no batch`;
  return new UserError('usage', message, ['Leave out --batch.']);
}
