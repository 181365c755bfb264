/** Noticing that a training has diverged, before the next checkpoint would overwrite the last good one. */
import { UserError } from '../errors.js';
import type { NetworkSpec } from '../spec/systems.js';
import { type NllCount, perplexityOf } from './trainee.js';

/** Windows over which the nll is averaged: a single bad window early in a run is no reason to stop. */
const MEMORY = 20;

/** The facts of an epoch that the message names. */
interface EpochFacts {
  readonly epoch: number;
  readonly learningRate: number;
}

/** The same of a window. */
interface WindowFacts extends EpochFacts {
  /** Within the epoch, from 0. */
  readonly window: number;
}

/** Watches the loss of one session. */
export class DivergenceWatch {
  private average: number | null = null;

  /**
   * @param hopelessNll a mean nll per prediction, in nats, that no training recovers from
   * @param cures       see {@link divergenceCures}
   */
  constructor(
    private readonly hopelessNll: number,
    private readonly cures: readonly string[],
  ) {}

  /** @throws UserError('diverged') when this window's loss or gradient says so */
  check(step: { nll: number; predictions: number; gradientNorm: number }, facts: WindowFacts): void {
    const mean = step.nll / step.predictions;
    const where = `window ${facts.window + 1}`;
    const figures = `mean nll ${mean.toPrecision(4)} nats, gradient norm ${step.gradientNorm.toPrecision(4)}`;
    if (!Number.isFinite(mean) || !Number.isFinite(step.gradientNorm))
      throw this.diverged(where, figures, facts);
    this.average = this.average === null ? mean : this.average + (mean - this.average) / MEMORY;
    if (this.average > this.hopelessNll) throw this.diverged(where, figures, facts);
  }

  /** @throws UserError('diverged') when the perplexity after an epoch is NaN or too large for a number */
  checkValidation(validation: NllCount, facts: EpochFacts): void {
    if (Number.isFinite(perplexityOf(validation))) return;
    const mean = validation.nll / validation.predictions;
    throw this.diverged('validation', `mean nll ${mean.toPrecision(4)} nats`, facts);
  }

  private diverged(where: string, figures: string, { epoch, learningRate }: EpochFacts): UserError {
    const message = `training diverged in epoch ${epoch}, ${where}: ${figures}, learning rate ${learningRate}`;
    return new UserError('diverged', message, this.cures);
  }
}

/** What helps against divergence, by the keys that a spec has. */
export function divergenceCures({ optimizer, clipNorm, clipValue }: NetworkSpec['training']): string[] {
  const rate = `training.optimizer.${Object.keys(optimizer)[0]}.learningRate`;
  const lower =
    clipNorm === null && clipValue === null
      ? `Lower ${rate}, or set training.clipNorm,`
      : `Lower ${rate} or training.${clipNorm === null ? 'clipValue' : 'clipNorm'}`;
  return ['What was saved before that is kept.', `${lower} and begin a new run.`];
}
