/** The progress of a training. Together with the tensors of a checkpoint, it is all that is needed to continue. */

/** The best epoch so far, by the task's metric on held-out data. */
export interface BestEpoch {
  readonly epoch: number;
  readonly perplexity: number;
  /** BLEU in percent, where it is measured. */
  readonly bleu?: number;
}

/** Progress of a run, which is the position in its checkpoints. JSON-serializable, and exact: JavaScript prints doubles so that they read back the same. */
export interface TrainingProgress {
  /** Windows trained since the run began, and the time steps in them. */
  readonly windows: number;
  readonly steps: number;
  /** Pass over the data, from 0, and windows of it that are trained; at its end, the next pass and 0. */
  readonly pass: number;
  readonly windowInPass: number;
  /** Epochs trained and validated. */
  readonly epochs: number;
  /** Windows, summed nll (nats) and predictions of the current epoch. */
  readonly epochWindows: number;
  readonly epochNll: number;
  readonly epochPredictions: number;
  /** Seconds spent, over all sessions. */
  readonly seconds: number;
  readonly best: BestEpoch | null;
  /** Perplexity on held-out data after each epoch. */
  readonly validation: readonly number[];
  /** The value of `windows` when the averaging of parameters began; null while they are not averaged. */
  readonly averagedSince: number | null;
  /** Figures of the windows that have no row in `metrics.jsonl` yet; left out by older checkpoints, null for none. */
  readonly row?: RowUnderWay | null;
}

/** Sums over the windows of a row of figures that is not complete. */
export interface RowUnderWay {
  readonly windows: number;
  /** Summed nll (nats) and predictions. */
  readonly nll: number;
  readonly predictions: number;
  /** Summed over the windows. */
  readonly gradientNorm: number;
  /** Mean over the windows. */
  readonly learningRate: number;
  readonly seconds: number;
}

/** The beginning of a run. */
export const START: TrainingProgress = {
  windows: 0,
  steps: 0,
  pass: 0,
  windowInPass: 0,
  epochs: 0,
  epochWindows: 0,
  epochNll: 0,
  epochPredictions: 0,
  seconds: 0,
  best: null,
  validation: [],
  averagedSince: null,
};

/** Tells whether a value read from a file can be the progress of a run. */
export function isTrainingProgress(value: unknown): value is TrainingProgress {
  if (typeof value !== 'object' || value === null) return false;
  const { windows, steps, pass, windowInPass, epochs, epochWindows, epochPredictions, ...rest } =
    value as Record<string, unknown>;
  const { epochNll, seconds, best, validation, averagedSince, row } = rest;
  const counts = [windows, steps, pass, windowInPass, epochs, epochWindows, epochPredictions];
  return (
    counts.every(isCount) &&
    [epochNll, seconds].every(Number.isFinite) &&
    (best === null || isBestEpoch(best)) &&
    Array.isArray(validation) &&
    validation.length === epochs &&
    validation.every(Number.isFinite) &&
    (averagedSince === null || isCount(averagedSince)) &&
    (row === undefined || row === null || isRow(row, Number(windows)))
  );
}

/** Tells whether a value read from a file can be a best epoch. */
export function isBestEpoch(value: unknown): value is BestEpoch {
  if (typeof value !== 'object' || value === null) return false;
  const { epoch, perplexity, bleu = 0 } = value as Record<string, unknown>;
  return Number.isSafeInteger(epoch) && Number.isFinite(perplexity) && Number.isFinite(bleu);
}

function isRow(value: unknown, windowsOfRun: number): value is RowUnderWay {
  if (typeof value !== 'object') return false;
  const { windows, predictions, ...rest } = value as Record<string, unknown>;
  const { nll, gradientNorm, learningRate, seconds } = rest;
  return (
    [windows, predictions].every(isCount) &&
    Number(windows) >= 1 &&
    Number(windows) <= windowsOfRun &&
    [nll, gradientNorm, learningRate, seconds].every(Number.isFinite)
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
