/** Right before fast: a contender's results against the reference's. */
import type { BackendName } from '../backends/backend.js';
import type { Check, Precision } from './report.js';

/**
 * Largest relative difference from the reference of the same precision that the order of sums explains. A sum on the
 * border between two bfloat16 numbers may fall to either, and they lie 2⁻⁸ apart.
 */
const TOLERANCES: Readonly<Record<Precision, number>> = { f32: 1e-3, mixed: 5e-3 };

/**
 * Compares results value by value.
 *
 * @param difference the contender's distance from the reference, relative to the reference's size
 * @param precision  what it computed in
 */
export function checkOf(difference: number, precision: Precision, reference: BackendName): Check {
  const tolerance = TOLERANCES[precision];
  return {
    reference,
    deviation: Number.isFinite(difference) ? difference : null,
    tolerance,
    // Written so that NaN fails.
    passed: difference <= tolerance,
  };
}

/** The largest of |value − reference| / |reference|; NaN when a value is. */
export function largestRelativeDifference(values: readonly number[], reference: readonly number[]): number {
  return Math.max(
    ...values.map((value, i) => Math.abs(value - reference[i]) / Math.max(Math.abs(reference[i]), 1e-30)),
  );
}

/** Why a contender with this check is not timed, or null. */
export function problemOf({ passed, reference, deviation, tolerance }: Check): string | null {
  if (passed) return null;
  const found = deviation === null ? 'results that are no numbers' : `off by ${deviation.toPrecision(2)}`;
  return `differs from the ${reference} backend: ${found} where ${tolerance} is allowed`;
}
