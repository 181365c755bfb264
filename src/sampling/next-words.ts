/** The service behind `zlm sample --next`: the likeliest next words after a prompt, with their probabilities. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { likeliestWords } from '../ops/draw.js';
import type { Predictor } from '../predictors/predictor.js';
import { type OpenedRun, type UsedRun, usedRun } from '../runs/opened-run.js';
import { readPrompts } from './prompt.js';
import type { SampleHooks } from './sample.js';

/** A word with its probability as the next one. */
export interface NextWord {
  readonly word: string;
  readonly probability: number;
}

/** The likeliest next words after each prompt. */
export interface NextWordsResult extends UsedRun {
  /** Prompt words that the vocabulary lacks. */
  readonly unknownPromptWords: readonly string[];
  readonly next: readonly {
    /** The prompt as it was given. */
    readonly prompt: string;
    /** The likeliest first. */
    readonly words: readonly NextWord[];
  }[];
}

/**
 * Finds the likeliest next words under the model's own distribution, which no temperature or ban changes.
 *
 * @param request.count how many, at most the vocabulary
 * @throws UserError for a prompt that the vocabulary cannot express; the signal's reason when it is aborted
 */
export async function nextWords(
  opened: OpenedRun,
  request: { readonly prompt: string | readonly string[]; readonly count: number },
  { signal, onUnknownWords }: Pick<SampleHooks, 'signal' | 'onUnknownWords'> = {},
): Promise<NextWordsResult> {
  const { corpus, predictor } = opened;
  const prompts = readPrompts(request.prompt, corpus);
  if (prompts.unknown.length > 0) onUnknownWords?.(prompts.unknown);
  const next: { prompt: string; words: NextWord[] }[] = [];
  for (const [index, ids] of prompts.ids.entries()) {
    signal?.throwIfAborted();
    const logProbs = await logProbsAfter(predictor, ids);
    const words = likeliest(logProbs, request.count).map((id) => ({
      word: corpus.vocabulary.word(id),
      probability: Math.exp(logProbs[id]),
    }));
    next.push({ prompt: prompts.texts[index], words });
    await nextTurn();
  }
  return { ...usedRun(opened), unknownPromptWords: prompts.unknown, next };
}

async function logProbsAfter<State>(
  predictor: Predictor<State>,
  ids: readonly number[],
): Promise<Float64Array> {
  const before = predictor.start(1);
  const tokens = { inputs: Int32Array.from(ids), steps: ids.length, batch: 1 };
  const { logProbs, state } = await predictor.logProbs(tokens, before, 'last');
  predictor.release(before);
  predictor.release(state);
  return logProbs;
}

/** Word ids in order of their probabilities, equal ones by id. */
function likeliest(logProbs: Float64Array, count: number): number[] {
  const ids = Int32Array.from(logProbs.keys());
  const kept = count < ids.length ? likeliestWords(ids, logProbs, count) : ids;
  return Array.from(kept).sort((a, b) => logProbs[b] - logProbs[a] || a - b);
}
