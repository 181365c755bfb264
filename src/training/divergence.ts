/**
 * Detects that a training has diverged, on evidence: a figure that is not finite, or a loss that has been much worse than
 * before for long. A loss may be far worse than a uniform guess and still come back: where parameters come from another
 * run, where the vocabulary is small, or where the learning rate is at the edge of what works. The error says the figures, the
 * likely cause, and what helps against it.
 */
import { UserError } from '../errors.js';
import { ACTIVATION_PENALTIES } from '../model/activation-penalty.js';
import { plainNumber } from '../plain-number.js';
import type { TrainingProgress } from '../runs/training-progress.js';
import { shellWord } from '../shell-word.js';
import type { NetworkSpec } from '../spec/systems.js';
import { reachedIn, type Validation } from '../tasks/task.js';
import type { StepResult } from './step.js';

/** Windows over which the level of the nll is averaged. */
const MEMORY = 20;

/** The level that is expected is exceeded when the nll is so much above it: a tenth, and a nat. */
const TOLERANCE = { factor: 1.1, nats: 1 };

/** Nats by which the windows of a stretch exceed that together: 200 windows by 10 nats, or 2,000 by one. */
const HOPELESS_EXCESS = 2000;

/** Most evidence that one window can add, so that a few windows alone never decide. */
const MOST_EXCESS_OF_WINDOW = 100;

/** From this part of the evidence on, nothing is saved that can wait. */
const SUSPICIOUS = 0.1;

/** Epoch and learning rate, which the message names besides the figures. */
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
    private readonly start: TrainingProgress,
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
  check(step: Omit<StepResult, 'state'>, at: TrainingProgress, place: EpochPlace): void {
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
  validationFault(validation: Validation, at: TrainingProgress, place: EpochPlace): UserError | null {
    if (Object.values(reachedIn(validation)).every(Number.isFinite)) return null;
    return divergenceError(
      {
        where: `epoch ${place.epoch}, validation`,
        nll: validation.meanNll,
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
function reachedBefore({ best, epochNll, epochPredictions }: TrainingProgress): number {
  return Math.min(
    best === null ? Number.POSITIVE_INFINITY : Math.log(best.perplexity),
    epochPredictions > 0 ? epochNll / epochPredictions : Number.POSITIVE_INFINITY,
  );
}

/** The parts of a spec that may be the cause. */
export interface DivergenceFacts {
  /** The key of the learning rate, such as `training.optimizer.sgd.learningRate`. */
  readonly rateKey: string;
  /** The key that limits gradients, and to what; null where nothing does. */
  readonly clip: { readonly key: string; readonly value: number } | null;
  /** The keys of the penalties that are in use, with their weights. */
  readonly penalties: readonly { readonly key: string; readonly weight: number }[];
  /** Origin of the first parameters: a key with its value, or the name of a run. */
  readonly beginning: { readonly text: string } | { readonly run: string };
}

/** Evidence of divergence. */
export interface DivergenceEvidence {
  /** As in "epoch 1, window 3". */
  readonly where: string;
  /** Mean over the predictions, in nats. */
  readonly nll: number;
  /** Global norm before clipping; null for a validation, which has no gradient. */
  readonly gradientNorm: number | null;
  readonly learningRate: number;
  /** Updates of the parameters that were made before. */
  readonly updates: number;
  /** The loss has been too high since the run began. */
  readonly neverBetter: boolean;
  /** Nll of a uniform guess. */
  readonly uniformNll: number;
}

/** Clipping to a larger norm than this hardly limits an update; the paper clips to 5 and 10. */
const LOOSE_NORM = 100;

/** The facts of a spec. */
export function divergenceFacts({ model, training }: NetworkSpec): DivergenceFacts {
  const { optimizer, clipNorm, clipValue } = training;
  const penalties = ACTIVATION_PENALTIES.map((key) => ({ key: `training.${key}`, weight: training[key] }));
  const { init, forgetBias } = model;
  const bias = forgetBias === null ? '' : `, model.forgetBias ${forgetBias}`;
  return {
    rateKey: `training.optimizer.${Object.keys(optimizer)[0]}.learningRate`,
    clip: clipOf(clipNorm, clipValue),
    penalties: penalties.filter(({ weight }) => weight > 0),
    beginning: 'from' in init ? { run: init.from } : { text: `model.init ${JSON.stringify(init)}${bias}` },
  };
}

/** The error for what was seen: which figures, and the likeliest cause first among the cures. */
export function divergenceError(evidence: DivergenceEvidence, facts: DivergenceFacts): UserError {
  const { where, nll, gradientNorm, learningRate, updates, uniformNll } = evidence;
  const guess = Number.isFinite(nll) ? ` (a uniform guess has ${uniformNll.toPrecision(3)})` : '';
  const figures = [
    `mean nll ${plainNumber(nll, 4, { grouping: true })} nats${guess}`,
    ...(gradientNorm === null ? [] : [`gradient norm ${plainNumber(gradientNorm, 4, { grouping: true })}`]),
    `learning rate ${plainNumber(learningRate, 6)}`,
  ].join(', ');
  const what =
    updates === 0
      ? `The loss was not finite before any update, in ${where}`
      : `Training diverged in ${where}`;
  return new UserError('diverged', `${what}: ${figures}`, likelyCures(evidence, facts));
}

/**
 * Makes the error for a tensor that holds NaN or infinity when it should be saved.
 *
 * @param fault   as in "softmax.bias holds NaN or infinity"
 * @param updates updates of the parameters that were made before
 */
export function notFiniteError(
  fault: string,
  updates: number,
  facts: DivergenceFacts,
  options: ErrorOptions,
): UserError {
  const message = `Training diverged: ${fault} after ${updates} windows`;
  return new UserError(
    'diverged',
    message,
    updates === 0 ? [beginningCure(facts)] : updateCures(facts),
    options,
  );
}

/** An error with what is left of the run said before the cures; a run that has saved nothing leaves nothing. */
export function withKept(error: UserError, kept: string | null): UserError {
  if (kept === null) return error;
  return new UserError(error.kind, error.message, [kept, ...error.cures], { cause: error.cause });
}

function likelyCures(evidence: DivergenceEvidence, facts: DivergenceFacts): string[] {
  const { nll, gradientNorm, updates, neverBetter } = evidence;
  const overflows = Number.isFinite(nll) && gradientNorm !== null && !Number.isFinite(gradientNorm);
  const penalty = overflows ? facts.penalties.map(penaltyCure) : [];
  if (updates === 0) return [...penalty, ...(penalty.length > 0 ? [] : [beginningCure(facts)])];
  return [...penalty, ...(neverBetter ? [beginningCure(facts)] : []), ...updateCures(facts)];
}

function penaltyCure({ key, weight }: { key: string; weight: number }): string {
  return `The loss is finite and its gradient is not: lower ${key}, which is ${weight}, and begin a new run.`;
}

function beginningCure({ beginning }: DivergenceFacts): string {
  if ('run' in beginning) {
    return `The parameters of run ${shellWord(beginning.run)}, which model.init.from names, may not fit this corpus: begin with another run or with fresh ones.`;
  }
  return `The first parameters are likely to be too large: draw smaller ones than ${beginning.text}.`;
}

function updateCures({ rateKey, clip }: DivergenceFacts): string[] {
  if (clip === null) {
    return [
      `Nothing limits the gradients: set training.clipNorm (the paper takes 5), or lower ${rateKey}, and begin a new run.`,
    ];
  }
  if (clip.key === 'training.clipNorm' && clip.value > LOOSE_NORM) {
    return [
      `Lower training.clipNorm, which at ${clip.value} limits little (the paper takes 5), or ${rateKey}, and begin a new run.`,
    ];
  }
  return [`The updates are too large: lower ${rateKey}, or ${clip.key}, and begin a new run.`];
}

function clipOf(clipNorm: number | null, clipValue: number | null): DivergenceFacts['clip'] {
  if (clipNorm !== null) return { key: 'training.clipNorm', value: clipNorm };
  return clipValue === null ? null : { key: 'training.clipValue', value: clipValue };
}
