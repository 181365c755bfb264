/** The last look at a text before it is printed. */
import ansis from 'ansis';
import { visibleLines } from '../visible.js';

/** The colors and weights that zlm uses: they change how text looks, and move or hide nothing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with a control character
const OWN_STYLE = /(\u001b\[(?:1|2|4|22|24|3[0-79]|9[0-7])m)/;

/**
 * Makes everything but our own colors visible. Renderers are handed data that is safe already; what one of them forgets
 * ends here.
 */
export function withOwnColors(text: string): string {
  if (ansis.level === 0) return visibleLines(text);
  return text
    .split(OWN_STYLE)
    .map((part, index) => (index % 2 === 1 ? part : visibleLines(part)))
    .join('');
}
