/**
 * Sentence pairs side by side. The sources of a batch are equally long, so that every target begins after the last word of its own
 * source and no padding is read before it; targets are padded at their end, where nothing reads on.
 */
import { sequenceBatch } from './sentences.js';

/** Sentence pairs by index, of a prepared parallel corpus. */
export interface PairSource {
  /** Number of pairs. */
  readonly length: number;
  /** Tokens of each sentence, without `<eos>`. */
  readonly sourceLengths: Int32Array;
  readonly targetLengths: Int32Array;
  read(pair: number): { readonly source: Int32Array; readonly target: Int32Array };
}

/** The size of a batch of pairs. */
export interface PairShape {
  /** Time steps of source and target, S + T. */
  readonly steps: number;
  /** S. */
  readonly sourceSteps: number;
  /** B. */
  readonly batch: number;
}

/** Sentence pairs side by side. */
export interface PairBatch extends PairShape {
  /** [S·B], in the order in which they are read. */
  readonly source: Int32Array;
  /** [T·B], `<eos>` and then the target. */
  readonly inputs: Int32Array;
  /** [predictions], the target's words and `<eos>`, without padding. */
  readonly targets: Int32Array;
  /** [predictions], the row t·B + b of each of them. */
  readonly rows: Int32Array;
}

/** How pairs are read. */
export interface PairReading {
  /** Id of `<eos>` among the target's words, which begins and ends a target. */
  readonly eos: number;
  readonly reverseSource: boolean;
}

/** Returns all pairs by index, in order. */
export function everyPair({ length }: PairSource): Iterable<number> {
  return new Array(length).keys();
}

/** The most that a batch of pairs may have. */
export interface PairLimits {
  /** Pairs. */
  readonly batchSize: number;
  /** Target words with their `<eos>` and their padding, where that is limited too. */
  readonly batchTokens?: number | null;
}

/**
 * Groups pairs of equally long sources, and of similar targets, into batches. A pair with more tokens than a batch may have is a batch
 * of its own.
 */
export function groupPairs(
  { sourceLengths, targetLengths }: PairSource,
  order: Iterable<number>,
  { batchSize, batchTokens }: PairLimits,
): number[][] {
  const most = batchTokens ?? Number.POSITIVE_INFINITY;
  const sorted = [...order].sort(
    (a, b) => sourceLengths[a] - sourceLengths[b] || targetLengths[a] - targetLengths[b],
  );
  const groups: number[][] = [];
  for (const pair of sorted) {
    const last = groups.at(-1);
    // Targets come in order of their lengths, so that the batch would be padded to this one's.
    const fits =
      last &&
      last.length < batchSize &&
      (last.length + 1) * (targetLengths[pair] + 1) <= most &&
      sourceLengths[last[0]] === sourceLengths[pair];
    if (fits) last.push(pair);
    else groups.push([pair]);
  }
  return groups;
}

/** Returns the size of a group's batch. */
export function shapeOfPairs(
  { sourceLengths, targetLengths }: PairSource,
  group: readonly number[],
): PairShape {
  const targetSteps = Math.max(...group.map((pair) => targetLengths[pair])) + 1;
  const sourceSteps = sourceLengths[group[0]];
  return { steps: sourceSteps + targetSteps, batch: group.length, sourceSteps };
}

/** Reads a group's batch. */
export function readPairs(
  pairs: PairSource,
  group: readonly number[],
  { eos, reverseSource }: PairReading,
): PairBatch {
  const read = group.map((pair) => pairs.read(pair));
  const source = sideBySide(read.map((pair) => (reverseSource ? pair.source.toReversed() : pair.source)));
  const target = sequenceBatch(
    read.map((pair) => Int32Array.of(...pair.target, eos)),
    eos,
  );
  const { inputs, targets, rows, batch } = target;
  const sourceSteps = source.length / batch;
  return {
    steps: sourceSteps + target.steps,
    batch,
    sourceSteps,
    source,
    inputs,
    targets: rows.map((row) => targets[row]),
    rows,
  };
}

/** Puts sentences of one length side by side: [S·B], row t·B + b is word t of sentence b. */
export function sideBySide(sentences: readonly Int32Array[]): Int32Array {
  const batch = sentences.length;
  const ids = new Int32Array(sentences[0].length * batch);
  for (const [column, sentence] of sentences.entries()) {
    for (const [t, id] of sentence.entries()) ids[t * batch + column] = id;
  }
  return ids;
}
