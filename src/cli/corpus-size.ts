/** What a first spec needs to know of a corpus, from its manifest. */
import type { AnyManifest } from '../corpus/any-manifest.js';
import type { CorpusSize } from '../spec/first-spec.js';

/** Returns the size of a corpus of any kind. */
export function sizeOfCorpus(manifest: AnyManifest): CorpusSize {
  const { name } = manifest;
  if (!('kind' in manifest)) {
    const { unit, vocabulary } = manifest;
    const [trainTokens, validTokens] = [manifest.splits.train.tokens, manifest.splits.valid.tokens];
    return { kind: 'text', name, unit, vocabulary: vocabulary.size, trainTokens, validTokens };
  }
  if (manifest.kind === 'parallel') return { kind: 'parallel', name, pairs: manifest.splits.train.pairs };
  const { utterances, seconds } = manifest.splits.train;
  return { kind: 'speech', name, isAligned: manifest.aligned, utterances, seconds };
}
