/** Drawing words from an n-gram model, one at a time. */
import type { NgramModel } from '../ngram/ngram-model.js';
import { drawNext, type SamplingOptions } from './sampler.js';

/**
 * Draws token ids after a prompt, by the same random numbers as `sampleTokens`.
 *
 * @throws the signal's reason when it is aborted
 */
export async function* sampleNgramTokens(
  model: NgramModel,
  options: SamplingOptions,
): AsyncGenerator<number> {
  const tokens = [...options.prompt];
  for (let n = 0; n < options.length; n++) {
    options.signal?.throwIfAborted();
    const logits = model.distribution(tokens).map(Math.log);
    const token = drawNext(logits, options, n);
    yield token;
    tokens.push(token);
  }
}
