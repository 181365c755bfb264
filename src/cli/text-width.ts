/** The width of text on a terminal. */
import ansis from 'ansis';
import { eastAsianWidth } from 'get-east-asian-width';

const PRINTABLE_ASCII = /^[ -~]*$/;

/** Characters without a width of their own: combining marks, joiners, variation selectors. */
const WITHOUT_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/**
 * Counts the columns of a text: Chinese, Japanese and Korean characters and emoji take two, combining marks and colors none.
 * A sequence of joined emoji counts as its parts, as most terminals show it.
 */
export function visibleWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of ansis.strip(text)) {
    if (!WITHOUT_WIDTH.test(character)) width += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return width;
}

/** Breaks a text between words into lines of at most `width` columns; a wider word has a line of its own. */
export function wrapWords(text: string, width: number): string[] {
  if (visibleWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && visibleWidth(line) + 1 + visibleWidth(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Breaks a line between words; the lines after the first are indented by two columns more than the line. */
export function wrapLine(line: string, width: number): string[] {
  if (visibleWidth(line) <= width) return [line];
  const indent = ' '.repeat(line.length - line.trimStart().length + 2);
  const [first = '', ...others] = wrapWords(line.trimStart(), width - indent.length);
  return [indent.slice(2) + first, ...others.map((other) => indent + other)];
}

/** Cuts a line that is too wide and ends it with "…". A cut line loses its colors. */
export function clip(line: string, width: number): string {
  if (visibleWidth(line) <= width) return line;
  let shown = '';
  for (const character of ansis.strip(line)) {
    if (visibleWidth(`${shown}${character}…`) > width) break;
    shown += character;
  }
  return `${shown.trimEnd()}…`;
}
