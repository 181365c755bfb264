/**
 * Noticing that a training has diverged, on evidence: a figure that is not finite, or a loss that has been much worse than
 * before for long. A loss may be far worse than a uniform guess and still come back: where parameters come from another
 * run, where the vocabulary is small, or where the learning rate is at the edge of what works.
 */
import type { UserError } from '../errors.js';
import type { Position } from '../runs/position.js';
import type { Validation } from '../tasks/task.js';
import { type DivergenceFacts, divergenceError } from './divergence-error.js';
import type { StepResult } from './step.js';

/** Windows over which the level of the nll is averaged. */
const MEMORY = 20;

/** The level that is expected is exceeded when the nll is so much above it: a tenth, and a nat. */
const TOLERANCE = { factor: 1.1, nats: 1 };

/** Nats by which the windows of a stretch exceed that together: 200 windows by 10 nats, or 2,000 by one. */
const HOPELESS_EXCESS = 2000;

/** What one window can add, so that a few windows alone never decide. */
const MOST_EXCESS_OF_WINDOW = 100;

/** From this part of the evidence on, nothing is saved that can wait. */
const SUSPICIOUS = 0.1;

/** What the message names besides the figures. */
interface EpochPlace {
  readonly epoch: number;
  readonly learningRate: number;
}

/** Watches the loss of one session. */
export class DivergenceWatch {
  /** Mean nll of the last windows; null before the first. */
  private level: number | null = null;
  private windows = 0;
  /** The lowest that the level has been. */
  private lowest: number;
  /** Nats beyond what is expected, summed over windows; never below 0. */
  private excess = 0;

  /**
   * @param uniformNll nll of a uniform guess, in nats
   * @param start      where the session begins: what the run has reached counts for it
   * @param facts      what the message names
   */
  constructor(
    private readonly uniformNll: number,
    private readonly start: Position,
    private readonly facts: DivergenceFacts,
  ) {
    this.lowest = reachedBefore(start);
  }

  /** Whether there is some evidence: a checkpoint that can wait should. */
  get isSuspicious(): boolean {
    return this.excess > SUSPICIOUS * HOPELESS_EXCESS;
  }

  /**
   * Takes note of a window.
   *
   * @param at the position before it
   * @throws UserError('diverged') when its loss or gradient is not finite, or the loss has been too high for long
   */
  check(step: Omit<StepResult, 'state'>, at: Position, place: EpochPlace): void {
    const mean = step.nll / step.predictions;
    const hasNumbers = Number.isFinite(mean) && Number.isFinite(step.gradientNorm);
    if (hasNumbers) this.note(mean);
    if (hasNumbers && this.excess < HOPELESS_EXCESS) return;
    throw divergenceError(
      {
        where: `epoch ${place.epoch}, window ${at.epochWindows + 1}`,
        nll: mean,
        gradientNorm: step.gradientNorm,
        learningRate: place.learningRate,
        updates: at.windows,
        neverBetter: this.hasNeverBeenBetter(),
        uniformNll: this.uniformNll,
      },
      this.facts,
    );
  }

  /**
   * @param at the position after the epoch's last window
   * @returns the error to throw when the perplexity after an epoch is NaN or too large for a number; null when it is not
   */
  validationFault(validation: Validation, at: Position, place: EpochPlace): UserError | null {
    if (Number.isFinite(validation.value)) return null;
    return divergenceError(
      {
        where: `epoch ${place.epoch}, validation`,
        nll: validation.meanNll ?? validation.value,
        gradientNorm: null,
        learningRate: place.learningRate,
        updates: at.windows,
        neverBetter: this.hasNeverBeenBetter(),
        uniformNll: this.uniformNll,
      },
      this.facts,
    );
  }

  private note(mean: number): void {
    this.windows += 1;
    // The mean of all windows until there are enough of them.
    this.level =
      this.level === null ? mean : this.level + (mean - this.level) / Math.min(this.windows, MEMORY);
    this.lowest = Math.min(this.lowest, this.level);
    const expected = TOLERANCE.factor * Math.max(this.uniformNll, this.lowest) + TOLERANCE.nats;
    const excess = Math.min(mean - expected, MOST_EXCESS_OF_WINDOW);
    this.excess = Math.max(0, this.excess + excess);
  }

  /** The loss was too high from the first window of the run on: it is how the run began that is wrong. */
  private hasNeverBeenBetter(): boolean {
    const expected = TOLERANCE.factor * this.uniformNll + TOLERANCE.nats;
    return this.start.windows === 0 && this.lowest > expected;
  }
}

/** The nll that the run had reached before this session; infinite for a new run, whose first windows tell. */
function reachedBefore({ best, epochNll, epochPredictions }: Position): number {
  return Math.min(
    best === null ? Number.POSITIVE_INFINITY : Math.log(best.perplexity),
    epochPredictions > 0 ? epochNll / epochPredictions : Number.POSITIVE_INFINITY,
  );
}
