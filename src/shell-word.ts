/** Commands that a person copies from a message into a shell. */
import { visible } from './visible.js';

/**
 * A word as a POSIX shell takes it: quoted where it has to be. A word with characters that a terminal would obey is written
 * with escapes in `$'…'`, which bash, zsh and ksh read.
 */
export function shellWord(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  return `$'${visible(word.replaceAll('\\', '\\\\').replaceAll("'", "\\'"))}'`;
}
