/** Renders the outcome of `zlm train`, for each system. */
import { UserError } from '../errors.js';
import { FALLBACK_DISCOUNTS } from '../ngram/kneser-ney.js';
import type { BestEpoch } from '../runs/training-progress.js';
import { shellWord } from '../shell-word.js';
import type { NetworkOutcome, NgramOutcome, TrainingOutcome } from '../systems/system.js';
import { visible } from '../visible.js';
import { formatDuration, formatExactly, formatPercent, formatPerplexity } from './format.js';

/**
 * Renders the outcome of a finished training.
 *
 * @param flags what the suggested commands need besides the run, from `placeFlags`
 */
export function renderOutcome(outcome: TrainingOutcome, flags: string): string {
  const run = shellWord(outcome.run);
  const beginning = outcome.alreadyFinished ? `run ${visible(outcome.run)} is finished already: ` : '';
  const [first, ...others] = linesOf(outcome);
  return [
    `${beginning}${first}`,
    ...others,
    `run folder ${visible(outcome.folder)}`,
    ...longerLines(outcome, flags),
    `next: zlm eval ${run} --split test${flags}`,
    `report: zlm report ${run}${flags}`,
  ].join('\n');
}

/**
 * Makes the error that reports an interrupted training.
 *
 * @param flags what the suggested command needs besides the run, from `placeFlags`
 */
export function interruption(outcome: TrainingOutcome, flags: string): UserError {
  const resume = `\`zlm train --resume ${shellWord(outcome.run)}${flags}\``;
  const [message, cure] = interruptionOf(outcome, resume);
  return new UserError('interrupted', message, [cure]);
}

function linesOf(outcome: TrainingOutcome): string[] {
  switch (outcome.system) {
    case 'network':
      return [networkLine(outcome)];
    case 'ngram':
      return [ngramLine(outcome), ...fallbackLines(outcome.fallbackOrders)];
  }
}

function interruptionOf(outcome: TrainingOutcome, resume: string): [message: string, cure: string] {
  switch (outcome.system) {
    case 'network':
      return [`Interrupted after ${outcome.windows} windows; the state is saved`, `Continue it: ${resume}.`];
    case 'ngram':
      return [
        'Interrupted before all n-grams were counted; nothing of them is kept',
        `Count them again, which takes seconds: ${resume}.`,
      ];
  }
}

function networkLine({ epochs, best, seconds, stoppedEarly }: NetworkOutcome): string {
  const early = stoppedEarly && best ? `stopped early, ${countOf(epochs - best.epoch)} after the best; ` : '';
  const bestEpoch = best && `best valid ${bestFigure(best)} in epoch ${best.epoch}`;
  return `${early}trained ${countOf(epochs)} in ${formatDuration(seconds)}; ${bestEpoch}`;
}

function bestFigure({ perplexity, phoneErrorRate }: BestEpoch): string {
  return phoneErrorRate === undefined
    ? `perplexity ${formatPerplexity(perplexity)}`
    : `phone error rate ${formatPercent(phoneErrorRate)}`;
}

function countOf(epochs: number): string {
  return `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
}

function ngramLine({ ngrams, best, seconds }: NgramOutcome): string {
  const total = ngrams.reduce((sum, count) => sum + count, 0);
  const counted = `counted ${formatExactly(total)} n-grams up to order ${ngrams.length}`;
  return `${counted} in ${formatDuration(seconds)}; valid perplexity ${best && formatPerplexity(best.perplexity)}`;
}

/** Renders the line about discounts that could not be estimated; none where all could. */
export function fallbackLines(orders: readonly number[]): string[] {
  if (orders.length === 0) return [];
  return [
    `fixed discounts of ${FALLBACK_DISCOUNTS.slice(1).join(', ')} for ${ordersText(orders)}: the text has too few n-grams to estimate any`,
  ];
}

/** Names lengths of n-grams: "order 1", "orders 1, 2". */
export function ordersText(orders: readonly number[]): string {
  return orders.length === 1 ? `order ${orders[0]}` : `orders ${orders.join(', ')}`;
}

/** Renders how a network that is finished can be trained longer. */
function longerLines(outcome: TrainingOutcome, flags: string): string[] {
  if (outcome.system !== 'network' || !outcome.alreadyFinished || outcome.longer === null) return [];
  return [`longer: zlm train --resume ${shellWord(outcome.run)} --set ${shellWord(outcome.longer)}${flags}`];
}
