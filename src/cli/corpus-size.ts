/** What a first spec needs to know of a corpus, from its manifest. */
import type { AnyManifest } from '../corpus/any-manifest.js';
import { corpusFacts } from '../corpus/manifest.js';
import type { CorpusSize } from '../spec/first-spec.js';

/** Returns the size of a corpus of any kind. */
export function sizeOfCorpus(manifest: AnyManifest): CorpusSize {
  const { name } = manifest;
  if (!('kind' in manifest)) {
    return { kind: 'text', unit: manifest.unit, ...corpusFacts(name, manifest) };
  }
  if (manifest.kind === 'parallel') return { kind: 'parallel', name, pairs: manifest.splits.train.pairs };
  const { utterances, seconds } = manifest.splits.train;
  return { kind: 'speech', name, isAligned: manifest.aligned, utterances, seconds };
}
