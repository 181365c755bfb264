/** From sorted starts to a table of n-grams and how often each occurs. */
import type { OnProgress } from '../progress.js';
import type { LineTokens } from './line-tokens.js';
import type { NgramTable } from './ngram-table.js';
import { inSlabs } from './slabs.js';

interface CountingOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** The different n-grams of 1 … order tokens, at index 0 … order − 1; of single tokens, the whole vocabulary. */
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

/** How many of the first tokens the n-grams at sorted start i and at the one before it have in common. */
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

/** A row in which nothing was entered still has the offset 0: it ends where the one before it does. */
function fillEmptyRows(offsets: Int32Array): void {
  for (let row = 1; row < offsets.length; row++) {
    if (offsets[row] < offsets[row - 1]) offsets[row] = offsets[row - 1];
  }
}
