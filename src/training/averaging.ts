/** When averaged SGD begins to average. */
import type { NetworkSpec } from '../spec/systems.js';

/**
 * Whether averaging has begun by an epoch: from a given one on, or once an epoch before it has fired the non-monotonic
 * trigger of AWD-LSTM (Merity et al. 2018, algorithm 1), a valid perplexity above the best of all epochs before it but the
 * last `nonMonotonic`.
 *
 * @param epoch      from 1
 * @param validation the valid perplexity of every epoch before it, or of more
 */
export function averagesInEpoch(
  { optimizer }: NetworkSpec['training'],
  epoch: number,
  validation: readonly number[],
): boolean {
  if (!('averagedSgd' in optimizer)) return false;
  const { startEpoch, nonMonotonic } = optimizer.averagedSgd;
  if (startEpoch !== null) return epoch >= startEpoch;
  const before = validation.slice(0, epoch - 1);
  let best = Number.POSITIVE_INFINITY;
  return before.some((perplexity, index) => {
    best = Math.min(best, before[index - nonMonotonic - 1] ?? best);
    return perplexity > best;
  });
}
