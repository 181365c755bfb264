/** Sorting the n-grams of a text without copying one: their starts, in the order of what stands there. */
import type { OnProgress } from '../progress.js';
import type { LineTokens } from './line-tokens.js';
import { inSlabs } from './slabs.js';

/** Bytes that {@link sortStarts} takes for a token. */
export const SORTING_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/**
 * The starts 0 … starts − 1 ordered by the tokens from there on, as far as the longest n-gram reaches: a radix sort,
 * the last of `order` tokens first, each pass a stable counting sort. So n-grams that are equal in their first k
 * tokens stand together for every k. One that has ended comes before those that go on.
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

/** Where the starts with each key begin once they are sorted by it. */
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
