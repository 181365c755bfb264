/** The service behind `zlm eval` for a run that recognizes speech: phone error rate, frame accuracy and likelihood. */
import type { SplitName } from '../corpus/prepared.js';
import { checkFramesForPhones } from '../corpus/speech/check-frames.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import {
  type DecoderChoice,
  phoneDecoder,
  resolveDecoding,
  unusualDecoding,
} from '../evaluation/phone-decoder.js';
import type { SpeechEvaluation } from '../evaluation/report.js';
import { evaluateUtterances, utteranceReading } from '../evaluation/utterances.js';
import { keepOrNote } from '../runs/evaluations.js';
import type { OpenedSpeech } from '../runs/opened-run.js';

/** Utterances that are recognized side by side: only speed depends on it. */
export const SIDE_BY_SIDE = 16;

/** Request for the evaluation of a recognizer. */
export interface SpeechEvaluationRequest extends DecoderChoice {
  readonly split: SplitName;
}

/**
 * Evaluates a recognizer, and keeps the report in the run's folder where that can be written.
 *
 * @throws UserError('usage') for a decoder that is not for the network's loss; UserError('data') when CTC cannot align the phones of an
 *   utterance; the signal's reason when it is aborted
 */
export async function evaluateSpeech(
  opened: OpenedSpeech,
  { split, ...choice }: SpeechEvaluationRequest,
  { signal, onProgress, onNote }: EvaluationHooks = {},
): Promise<SpeechEvaluation> {
  const { run, checkpoint, position, corpus, recognizer, spec, backend } = opened;
  const { loss } = recognizer;
  const decoding = resolveDecoding(loss, choice, run.name);
  if (loss === 'ctc') checkFramesForPhones(corpus, [split]);
  const began = performance.now();
  const reading = utteranceReading(spec, corpus);
  const decode = await phoneDecoder(decoding, corpus, signal);
  const options = { batch: SIDE_BY_SIDE, decode, label: split, signal, onProgress };
  const measured = await evaluateUtterances(
    recognizer,
    corpus.split(split),
    reading,
    corpus.scoring,
    options,
  );
  const { utterances, frames, nll, errors, frameAccuracy, phoneErrorRate } = measured;
  const meanNll = nll / frames;
  const report: SpeechEvaluation = {
    system: 'speech',
    run: run.name,
    checkpoint,
    epochs: position.epochs,
    corpus: corpus.name,
    split,
    // Each utterance is read by itself, however many are side by side.
    batch: 1,
    utterances,
    predictions: frames,
    phoneErrorRate,
    errors,
    folding: corpus.scoring.folding,
    loss,
    decoding,
    frameAccuracy,
    meanNll,
    perplexity: Math.exp(meanNll),
    seconds: (performance.now() - began) / 1000,
    backend,
  };
  const method = unusualDecoding(decoding);
  await keepOrNote(opened, method === undefined ? report : { ...report, method }, onNote);
  return report;
}
