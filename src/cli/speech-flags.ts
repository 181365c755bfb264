/** The flags of commands that prepare a speech corpus. */
import { Flags } from '@oclif/core';
import type { FeatureOptions } from '../corpus/speech/features/extractor.js';
import type { SpeechFeatureOptions } from '../corpus/speech/prepare.js';
import { integerFlag } from './flags.js';

/** The group of flags in the help. */
const FEATURES = 'FEATURES';

const DELTAS = ['0', '1', '2'] as const;

/** Returns the flags. @param normalize the normalization that the corpus has by default */
export const featureFlags = (normalize: 'global' | 'speaker') => ({
  features: Flags.option({
    description: 'Logarithms of mel filterbanks, or 13 cepstral coefficients of them.',
    options: ['logmel', 'mfcc'] as const,
    default: 'logmel' as const,
    helpGroup: FEATURES,
  })(),
  mels: integerFlag({
    description: 'Filters on the mel scale.',
    default: 40,
    min: 2,
    max: 256,
    helpValue: 'N',
    helpGroup: FEATURES,
  }),
  energy: Flags.boolean({
    description: "The logarithm of a frame's energy as well; of mfcc in place of the first coefficient.",
    default: true,
    allowNo: true,
    helpGroup: FEATURES,
  }),
  deltas: Flags.option({
    description: 'Derivatives in time: none, the first, or the first and the second.',
    options: DELTAS,
    default: '2' as const,
    helpGroup: FEATURES,
  })(),
  normalize: Flags.option({
    description: 'Mean 0 and variance 1: over train, over each speaker, or not at all.',
    options: ['global', 'speaker', 'none'] as const,
    default: normalize,
    helpGroup: FEATURES,
  })(),
});

/** Returns the options that the flags ask for. */
export function featureOptions({
  features: kind,
  mels,
  energy,
  deltas,
  normalize,
}: {
  readonly features: FeatureOptions['kind'];
  readonly mels: number;
  readonly energy: boolean;
  readonly deltas: (typeof DELTAS)[number];
  readonly normalize: SpeechFeatureOptions['normalize'];
}): SpeechFeatureOptions {
  return { features: { kind, mels, energy, deltas: Number(deltas) as FeatureOptions['deltas'] }, normalize };
}
