/** Numbers as a person writes them. */

/** Smaller and larger ones are easier to read with an exponent. */
const [SMALLEST, LARGEST] = [1e-9, 1e12];

/**
 * A number without an exponent where it can be read without one: "4255000", "0.00025", "1e+30".
 *
 * @param digits   the most significant digits; fewer where the rest are zeros
 * @param grouping whether thousands are set apart, as in "4,255,000": for what is measured, not for what is copied into a spec
 */
export function plainNumber(value: number, digits: number, { grouping = false } = {}): string {
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  if (!Number.isFinite(size) || size >= LARGEST || (size > 0 && size < SMALLEST)) return String(rounded);
  return rounded.toLocaleString('en-US', { maximumSignificantDigits: digits, useGrouping: grouping });
}
