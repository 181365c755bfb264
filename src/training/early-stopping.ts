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
  const bestEpoch = 1 + validation.indexOf(Math.min(...validation));
  return validation.length - bestEpoch >= earlyStopping.patience;
}
