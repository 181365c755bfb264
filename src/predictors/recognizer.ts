/** A trained recognizer of phones: it reads the frames of utterances, and computes how probable each phone is at each of them. */
import * as tf from '@tensorflow/tfjs';
import type { UtteranceBatch } from '../corpus/utterances.js';
import { encodeFrames, reversedWithin } from '../model/acoustic.js';
import { type Encoded, logits } from '../model/language-model.js';
import { disposeNetwork, type Network } from '../model/network.js';
import type { WindowNoise } from '../model/noise-placement.js';
import { selectedRows } from '../model/rows.js';
import { ctcLoss } from '../ops/ctc.js';
import { tidy } from '../ops/memory.js';
import { normalized, readAndFree } from './network-predictor.js';
import type { FloatArray } from './predictor.js';

/** How a network is trained, and its result is read. */
export type SpeechLoss = 'framewise' | 'ctc';

/** What a recognizer has computed of a batch. */
export interface Recognized {
  /** [N,V], log-probabilities of the classes at each frame, utterance by utterance. */
  readonly logProbs: Float64Array;
  /** Negative log-likelihoods in nats: of the phone of each frame, [N]; or by CTC, of the phones of each utterance, [B]. */
  readonly nll: FloatArray;
}

/** A model that recognizes phones. */
export interface Recognizer {
  readonly loss: SpeechLoss;
  /** V: the phones and, by CTC, the blank behind them. */
  readonly classes: number;
  /** Recognizes the utterances of a batch. */
  recognize(batch: UtteranceBatch): Promise<Recognized>;
  /** Frees the model. */
  dispose(): void;
}

/** Wraps a model, which the recognizer then owns. */
export function networkRecognizer(model: Network, loss: SpeechLoss): Recognizer {
  const classes = model.architecture.vocabularySize;
  return {
    loss,
    classes,
    async recognize(batch) {
      const { scores, nll } = tidy(() => recognizeFrames(model, batch, loss));
      const ofUtterances = nll && (await readAndFree(nll));
      const logProbs = normalized(await readAndFree(scores), classes);
      return {
        logProbs,
        nll: ofUtterances
          ? (ofUtterances as Float32Array)
          : Float64Array.from(batch.arrays.labels, (phone, frame) => -logProbs[frame * classes + phone]),
      };
    },
    dispose: () => disposeNetwork(model),
  };
}

/** Computes the logits of every frame, [N,V], and by CTC the losses of utterances, [B]; called inside a tidy. */
export function recognizeFrames(
  model: Network,
  batch: UtteranceBatch,
  loss: SpeechLoss,
): { scores: tf.Tensor2D; nll: tf.Tensor1D | null } {
  const scores = logits(model, encodeUtterances(model, batch, null).hidden);
  return { scores, nll: loss === 'ctc' ? ctcLoss(scores, labelsOf(batch)) : null };
}

/** Reads utterances up to the softmax: the rows that are predictions, and the last layer's output of all rows. */
export function encodeUtterances(
  model: Network,
  { steps, batch, features, arrays }: UtteranceBatch,
  noise: WindowNoise | null,
): Omit<Encoded, 'state'> {
  const width = features.length / (steps * batch);
  const frames = tf.tensor3d(features, [steps, batch, width]);
  const { hidden, activations } = encodeFrames(
    model,
    frames,
    reversedWithin(arrays.frameCounts, steps),
    noise,
  );
  return { hidden: selectedRows(hidden, arrays.rows), activations };
}

/** Returns the phones of utterances as the CTC loss takes them. */
export function labelsOf({ arrays: { frameCounts, phones, phoneCounts } }: UtteranceBatch) {
  return { frames: frameCounts, labels: phones, labelCounts: phoneCounts };
}
