/** Texts to count: the same words as strings and as token ids. */

import { Vocabulary } from '../../src/corpus/vocabulary.js';
import type { TokenSource } from '../../src/corpus/windows.js';
import { estimateTable } from '../../src/ngram/estimate-table.js';
import { NgramModel } from '../../src/ngram/ngram-model.js';
import { generateText } from '../small-corpus.js';

/** Lines of words, each with its `<eos>`. */
export type Lines = readonly (readonly string[])[];

/** A line of text a line of words. */
export function linesOf(text: string): Lines {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => [...line.split(' ').filter(Boolean), '<eos>']);
}

/** Lines of the small corpus's language. */
export const randomLines = (lines: number, seed: number): Lines => linesOf(generateText(lines, seed));

/** The words of some lines, and `more`, in alphabetical order. */
export function vocabularyOf(lines: Lines, more: readonly string[] = []): Vocabulary {
  return Vocabulary.of([...new Set([...lines.flat(), ...more])].sort());
}

/** Ids in memory as a stream. */
export function sourceOf(ids: Int32Array): TokenSource {
  return { length: ids.length, read: (position, count) => ids.slice(position, position + count) };
}

/** Lines as a stream of ids. */
export function streamOf(lines: Lines, vocabulary: Vocabulary): TokenSource {
  return sourceOf(Int32Array.from(lines.flat(), (word) => vocabulary.id(word) ?? Number.NaN));
}

/** The model of some lines. */
export async function modelOf(lines: Lines, vocabulary: Vocabulary, order: number): Promise<NgramModel> {
  const settings = { order, vocabularySize: vocabulary.size, eos: vocabulary.eos };
  return new NgramModel(await estimateTable(streamOf(lines, vocabulary), settings, {}));
}
