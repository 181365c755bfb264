/**
 * A text without the characters at its end that are among `characters`. The regular expression `[…]+$` would try every
 * run inside the text again from each of its characters, which takes time in the square of the run's length.
 *
 * @param characters each one UTF-16 unit
 */
export function trimEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
