/** When a training ends before its last epoch. */
import type { NetworkSpec } from '../spec/systems.js';

/**
 * Whether `patience` epochs in a row have brought no new best valid perplexity.
 *
 * @param validation the valid perplexity of every epoch so far
 */
export function stopsEarly(
  { earlyStopping }: NetworkSpec['training'],
  validation: readonly number[],
): boolean {
  if (earlyStopping === null || validation.length === 0) return false;
  const best = validation.reduce((least, perplexity) => Math.min(least, perplexity));
  const bestEpoch = 1 + validation.indexOf(best);
  return validation.length - bestEpoch >= earlyStopping.patience;
}
