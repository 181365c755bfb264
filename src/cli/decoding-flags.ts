/** The flags of commands that search for translations, or for phones. */
import { Flags } from '@oclif/core';
import { DEFAULT_DECODING, type DecodingOptions } from '../decoding/decoding-options.js';
import { UserError } from '../errors.js';
import { type DecoderChoice, FRAMEWISE_DECODERS } from '../evaluation/phone-decoder.js';
import { DEFAULT_SCALES } from '../evaluation/phone-hmm.js';
import { integerFlag, numberFlag } from './flags.js';

/** The groups of flags in the help. */
export const TRANSLATION = 'TRANSLATION';
export const SPEECH = 'SPEECH';

/** Makes the flag of how wide a search is. @param helpGroup its group in the help */
export function beamFlag(helpGroup?: string) {
  return integerFlag({
    description:
      'Translations of a sentence, or phone sequences of an utterance by CTC, that are kept side by side during the search; 1 is greedy.',
    default: DEFAULT_DECODING.beam,
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
    default: DEFAULT_DECODING.lengthPenalty,
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

/** Makes the flags of how the phones of a framewise network are found. @param helpGroup their group in the help */
export function phoneDecoderFlags(helpGroup?: string) {
  const group = helpGroup === undefined ? {} : { helpGroup };
  return {
    decoder: Flags.option({
      description:
        'How a framewise network recognizes phones: by the Viterbi path of a hidden Markov model (the default), or by the likeliest ' +
        'phone of each frame.',
      options: FRAMEWISE_DECODERS,
      ...group,
    })(),
    'prior-scale': numberFlag({
      description: `Exponent of the priors by which the Viterbi path divides the probabilities of phones; ${DEFAULT_SCALES.priorScale} by default.`,
      min: 0,
      max: 10,
      helpValue: 'X',
      ...group,
    }),
    'bigram-scale': numberFlag({
      description: `Exponent of the bigrams of phones in the Viterbi path; ${DEFAULT_SCALES.bigramScale} by default.`,
      min: 0,
      max: 100,
      helpValue: 'X',
      ...group,
    }),
    'min-frames': integerFlag({
      description: `Frames of a phone in the Viterbi path, at least; ${DEFAULT_SCALES.minFrames} by default.`,
      min: 1,
      max: 100,
      helpValue: 'N',
      ...group,
    }),
  };
}

/** Values of {@link phoneDecoderFlags}, as oclif parses them. */
interface PhoneDecoderFlags {
  readonly decoder?: DecoderChoice['decoder'] | undefined;
  readonly 'prior-scale'?: number | undefined;
  readonly 'bigram-scale'?: number | undefined;
  readonly 'min-frames'?: number | undefined;
}

/** Returns the choice that the flags ask for. */
export function decoderChoice(flags: PhoneDecoderFlags & { readonly beam: number }): DecoderChoice {
  const { decoder, beam } = flags;
  const scales = {
    ...(flags['prior-scale'] !== undefined && { priorScale: flags['prior-scale'] }),
    ...(flags['bigram-scale'] !== undefined && { bigramScale: flags['bigram-scale'] }),
    ...(flags['min-frames'] !== undefined && { minFrames: flags['min-frames'] }),
  };
  return {
    beam,
    ...(decoder && { decoder }),
    ...(Object.keys(scales).length > 0 && { scales }),
  };
}

/** @throws UserError('usage') for flags of a decoder of phones where there is none; @param why as in "small-1 predicts text" */
export function refuseDecoderFlags(flags: PhoneDecoderFlags, why: string): void {
  const names = ['decoder', 'prior-scale', 'bigram-scale', 'min-frames'] as const;
  const given = names.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  throw new UserError('usage', `--${given} is for runs that recognize speech, and ${why}`, [
    `Leave out --${given}.`,
  ]);
}

/** Returns the options that the flags ask for. */
export function decodingOptions(flags: {
  readonly beam: number;
  readonly 'length-penalty': number;
  readonly 'max-length': number | undefined;
}): DecodingOptions {
  const { beam, 'length-penalty': lengthPenalty, 'max-length': longest = null } = flags;
  return { beam, lengthPenalty, longest };
}
