/** Lines of text as token ids of a run's vocabulary, and the words that it lacks. */
import type { PreparedCorpus } from '../corpus/prepared.js';
import { UNKNOWN } from '../corpus/vocabulary.js';
import { UserError } from '../errors.js';

/** A line of text as a model reads it. */
export interface NumberedLine {
  /** Its tokens in the corpus's form, then `<eos>`. */
  readonly ids: Int32Array;
  /** Its words that the vocabulary lacks, which became `<unk>`, as often as they occur. */
  readonly unknown: readonly string[];
}

/**
 * Cuts a line into tokens as the corpus was cut.
 *
 * @param place file and line, for the message
 * @throws UserError('data') when a word is unknown and the vocabulary has no `<unk>` for it
 */
export function numberLine(text: string, corpus: PreparedCorpus, place: string): NumberedLine {
  const { vocabulary } = corpus;
  const words = corpus.tokensOf(text);
  const ids = new Int32Array(words.length + 1);
  const unknown: string[] = [];
  for (const [index, word] of words.entries()) {
    const id = vocabulary.id(word) ?? vocabulary.unk;
    if (id === undefined) throw unknownWord(word, corpus, place);
    if (id === vocabulary.unk && word !== UNKNOWN) unknown.push(word);
    ids[index] = id;
  }
  ids[words.length] = vocabulary.eos;
  return { ids, unknown };
}

/** Different words that are named, at most, so that their memory is bounded. */
const MOST_NAMED = 10_000;

/** Counts the words that a vocabulary lacks. */
export class UnknownWords {
  /** All of them, also those whose words are not named. */
  tokens = 0;
  readonly #counts = new Map<string, number>();

  add(words: readonly string[]): void {
    this.tokens += words.length;
    for (const word of words) {
      const count = this.#counts.get(word) ?? 0;
      if (count > 0 || this.#counts.size < MOST_NAMED) this.#counts.set(word, count + 1);
    }
  }

  /** The words with their counts, the most frequent first, equal ones in the order in which they came. */
  byFrequency(): { word: string; count: number }[] {
    return [...this.#counts].map(([word, count]) => ({ word, count })).sort((a, b) => b.count - a.count);
  }
}

function unknownWord(word: string, { name, folder }: PreparedCorpus, place: string): UserError {
  const message = `${place}: "${word}" is not in the vocabulary of ${name}, which has no ${UNKNOWN}`;
  return new UserError('data', message, [
    `Leave it out, or write it in another way: ${folder}/vocabulary.txt lists what the model knows.`,
  ]);
}
