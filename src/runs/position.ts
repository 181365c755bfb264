/** Where a run stands: with the parameters and the recurrent state, all that is needed to go on. */

/** The best epoch so far, by perplexity on held-out data. */
export interface BestEpoch {
  readonly epoch: number;
  readonly perplexity: number;
}

/** JSON-serializable, and exact: JavaScript prints doubles so that they read back the same. */
export interface Position {
  /** Windows trained since the run began. */
  readonly windows: number;
  /** Epochs trained and validated. */
  readonly epochs: number;
  /** Summed nll (nats) and predictions of the epoch under way. */
  readonly epochNll: number;
  readonly epochPredictions: number;
  /** Seconds spent, over all sessions. */
  readonly seconds: number;
  readonly best: BestEpoch | null;
}

/** The beginning of a run. */
export const START: Position = {
  windows: 0,
  epochs: 0,
  epochNll: 0,
  epochPredictions: 0,
  seconds: 0,
  best: null,
};

/** Whether a value read from a file can be the position of a run. */
export function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { windows, epochs, epochNll, epochPredictions, seconds, best } = value as Record<string, unknown>;
  return (
    [windows, epochs, epochPredictions].every((count) => Number.isSafeInteger(count) && Number(count) >= 0) &&
    [epochNll, seconds].every(Number.isFinite) &&
    (best === null || isBestEpoch(best))
  );
}

/** Whether a value read from a file can be a best epoch. */
export function isBestEpoch(value: unknown): value is BestEpoch {
  if (typeof value !== 'object' || value === null) return false;
  const { epoch, perplexity } = value as Record<string, unknown>;
  return Number.isSafeInteger(epoch) && Number.isFinite(perplexity);
}
