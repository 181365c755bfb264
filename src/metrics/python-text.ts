/** How Python treats text where JavaScript differs, for scores that must equal those of a Python program. */

/** What `str.split()` separates at. JavaScript's `\s` lacks the separators U+001C to U+001F and U+0085, and has U+FEFF. */
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const SPACES = new RegExp(`${SPACE}+`);
const IS_SPACE = new RegExp(SPACE);

/** Returns the words of a text, as `str.split()` does. */
export function splitWords(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== '');
}

/** Returns a text without the white space at its end, as `str.rstrip()` does. */
export function trimEnd(text: string): string {
  // Not by a pattern that ends in $: it would start again at each space of a run.
  let end = text.length;
  while (end > 0 && IS_SPACE.test(text[end - 1])) end--;
  return text.slice(0, end);
}

/** More decimal places than two doubles of ordinary size can agree in without being equal. */
const EXACT_PLACES = 60;

/**
 * Formats a number with a fixed number of decimal places, as `f'{value:.2f}'` does: a value exactly between two decimals
 * is rounded to the even digit, where `toFixed` takes the larger one.
 *
 * @param value between -10⁹ and 10⁹
 */
export function fixed(value: number, places: number): string {
  const rounded = value.toFixed(places);
  const [, fraction = ''] = value.toFixed(EXACT_PLACES).split('.');
  const isTie = /^50*$/.test(fraction.slice(places));
  if (!isTie || Number(rounded.at(-1)) % 2 === 0) return rounded;
  return (value - Math.sign(value) * 0.5 * 10 ** -places).toFixed(places);
}
