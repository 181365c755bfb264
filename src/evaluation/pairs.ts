/** Perplexity of translations: of every word of the target and its `<eos>`, each after its source. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  everyPair,
  groupPairs,
  type PairLimits,
  type PairReading,
  type PairSource,
  readPairs,
} from '../corpus/pairs.js';
import type { ParallelCorpus } from '../corpus/parallel/parallel-corpus.js';
import type { Translator } from '../predictors/translator.js';
import { type NetworkSpec, translationOf } from '../spec/systems.js';
import { type Evaluation, type EvaluationOptions, plus } from './perplexity.js';

/** Returns how a spec reads the pairs of a corpus. */
export function pairReading(spec: NetworkSpec, { target }: ParallelCorpus): PairReading {
  return { eos: target.eos, reverseSource: translationOf(spec).reverseSource };
}

/**
 * Runs a translator over sentence pairs.
 *
 * @throws the signal's reason when it is aborted
 */
export async function evaluatePairs(
  translator: Translator,
  pairs: PairSource,
  reading: PairReading,
  {
    batch,
    batchTokens,
    signal,
    onProgress,
    label = 'evaluating',
    onNlls,
  }: EvaluationOptions & Pick<PairLimits, 'batchTokens'>,
): Promise<Evaluation> {
  const total = pairs.targetLengths.reduce((sum, length) => sum + length + 1, 0);
  let [nll, predictions] = [0, 0];
  for (const group of groupPairs(pairs, everyPair(pairs), { batchSize: batch, batchTokens })) {
    signal?.throwIfAborted();
    const nlls = await translator.nll(readPairs(pairs, group, reading));
    nll = plus(nll, nlls);
    onNlls?.(nlls);
    predictions += nlls.length;
    onProgress?.({ label, done: predictions, total, unit: 'tokens' });
    await nextTurn(); // lets signals and the display in: values resolve without leaving this turn of the loop
  }
  return { nll, predictions, perplexity: Math.exp(nll / predictions) };
}
