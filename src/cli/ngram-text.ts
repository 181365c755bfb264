/** What `zlm train` prints for an n-gram model. */
import { UserError } from '../errors.js';
import { FALLBACK_DISCOUNTS } from '../ngram/kneser-ney.js';
import { shellWord } from '../shell-word.js';
import type { NgramPlan } from '../training/plan-ngram.js';
import type { TrainOutcome } from '../training/train.js';
import { formatBytes, formatDuration, formatPerplexity } from './format.js';
import { renderTable } from './table.js';

/** The first line of what is printed at the end of a run. */
export function ngramOutcomeLine({ ngrams = [], best, seconds }: TrainOutcome): string {
  const counted = `counted ${exact(sum(ngrams))} n-grams up to order ${ngrams.length}`;
  return `${counted} in ${formatDuration(seconds)}; valid perplexity ${best && formatPerplexity(best.perplexity)}`;
}

/** The line about discounts that could not be estimated; none where all could. */
export function fallbackLines(orders: readonly number[] = []): string[] {
  if (orders.length === 0) return [];
  const which = orders.length === 1 ? `order ${orders[0]}` : `orders ${orders.join(', ')}`;
  return [
    `fixed discounts of ${FALLBACK_DISCOUNTS.slice(1).join(', ')} for ${which}: the text has too few n-grams to estimate any`,
  ];
}

/** How an interruption is reported. */
export function ngramInterruption({ run }: TrainOutcome, flags: string): UserError {
  return new UserError(
    'interrupted',
    'interrupted before all n-grams were counted; nothing of them is kept',
    [`Count them again, which takes seconds: \`zlm train --resume ${shellWord(run)}${flags}\`.`],
  );
}

/** A plan as text. */
export function renderNgramPlan(plan: NgramPlan): string {
  const facts = renderTable(
    [{ title: 'counting' }, { title: '' }],
    [
      ['tokens in train', exact(plan.trainTokens)],
      ['memory', `about ${formatBytes(plan.memoryBytes)}`],
      ['checkpoint', `about ${formatBytes(plan.checkpointBytes)}`],
      ['backend', 'none: nothing is multiplied'],
    ],
  );
  const sizes = renderTable(
    [{ title: 'tokens' }, { title: 'different n-grams', align: 'right' }],
    plan.ngrams.map((count, index) => [String(index + 1), exact(count)]),
  );
  return [facts, '', sizes].join('\n');
}

function exact(count: number): string {
  return count.toLocaleString('en-US');
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
