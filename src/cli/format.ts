/** Formats numbers for people: sizes, counts, rates, perplexities, durations. */

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** Formats bytes in decimal units with three significant digits: "812 bytes", "5.10 MB". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be rounded up to "1000 kB".
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : threeDigits(value)} ${BYTE_UNITS[unit]}`;
}

/** Formats a count, shortened from a hundred thousand on: "2,323", "930k", "1.79M". */
export function formatCount(count: number): string {
  if (count < 99_950) return Math.round(count).toLocaleString('en-US');
  if (count < 999_500) return `${Math.round(count / 1e3)}k`;
  if (count < 999_500_000) return `${threeDigits(count / 1e6)}M`;
  return `${threeDigits(count / 1e9)}G`;
}

/** Formats a count in full: "1,234,567". */
export function formatExactly(count: number): string {
  return count.toLocaleString('en-US');
}

/** Formats a rate per second, with decimals below ten: "0.42", "3.1", "2,704". */
export function formatRate(perSecond: number): string {
  if (perSecond < 1) return perSecond.toFixed(2);
  if (perSecond < 10) return perSecond.toFixed(1);
  return formatCount(perSecond);
}

/** Formats a perplexity without an exponent: "181.20", "11,510", "1.79M", and "over 999G" for a diverging model. */
export function formatPerplexity(perplexity: number): string {
  if (Number.isNaN(perplexity)) return 'NaN';
  if (perplexity < 9999.5) return perplexity.toFixed(2);
  return perplexity < 9.995e11 ? formatCount(perplexity) : 'over 999G';
}

/** Formats a share as a percentage with two decimals: "23.41 %". */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Formats a duration in its two leading units: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return twoUnits(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return twoUnits(whole, 3600, 'h', 60, 'min');
  return twoUnits(whole, 86_400, 'd', 3600, 'h');
}

function twoUnits(
  seconds: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const rest = Math.floor((seconds % large) / small);
  const first = `${Math.floor(seconds / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
