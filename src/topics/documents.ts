/** A training text cut into documents, as topic models need it. */
import type { TokenFile } from '../corpus/token-file.js';

/** Bags of words, one behind the other. */
export interface Documents {
  /** Word ids of all documents. */
  readonly words: Int32Array;
  /** Document d is `words[starts[d] … starts[d + 1])`; one entry more than there are documents. */
  readonly starts: Int32Array;
}

/** Number of documents. */
export function documentCount({ starts }: Documents): number {
  return starts.length - 1;
}

/**
 * Cuts a text into documents of consecutive sentences; the last one may have fewer. A corpus of one sentence a line, as
 * the Penn Treebank's, does not tell where its articles end, so runs of sentences stand for them (Mikolov and Zweig 2012).
 *
 * The ends of the lines are left out: they are in every document, and say nothing of its topics.
 *
 * @param text      the ids of a training split
 * @param endOfLine the id that ends each sentence
 * @param sentences in a document, at least 1
 */
export function cutIntoDocuments(text: TokenFile, endOfLine: number, sentences: number): Documents {
  const words = new Int32Array(text.length);
  const starts = [0];
  let length = 0;
  let ended = 0;
  for (const ids of text.chunks()) {
    for (const id of ids) {
      if (id !== endOfLine) words[length++] = id;
      else if (++ended % sentences === 0) starts.push(length);
    }
  }
  if (starts.at(-1) !== length) starts.push(length);
  return { words: words.slice(0, length), starts: Int32Array.from(starts) };
}
