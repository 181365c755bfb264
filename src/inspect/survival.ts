/** Survival of a unit on its way from the input at step t − k to the loss at step t. */
import type { DropoutTable } from '../model/noise-placement.js';

/**
 * Computes the probability that no mask on the way drops what a unit carries, for a network of L layers (paper, section 3.2):
 *
 *     (1 − input) · (1 − between)^(L−1) · (1 − output) · (1 − recurrent)^m
 *
 * The first three are the L + 1 masks of the vertical edges, crossed once however long the way is. The recurrent edge is crossed k times: m = k
 * for a mask that is drawn at each step, and m = 1 for one that lasts a sequence, which drops the same units each time. DropConnect and
 * zoneout drop no units.
 *
 * @param layers L
 * @param lag    k, 0 or more
 */
export function survival(
  { input, between, output, recurrent }: DropoutTable,
  layers: number,
  lag: number,
): number {
  const vertical = (1 - input.rate) * (1 - between.rate) ** (layers - 1) * (1 - output.rate);
  const crossings = recurrent.mask === 'step' ? lag : Math.min(lag, 1);
  return vertical * (1 - recurrent.rate) ** crossings;
}
