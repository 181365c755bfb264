/** Measures of recognized speech: phone error rate, frame accuracy and likelihood. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SpeechCorpus, UtteranceSource } from '../corpus/speech/speech-corpus.js';
import { groupUtterances, readUtterances, type UtteranceReading } from '../corpus/utterances.js';
import {
  addErrors,
  alignPhones,
  countErrors,
  NO_PHONES,
  type PhoneErrors,
  type PhoneScoring,
  phoneErrorRate,
  scoredClasses,
} from '../metrics/phone-errors.js';
import type { Recognizer } from '../predictors/recognizer.js';
import type { OnProgress } from '../progress.js';
import { type NetworkSpec, speechOf } from '../spec/systems.js';
import { plus } from './perplexity.js';
import type { PhoneDecoder } from './phone-decoder.js';
import { likeliestClasses } from './phone-search.js';

/** Returns how a spec reads the utterances of a corpus. */
export function utteranceReading(spec: NetworkSpec, { features }: SpeechCorpus): UtteranceReading {
  const { context, delay } = speechOf(spec);
  return { features, context, delay };
}

/** Measures over utterances. */
export interface SpeechMeasures {
  readonly utterances: number;
  /** Frames of all utterances. */
  readonly frames: number;
  /** Summed negative log-likelihood, in nats: of the phones of frames, or by CTC of the phones of utterances. */
  readonly nll: number;
  /** Share of frames whose phone is the likeliest; null by CTC, which does not tell the phones of frames. */
  readonly frameAccuracy: number | null;
  readonly errors: PhoneErrors;
  /** Errors per phone. */
  readonly phoneErrorRate: number;
}

/** What was recognized in one utterance, as it is scored. */
export interface RecognizedUtterance {
  readonly utterance: number;
  readonly spoken: readonly string[];
  readonly recognized: readonly string[];
}

/** Options of {@link evaluateUtterances}. */
export interface SpeechOptions {
  /** Utterances side by side: only speed depends on it. */
  readonly batch: number;
  /** Finds the phones of each. */
  readonly decode: PhoneDecoder;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Its label in the progress. */
  readonly label: string;
  /** Called with each utterance, from the shortest to the longest. */
  readonly onUtterance?: (recognized: RecognizedUtterance) => void;
}

/**
 * Runs a recognizer over utterances.
 *
 * @throws the signal's reason when it is aborted
 */
export async function evaluateUtterances(
  recognizer: Recognizer,
  utterances: UtteranceSource,
  reading: UtteranceReading,
  scoring: PhoneScoring,
  { batch, decode, signal, onProgress, label, onUtterance }: SpeechOptions,
): Promise<SpeechMeasures> {
  const { classes, loss } = recognizer;
  let [nll, frames, right, errors] = [0, 0, 0, NO_PHONES];
  let done = 0;
  for (const group of groupUtterances(utterances, batch)) {
    signal?.throwIfAborted();
    const data = readUtterances(utterances, group, reading);
    const found = await recognizer.recognize(data);
    nll = plus(nll, found.nll);
    let [firstFrame, firstPhone] = [0, 0];
    for (const [column, utterance] of group.entries()) {
      const [frameCount, phoneCount] = [data.arrays.frameCounts[column], data.arrays.phoneCounts[column]];
      const values = found.logProbs.subarray(firstFrame * classes, (firstFrame + frameCount) * classes);
      const recognized = decode({ values, classes });
      const phones = data.arrays.phones.subarray(firstPhone, firstPhone + phoneCount);
      const spoken = scoredClasses(phones, scoring);
      errors = addErrors(errors, countErrors(alignPhones(spoken, recognized)));
      onUtterance?.({ utterance, spoken, recognized });
      [firstFrame, firstPhone] = [firstFrame + frameCount, firstPhone + phoneCount];
    }
    frames += firstFrame;
    if (loss === 'framewise') right += countRight(found.logProbs, classes, data.arrays.labels);
    done += group.length;
    onProgress?.({ label, done, total: utterances.length, unit: 'utterances' });
    await nextTurn(); // lets signals and the display in: values resolve without leaving this turn of the loop
  }
  const frameAccuracy = loss === 'framewise' ? right / frames : null;
  const rate = phoneErrorRate(errors);
  return { utterances: utterances.length, frames, nll, frameAccuracy, errors, phoneErrorRate: rate };
}

function countRight(values: Float64Array, classes: number, labels: Int32Array): number {
  const likeliest = likeliestClasses({ values, classes });
  return labels.reduce((count, phone, frame) => count + Number(likeliest[frame] === phone), 0);
}
