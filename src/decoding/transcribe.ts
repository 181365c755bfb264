/** The service behind `zlm transcribe`: what a run recognizes in utterances of its corpus, beside what is spoken. */
import type { SplitName } from '../corpus/prepared.js';
import type { UtteranceSource } from '../corpus/speech/speech-corpus.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import { type PhoneDecoding, phoneDecoder, resolveDecoding } from '../evaluation/phone-decoder.js';
import { evaluateUtterances, type RecognizedUtterance, utteranceReading } from '../evaluation/utterances.js';
import { type AlignedPhone, alignPhones, countErrors, type PhoneErrors } from '../metrics/phone-errors.js';
import type { OpenedSpeech } from '../runs/opened-run.js';
import type { CheckpointName } from '../runs/run-folder.js';
import { SIDE_BY_SIDE, type SpeechEvaluationRequest } from './evaluate-speech.js';

/** Request for transcriptions. */
export interface TranscriptionRequest extends SpeechEvaluationRequest {
  /** Utterances from the beginning of the split, at most. */
  readonly utterances: number;
}

/** What was recognized in one utterance. */
export interface TranscribedUtterance extends PhoneErrors {
  readonly name: string;
  /** The phones as they are scored, one beside the other. */
  readonly alignment: readonly AlignedPhone[];
}

/** Transcriptions of a split. */
export interface Transcription {
  readonly run: string;
  readonly checkpoint: CheckpointName;
  readonly backend: string;
  readonly corpus: string;
  readonly split: SplitName;
  /** How the phones were found. */
  readonly decoding: PhoneDecoding;
  readonly utterances: readonly TranscribedUtterance[];
}

/**
 * Transcribes the first utterances of a split.
 *
 * @throws UserError('usage') for a decoder that is not for the network's loss; the signal's reason when it is aborted
 */
export async function transcribe(
  { run, checkpoint, backend, corpus, recognizer, spec }: OpenedSpeech,
  { split, utterances: most, ...choice }: TranscriptionRequest,
  { signal, onProgress }: Omit<EvaluationHooks, 'onNote'> = {},
): Promise<Transcription> {
  const decoding = resolveDecoding(recognizer.loss, choice, run.name);
  const decode = await phoneDecoder(decoding, corpus, signal);
  const source = firstUtterances(corpus.split(split), most);
  const found: RecognizedUtterance[] = [];
  await evaluateUtterances(recognizer, source, utteranceReading(spec, corpus), corpus.scoring, {
    batch: SIDE_BY_SIDE,
    decode,
    label: split,
    signal,
    onProgress,
    onUtterance: (recognized) => found.push(recognized),
  });
  const utterances = found
    .toSorted((a, b) => a.utterance - b.utterance)
    .map(({ utterance, spoken, recognized }) => {
      const alignment = alignPhones(spoken, recognized);
      return { name: source.name(utterance), ...countErrors(alignment), alignment };
    });
  return { run: run.name, checkpoint, backend, corpus: corpus.name, split, decoding, utterances };
}

function firstUtterances(source: UtteranceSource, most: number): UtteranceSource {
  const length = Math.min(most, source.length);
  return {
    length,
    frames: source.frames.subarray(0, length),
    phoneCounts: source.phoneCounts.subarray(0, length),
    name: (utterance) => source.name(utterance),
    read: (utterance) => source.read(utterance),
    readLabels: (utterance) => source.readLabels(utterance),
  };
}
