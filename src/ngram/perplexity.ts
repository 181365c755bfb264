/** Perplexity of a text under an n-gram model. */
import type { TokenSource } from '../corpus/windows.js';
import type { OnProgress } from '../progress.js';
import { inSlabs } from './count-ngrams.js';
import type { NgramModel } from './ngram-model.js';

/** What an evaluation found. */
export interface NgramEvaluation {
  /** Summed negative log-likelihood of all predictions, in nats. */
  readonly nll: number;
  /** Every token of the text, each line's `<eos>` included. */
  readonly predictions: number;
  /** exp(nll / predictions). */
  readonly perplexity: number;
}

/**
 * Predicts every token of a text from those before it in its line. The first token is predicted, too, from the
 * beginning of its line: N predictions of N tokens, where a recurrent network, which must read a token to predict the
 * next, makes N − 1.
 *
 * @param eos id of `<eos>`, which ends every line of `tokens`
 * @throws UserError('data') when the text cannot be read; the signal's reason when it is aborted
 */
export async function evaluateNgram(
  model: NgramModel,
  tokens: TokenSource,
  eos: number,
  options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress; readonly label?: string } = {},
): Promise<NgramEvaluation> {
  const { signal, onProgress, label = 'evaluating' } = options;
  const context = Math.max(1, model.order - 1);
  const before = new Int32Array(context).fill(eos);
  let nll = 0;
  const predict = (begin: number, end: number) => {
    const text = new Int32Array(context + end - begin);
    text.set(before);
    text.set(tokens.read(begin, end - begin), context);
    for (let i = context; i < text.length; i++) {
      nll -= Math.log(model.probability(text.subarray(i - context, i), text[i]));
    }
    before.set(text.subarray(-context));
    onProgress?.({ label, done: end, total: tokens.length, unit: 'tokens' });
  };
  await inSlabs(tokens.length, predict, signal);
  return { nll, predictions: tokens.length, perplexity: Math.exp(nll / tokens.length) };
}
