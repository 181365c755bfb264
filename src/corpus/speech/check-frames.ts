/** Finds utterances that have too few frames for their phones, which CTC cannot be trained on. */
import { UserError } from '../../errors.js';
import { framesForLabels } from '../../ops/ctc.js';
import type { SplitName } from '../prepared.js';
import type { SpeechCorpus } from './speech-corpus.js';

/**
 * Checks that every utterance of some splits has a frame for each phone, and one for the blank between equal ones: otherwise no path
 * has its phones, and its loss is infinite.
 *
 * @throws UserError('data') that names the first utterance that has too few
 */
export function checkFramesForPhones(corpus: SpeechCorpus, splits: readonly SplitName[]): void {
  for (const split of splits) {
    const utterances = corpus.split(split);
    for (const [utterance, frames] of utterances.frames.entries()) {
      // Only where there may be too few are the phones read.
      if (frames >= 2 * utterances.phoneCounts[utterance] - 1) continue;
      const needed = framesForLabels(utterances.readLabels(utterance).phones);
      if (frames < needed) throw tooFewFrames(corpus, split, utterances.name(utterance), frames, needed);
    }
  }
}

function tooFewFrames(
  { name }: SpeechCorpus,
  split: string,
  utterance: string,
  frames: number,
  needed: number,
): UserError {
  return new UserError(
    'data',
    `Utterance ${utterance} of the ${split} split of ${name} has ${frames} frames, but with task.speech.loss ctc its phones need ${needed}: one for each, and a blank between equal ones`,
    [
      'Prepare the corpus without this utterance, or with a shorter step from frame to frame.',
      'Or train on frames: `--set task.speech.loss=framewise`.',
    ],
  );
}
