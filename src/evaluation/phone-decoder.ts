/** From the outputs of a recognizer to phones: which search is made, and with which settings. */
import type { SpeechCorpus } from '../corpus/speech/speech-corpus.js';
import { UserError } from '../errors.js';
import { scoredClasses } from '../metrics/phone-errors.js';
import type { SpeechLoss } from '../predictors/recognizer.js';
import { countPhones, DEFAULT_SCALES, type PhoneHmmScales, phoneHmm } from './phone-hmm.js';
import {
  bestPath,
  type FrameLogProbs,
  likeliestClasses,
  prefixBeamSearch,
  withoutRepetitions,
} from './phone-search.js';
import { viterbiPhones } from './phone-viterbi.js';

/** The decoders of framewise networks. */
export const FRAMEWISE_DECODERS = ['viterbi', 'frames'] as const;

/** How phones are to be found; what is left out has its default. */
export interface DecoderChoice {
  /** Of a framewise network: the Viterbi path, which is the default, or the likeliest phone of each frame. */
  readonly decoder?: (typeof FRAMEWISE_DECODERS)[number];
  /** Scales of the Viterbi path. */
  readonly scales?: Partial<PhoneHmmScales>;
  /** Of a CTC network: prefixes that are kept in the search; 5 by default, and 1 takes the best path. Others are not searched so. */
  readonly beam?: number;
}

/** How phones were found, as reports say it: a union with the tag `decoder`. */
export type PhoneDecoding =
  | ({ readonly decoder: 'viterbi' } & PhoneHmmScales)
  | { readonly decoder: 'frames' }
  | { readonly decoder: 'beam'; readonly beam: number };

/** Finds the phones of an utterance, as they are scored. */
export type PhoneDecoder = (frames: FrameLogProbs) => string[];

const DEFAULT_BEAM = 5;

/**
 * Fills in what a choice leaves out.
 *
 * @param run the name of the run, for messages
 * @throws UserError('usage') for a choice that is not for the network's loss, or a scale out of its range
 */
export function resolveDecoding(
  loss: SpeechLoss,
  { decoder, scales, beam = DEFAULT_BEAM }: DecoderChoice,
  run: string,
): PhoneDecoding {
  const asked = decoder ?? (scales && 'viterbi');
  if (loss === 'ctc') {
    if (asked === undefined) return { decoder: 'beam', beam };
    const message = `The decoder ${asked} is for networks with task.speech.loss framewise, and run ${run} has ctc`;
    throw new UserError('usage', message, [
      'Leave it out. The beam is the choice for CTC: 1 takes the best path.',
    ]);
  }
  if (asked !== 'frames') return { decoder: 'viterbi', ...checkedScales({ ...DEFAULT_SCALES, ...scales }) };
  if (scales === undefined) return { decoder: 'frames' };
  throw new UserError(
    'usage',
    'Scales are for the decoder viterbi: the likeliest phone of each frame has none',
    ['Leave out the scales.', 'Or leave out the decoder frames.'],
  );
}

function checkedScales({ priorScale, bigramScale, minFrames }: PhoneHmmScales): PhoneHmmScales {
  for (const [name, scale] of Object.entries({ priorScale, bigramScale })) {
    if (Number.isFinite(scale) && scale >= 0) continue;
    throw new UserError('usage', `${name} must be a number from 0, but is ${scale}`);
  }
  if (Number.isSafeInteger(minFrames) && minFrames >= 1) return { priorScale, bigramScale, minFrames };
  throw new UserError('usage', `minFrames must be a whole number from 1, but is ${minFrames}`);
}

/**
 * Names a decoding that is not the default, as in "frames" or "beam 1".
 *
 * @returns undefined for the default
 */
export function unusualDecoding(decoding: PhoneDecoding): string | undefined {
  switch (decoding.decoder) {
    case 'frames':
      return 'frames';
    case 'beam':
      return decoding.beam === DEFAULT_BEAM ? undefined : `beam ${decoding.beam}`;
    case 'viterbi': {
      const { priorScale, bigramScale, minFrames } = decoding;
      const isDefault =
        priorScale === DEFAULT_SCALES.priorScale &&
        bigramScale === DEFAULT_SCALES.bigramScale &&
        minFrames === DEFAULT_SCALES.minFrames;
      return isDefault ? undefined : `viterbi ${priorScale}/${bigramScale}/${minFrames}`;
    }
  }
}

/**
 * Makes a decoder. That of the Viterbi path counts the phones of the train split.
 *
 * @throws the signal's reason when it is aborted
 */
export async function phoneDecoder(
  decoding: PhoneDecoding,
  corpus: SpeechCorpus,
  signal?: AbortSignal,
): Promise<PhoneDecoder> {
  const { scoring } = corpus;
  switch (decoding.decoder) {
    case 'viterbi': {
      const hmm = phoneHmm(await countPhones(corpus.split('train'), corpus.phones.length, signal), decoding);
      return (frames) => scoredClasses(viterbiPhones(frames, hmm), scoring);
    }
    case 'frames':
      // Folded first, so that a network that wavers between two phones of a class has recognized one of them.
      return (frames) => withoutRepetitions(scoredClasses(likeliestClasses(frames), scoring));
    case 'beam': {
      const { beam } = decoding;
      return (frames) =>
        scoredClasses(beam === 1 ? bestPath(frames) : prefixBeamSearch(frames, beam), scoring);
    }
  }
}
