/** Turns sentences of a parallel corpus into words, and words back into text. */
import { type Normalization, toNormalForm } from '../normalize.js';

/** Rules that turn text into the words of a parallel corpus. Both languages follow the same ones. */
export interface ParallelForm {
  /** Unicode's normal form. */
  readonly normalize: Normalization['normalize'];
  readonly lowerCase: boolean;
  /**
   * `joiner` separates words from punctuation and marks with {@link JOINER} where no space was, so that the text can be
   * restored; `space` takes what white space separates, for text that was tokenized before.
   */
  readonly tokenization: 'joiner' | 'space';
}

/** Marks the side of a token on which the text had no space; the same character as in OpenNMT's Tokenizer. */
export const JOINER = '\uFFED';

/** Replaces a {@link JOINER} in the text itself, as in OpenNMT's Tokenizer. */
const JOINER_SUBSTITUTE = '\u25A0';

/** The word `<unk>`, a word (letters, marks, digits, underscores), or any other character. */
const PIECE = /<unk>|[\p{L}\p{M}\p{N}_]+|./gsu;
const IS_WORD = /^(?:<unk>$|[\p{L}\p{M}\p{N}_])/u;

/** Returns the words of one sentence, without `<eos>`. */
export function wordsOfSentence(sentence: string, form: ParallelForm): string[] {
  const cased = form.lowerCase ? sentence.toLowerCase() : sentence;
  const text = toNormalForm(cased, form);
  if (form.tokenization === 'space') return text.split(/\s+/).filter(Boolean);
  return text.replaceAll(JOINER, JOINER_SUBSTITUTE).split(/\s+/).flatMap(wordsWithJoiners);
}

/**
 * Separates the words and the marks between two spaces: `"Files"),` becomes `"￭ Files ￭" ￭) ￭,`. Of two neighbors one
 * gets the joiner: the mark, the second one of two marks, and the second one of two words, one of which is then `<unk>`.
 */
function wordsWithJoiners(run: string): string[] {
  const pieces = run.match(PIECE) ?? [];
  return pieces.map((piece, at) => {
    const [before, after] = [pieces[at - 1], pieces[at + 1]];
    const left = before !== undefined && (!IS_WORD.test(piece) || IS_WORD.test(before));
    const right = after !== undefined && !IS_WORD.test(piece) && IS_WORD.test(after);
    return `${left ? JOINER : ''}${piece}${right ? JOINER : ''}`;
  });
}

const JOINED = new RegExp(` ?${JOINER} ?`, 'g');

/**
 * Returns the text of words: the inverse of {@link wordsOfSentence}, except for case, Unicode's form and white space other
 * than single spaces.
 */
export function textOfWords(
  words: readonly string[],
  { tokenization }: Pick<ParallelForm, 'tokenization'>,
): string {
  const text = words.join(' ');
  return tokenization === 'space' ? text : text.replace(JOINED, '');
}
