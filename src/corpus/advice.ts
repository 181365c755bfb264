import { type Manifest, SPLITS } from './manifest.js';
import { UNKNOWN } from './vocabulary.js';

/** What is odd about a corpus and may spoil a training, a sentence each, with what to do. */
export function adviceOn({ vocabulary, splits }: Manifest): string[] {
  const advice: string[] = [];
  const unseen = SPLITS.filter((split) => split !== 'train' && splits[split].unknown > 0);
  if (vocabulary.unk && splits.train.unknown === 0 && unseen.length > 0) {
    advice.push(
      `${UNKNOWN} occurs in ${unseen.join(' and ')} but never in train, so a model cannot learn it: ` +
        'use --min-count 2, or a smaller --vocab-size.',
    );
  }
  return advice;
}
