/** What a program does with runs that recognize speech: open, evaluate, transcribe. */
import { evaluateSpeech as evaluateRun } from '../decoding/evaluate-speech.js';
import { type Transcription, transcribe as transcribeRun } from '../decoding/transcribe.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import type { DecoderChoice } from '../evaluation/phone-decoder.js';
import type { SpeechEvaluation } from '../evaluation/report.js';
import type { OpenedSpeech } from '../runs/opened-run.js';
import { openRecognizer as openRun } from '../systems/open-run.js';
import { type OpenOptions, openRequest } from './runs.js';
import { withoutUndefined } from './surroundings.js';

/**
 * Opens a run that recognizes speech.
 *
 * @param run its name or path, or `latest`
 * @returns the run with its corpus and its model; call its `dispose` when done
 */
export function openRecognizer(run: string, options: OpenOptions = {}): Promise<OpenedSpeech> {
  const { signal, onWarning } = options;
  return openRun(openRequest(run, options), withoutUndefined({ signal, onWarning }));
}

/** Options of {@link evaluateSpeech}. */
export interface EvaluateSpeechOptions extends EvaluationHooks, DecoderChoice {
  /** `test` by default. */
  readonly split?: 'train' | 'valid' | 'test';
}

/** Computes the phone error rate of a run, and its frame accuracy where it predicts frames. The report is also kept in the run's folder. */
export function evaluateSpeech(
  opened: OpenedSpeech,
  { split = 'test', signal, onProgress, onNote, ...choice }: EvaluateSpeechOptions = {},
): Promise<SpeechEvaluation> {
  return evaluateRun(opened, { split, ...choice }, withoutUndefined({ signal, onProgress, onNote }));
}

/** Options of {@link transcribe}. */
export interface TranscribeOptions extends Omit<EvaluateSpeechOptions, 'onNote'> {
  /** Utterances from the beginning of the split, at most; 10 by default. */
  readonly utterances?: number;
}

/** Recognizes the first utterances of a split, and aligns what was recognized with what was spoken. */
export function transcribe(
  opened: OpenedSpeech,
  { split = 'test', utterances = 10, signal, onProgress, ...choice }: TranscribeOptions = {},
): Promise<Transcription> {
  return transcribeRun(opened, { split, utterances, ...choice }, withoutUndefined({ signal, onProgress }));
}
