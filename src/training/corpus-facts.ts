/** What the checks of a spec need to know of the corpus that it is to be trained on. */
import type { Manifest } from '../corpus/manifest.js';
import type { CorpusFacts } from '../spec/cross-field.js';

/** @param name the corpus's */
export function corpusFacts(
  name: string,
  { vocabulary, splits: { train, valid } }: Pick<Manifest, 'vocabulary' | 'splits'>,
): CorpusFacts {
  return { name, vocabulary: vocabulary.size, trainTokens: train.tokens, validTokens: valid.tokens };
}
