/** Utterances side by side: frames of features, padded at the end of each, where nothing is predicted. */
import { batchesByLength } from './sentences.js';
import type { UtteranceSource } from './speech/speech-corpus.js';

/** How utterances are read. */
export interface UtteranceReading {
  /** Numbers of a frame, F. */
  readonly features: number;
  /** Frames on each side that are read beside each frame. */
  readonly context: number;
  /** Frames that are read before the phone of a frame is predicted. */
  readonly delay: number;
}

/** The size of a batch of utterances. */
export interface UtteranceShape {
  /** T, frames of the longest utterance and the delay. */
  readonly steps: number;
  /** B. */
  readonly batch: number;
  /** Numbers of a frame as it is read, its neighbors included: F · (2 · context + 1). */
  readonly width: number;
  /** N, frames of all utterances together. */
  readonly frames: number;
}

/** The arrays of a batch of utterances. */
export interface UtteranceArrays {
  /** [N], the row t·B + b at which each frame is predicted, utterance by utterance. */
  readonly rows: Int32Array;
  /** [N], the phone of each; empty in a corpus without alignment. */
  readonly labels: Int32Array;
  /** [B], frames of each utterance. */
  readonly frameCounts: Int32Array;
  /** The phones of all utterances one after the other, and [B], those of each. */
  readonly phones: Int32Array;
  readonly phoneCounts: Int32Array;
}

/** Utterances side by side. */
export interface UtteranceBatch {
  readonly steps: number;
  readonly batch: number;
  /** [T·B·width], frame t of utterance b in row t·B + b. */
  readonly features: Float32Array;
  readonly arrays: UtteranceArrays;
}

/** Returns the size of a group's batch. */
export function shapeOfUtterances(
  { frames }: Pick<UtteranceSource, 'frames'>,
  group: readonly number[],
  { features, context, delay }: UtteranceReading,
): UtteranceShape {
  const lengths = group.map((utterance) => frames[utterance]);
  return {
    steps: Math.max(...lengths) + delay,
    batch: group.length,
    width: features * (2 * context + 1),
    frames: lengths.reduce((sum, length) => sum + length, 0),
  };
}

/** Reads a group's batch. */
export function readUtterances(
  utterances: UtteranceSource,
  group: readonly number[],
  reading: UtteranceReading,
): UtteranceBatch {
  const { steps, batch, width, frames } = shapeOfUtterances(utterances, group, reading);
  const read = group.map((utterance) => utterances.read(utterance));
  const features = new Float32Array(steps * batch * width);
  const rows = new Int32Array(frames);
  let n = 0;
  for (const [column, utterance] of read.entries()) {
    const length = utterances.frames[group[column]];
    for (let t = 0; t < length + reading.delay; t++) {
      fillFrame(features, (t * batch + column) * width, utterance.features, t, length, reading);
      if (t >= reading.delay) rows[n++] = t * batch + column;
    }
  }
  const arrays = {
    rows,
    labels: joined(read.map(({ labels }) => labels ?? new Int32Array(0))),
    frameCounts: Int32Array.from(group, (utterance) => utterances.frames[utterance]),
    phones: joined(read.map(({ phones }) => phones)),
    phoneCounts: Int32Array.from(group, (utterance) => utterances.phoneCounts[utterance]),
  };
  return { steps, batch, features, arrays };
}

/** Copies a frame with its neighbors. Beyond the ends, the first and the last frame are repeated. */
function fillFrame(
  out: Float32Array,
  at: number,
  from: Float32Array,
  t: number,
  length: number,
  { features, context }: UtteranceReading,
): void {
  for (let offset = -context; offset <= context; offset++) {
    const frame = Math.max(0, Math.min(length - 1, t + offset));
    const to = at + (offset + context) * features;
    for (let i = 0; i < features; i++) out[to + i] = from[frame * features + i];
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Groups utterances of similar length into batches of at most `batchSize`; all of them in order where none is given. */
export function groupUtterances(
  { length, frames }: UtteranceSource,
  batchSize: number,
  order: Iterable<number> = new Array(length).keys(),
): number[][] {
  return batchesByLength(order, (utterance) => frames[utterance], batchSize);
}
