/**
 * Counts the n-grams of a text: reads it into memory, sorts the places where n-grams begin, and walks the sorted places
 * once. No n-gram is ever copied.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TokenSource } from '../corpus/windows.js';
import type { OnProgress } from '../progress.js';
import type { NgramTable } from './ngram-table.js';

/** Size of a slab: small enough to take less than half a second. */
const SLAB = 1 << 16;

/**
 * Calls `work` with consecutive ranges [begin, end) that cover [0, count), with a turn of the event loop after each.
 *
 * @throws the signal's reason when it is aborted
 */
export async function inSlabs(
  count: number,
  work: (begin: number, end: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  for (let begin = 0; begin < count; begin += SLAB) {
    work(begin, Math.min(begin + SLAB, count));
    await nextTurn();
    signal?.throwIfAborted();
  }
}

/** A stream of N tokens, every line of which ends with `<eos>`. */
export interface LineTokens {
  /** [N + 1]: an `<eos>` as the beginning of the first line, then the stream. No n-gram begins at the last token. */
  readonly ids: Int32Array;
  /** [N + 1]: length of the longest n-gram that begins at each token: up to its line's end, and no more than the order. */
  readonly reach: Uint8Array;
  /** Number of places where n-grams begin: 0 … starts − 1. */
  readonly starts: number;
}

/** Memory that {@link readLineTokens} takes per token, in bytes. */
export const LINE_TOKEN_BYTES = Int32Array.BYTES_PER_ELEMENT + Uint8Array.BYTES_PER_ELEMENT;

/**
 * Reads a stream piece by piece.
 *
 * @throws UserError('data') when the stream cannot be read; the signal's reason when it is aborted
 */
export async function readLineTokens(
  tokens: TokenSource,
  { order, eos }: { readonly order: number; readonly eos: number },
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
): Promise<LineTokens> {
  const ids = new Int32Array(tokens.length + 1);
  ids[0] = eos;
  const read = (begin: number, end: number) => {
    ids.set(tokens.read(begin, end - begin), begin + 1);
    onProgress?.({ label: 'reading', done: end, total: tokens.length, unit: 'tokens' });
  };
  await inSlabs(tokens.length, read, signal);
  return { ids, reach: reachOf(ids, order, eos), starts: tokens.length };
}

/**
 * Returns the reach of every token. An `<eos>` at the beginning of an n-gram is the start of the next line, so only an
 * `<eos>` after the first token ends an n-gram.
 */
function reachOf(ids: Int32Array, order: number, eos: number): Uint8Array {
  const reach = new Uint8Array(ids.length).fill(1);
  for (let start = ids.length - 2; start >= 0; start--) {
    const after = ids[start + 1] === eos ? 1 : reach[start + 1];
    reach[start] = Math.min(order, 1 + after);
  }
  return reach;
}

/** Memory that {@link sortStarts} takes per token, in bytes. */
export const SORTING_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/**
 * Returns the starts 0 … starts − 1 ordered by the tokens from there on, as far as the longest n-gram reaches: a radix
 * sort, the last of `order` tokens first, each pass a stable counting sort. So n-grams that are equal in their first k
 * tokens are adjacent, for every k. An n-gram that has ended comes before its continuations.
 *
 * @throws the signal's reason when it is aborted
 */
export async function sortStarts(
  { ids, reach, starts }: LineTokens,
  { order, vocabularySize }: { readonly order: number; readonly vocabularySize: number },
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
): Promise<Int32Array> {
  let sorted = new Int32Array(starts).map((_, start) => start);
  let next = new Int32Array(starts);
  for (let place = order - 1; place >= 0; place--) {
    const key = (start: number) => (place < reach[start] ? ids[start + place] + 1 : 0);
    const slots = await firstSlots(starts, key, vocabularySize + 1, signal);
    const [from, to] = [sorted, next];
    const passesDone = order - 1 - place;
    const move = (begin: number, end: number) => {
      for (let i = begin; i < end; i++) to[slots[key(from[i])]++] = from[i];
      const done = Math.floor((passesDone * starts + end) / order);
      onProgress?.({ label: 'sorting', done, total: starts, unit: 'tokens' });
    };
    await inSlabs(starts, move, signal);
    [sorted, next] = [to, from];
  }
  return sorted;
}

/** Returns the first slot of each key when the starts are sorted by it. */
async function firstSlots(
  starts: number,
  key: (start: number) => number,
  keys: number,
  signal: AbortSignal | undefined,
): Promise<Int32Array> {
  const slots = new Int32Array(keys + 1);
  const count = (begin: number, end: number) => {
    for (let start = begin; start < end; start++) slots[key(start) + 1]++;
  };
  await inSlabs(starts, count, signal);
  for (let k = 1; k <= keys; k++) slots[k] += slots[k - 1];
  return slots;
}

interface CountingOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Returns the number of different n-grams of 1 … order tokens, at index 0 … order − 1. For single tokens it is the size
 * of the whole vocabulary.
 */
export async function countDistinct(
  tokens: LineTokens,
  sorted: Int32Array,
  { order, vocabularySize }: { readonly order: number; readonly vocabularySize: number },
  signal?: AbortSignal,
): Promise<number[]> {
  const distinct = new Array<number>(order).fill(0);
  const count = (begin: number, end: number) => {
    for (let i = begin; i < end; i++) {
      const reach = tokens.reach[sorted[i]];
      for (let length = sharedWithPrevious(tokens, sorted, i); length < reach; length++) distinct[length]++;
    }
  };
  await inSlabs(sorted.length, count, signal);
  distinct[0] = vocabularySize;
  return distinct;
}

/**
 * Builds the table of n-grams with their numbers of occurrences.
 *
 * @param sorted   from `sortStarts`
 * @param distinct from {@link countDistinct}
 * @throws the signal's reason when it is aborted
 */
export async function countNgrams(
  tokens: LineTokens,
  sorted: Int32Array,
  distinct: readonly number[],
  { signal, onProgress }: CountingOptions,
): Promise<NgramTable> {
  const { ids, reach } = tokens;
  const table = emptyTable(distinct);
  /** Entries of each level so far. */
  const filled = distinct.map(() => 0);
  const addEntry = (level: number, word: number) => {
    const row = level === 0 ? 0 : filled[level - 1] - 1;
    const { offsets, words } = table[level];
    const entry = filled[level]++;
    words[entry] = word;
    offsets[row + 1] = entry + 1;
  };
  const addWordsBelow = (word: number) => {
    while (filled[0] < word) addEntry(0, filled[0]);
  };
  const count = (begin: number, end: number) => {
    for (let i = begin; i < end; i++) {
      const start = sorted[i];
      const shared = sharedWithPrevious(tokens, sorted, i);
      if (shared === 0) addWordsBelow(ids[start]);
      for (let level = shared; level < reach[start]; level++) addEntry(level, ids[start + level]);
      for (let level = 0; level < reach[start]; level++) table[level].counts[filled[level] - 1]++;
    }
    onProgress?.({ label: 'counting', done: end, total: sorted.length, unit: 'tokens' });
  };
  await inSlabs(sorted.length, count, signal);
  addWordsBelow(distinct[0]);
  for (const { offsets } of table) fillEmptyRows(offsets);
  return table;
}

/** Returns the length of the common prefix of the n-grams at sorted start i and at the one before it. */
function sharedWithPrevious({ ids, reach }: LineTokens, sorted: Int32Array, i: number): number {
  if (i === 0) return 0;
  const [previous, start] = [sorted[i - 1], sorted[i]];
  const most = Math.min(reach[previous], reach[start]);
  let shared = 0;
  while (shared < most && ids[previous + shared] === ids[start + shared]) shared++;
  return shared;
}

function emptyTable(distinct: readonly number[]): NgramTable {
  return distinct.map((entries, level) => ({
    offsets: new Int32Array((level === 0 ? 1 : distinct[level - 1]) + 1),
    words: new Int32Array(entries),
    counts: new Int32Array(entries),
  }));
}

/** Fixes the offsets of empty rows. They still are 0, but an empty row ends where the row before it does. */
function fillEmptyRows(offsets: Int32Array): void {
  for (let row = 1; row < offsets.length; row++) {
    if (offsets[row] < offsets[row - 1]) offsets[row] = offsets[row - 1];
  }
}
