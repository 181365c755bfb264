/** Drawing words from an n-gram model, one at a time. */
import type { NgramModel } from '../ngram/ngram-model.js';
import { drawWord, uniformsOf } from './draw.js';
import type { SamplingOptions } from './sampler.js';

/**
 * Draws token ids after a prompt, by the same random numbers as `sampleTokens`.
 *
 * @returns at each step the next token of every sample, [count]
 * @throws the signal's reason when it is aborted
 */
export async function* sampleNgramTokens(
  model: NgramModel,
  options: SamplingOptions,
): AsyncGenerator<Int32Array> {
  const { prompt, length, seed, samples, signal } = options;
  const texts = Array.from({ length: samples.count }, () => [...prompt]);
  for (let n = 0; n < length; n++) {
    signal?.throwIfAborted();
    const uniforms = uniformsOf(seed, samples, n);
    const drawn = Int32Array.from(texts, (tokens, index) => {
      const logits = model.distribution(tokens).map(Math.log);
      return drawWord(logits, options, uniforms[index]);
    });
    for (const [index, tokens] of texts.entries()) tokens.push(drawn[index]);
    yield drawn;
  }
}
