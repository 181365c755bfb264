/** The flags of commands that search for translations, or for phones. */
import type { DecodingOptions } from '../decoding/decode.js';
import { integerFlag, numberFlag } from './flags.js';

/** The group of flags in the help. */
export const TRANSLATION = 'TRANSLATION';

/** Makes the flag of how wide a search is. @param helpGroup its group in the help */
export function beamFlag(helpGroup?: string) {
  return integerFlag({
    description:
      'Translations of a sentence, or phone sequences of an utterance, that are kept side by side during the search; 1 is greedy.',
    default: 5,
    min: 1,
    max: 1000,
    ...(helpGroup && { helpGroup }),
  });
}

export const decodingFlags = {
  beam: beamFlag(TRANSLATION),
  'length-penalty': numberFlag({
    description:
      'Exponent of the length by which log-probabilities are divided (Wu et al. 2016): 0 prefers short translations.',
    default: 1,
    min: 0,
    max: 10,
    helpGroup: TRANSLATION,
  }),
  'max-length': integerFlag({
    description: 'Words of a translation, at most; by default twice those of its source and ten more.',
    min: 1,
    helpValue: 'N',
    helpGroup: TRANSLATION,
  }),
};

/** Returns the options that the flags ask for. */
export function decodingOptions(flags: {
  readonly beam: number;
  readonly 'length-penalty': number;
  readonly 'max-length': number | undefined;
}): DecodingOptions {
  const { beam, 'length-penalty': lengthPenalty, 'max-length': longest = null } = flags;
  return { beam, lengthPenalty, longest };
}
