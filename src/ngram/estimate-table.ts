/**
 * Makes the table of an n-gram model from a text (read, sort, count, adjust), and refuses texts that do not fit the
 * memory.
 */

import { totalmem } from 'node:os';
import type { TokenSource } from '../corpus/windows.js';
import { UserError } from '../errors.js';
import type { OnProgress } from '../progress.js';
import { MAX_FILE_BYTES } from '../storage/files.js';
import {
  countDistinct,
  countNgrams,
  LINE_TOKEN_BYTES,
  readLineTokens,
  SORTING_BYTES,
  sortStarts,
} from './count-ngrams.js';
import { adjustCounts } from './kneser-ney.js';
import type { NgramTable } from './ngram-table.js';

/** Settings of the counting. */
export interface NgramSettings {
  /** Tokens of the longest n-grams, 1 to 255. */
  readonly order: number;
  /** V: ids are in [0, V). */
  readonly vocabularySize: number;
  /** Id of `<eos>`, which ends every line. */
  readonly eos: number;
}

/** Hooks of the counting. */
export interface NgramHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Returns the adjusted counts of all n-grams of a text, with no cut-offs.
 *
 * @param memory bytes that there are; by default what the machine has
 * @throws UserError('data') when the text cannot be read, or has more n-grams than fit; the signal's reason when it is
 *   aborted
 */
export async function estimateTable(
  text: TokenSource,
  settings: NgramSettings,
  hooks: NgramHooks,
  memory = memoryLimit(),
): Promise<NgramTable> {
  return await adjustCounts(await countedTable(text, settings, hooks, memory), hooks);
}

/** Counts the n-grams. A function of its own, so that the sorted text is freed before the counts are adjusted. */
async function countedTable(
  text: TokenSource,
  settings: NgramSettings,
  hooks: NgramHooks,
  memory: number,
): Promise<NgramTable> {
  checkTokenCount(text.length, memory);
  const tokens = await readLineTokens(text, settings, hooks);
  const sorted = await sortStarts(tokens, settings, hooks);
  const distinct = await countDistinct(tokens, sorted, settings, hooks.signal);
  checkTableSize(text.length, distinct, memory);
  return await countNgrams(tokens, sorted, distinct, hooks);
}

const INT32_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** Bytes of a table's arrays for an n-gram: word, count, and offset of its row in the level above. */
const TABLE_BYTES = 3 * INT32_BYTES;

/** Besides the table: adjusted count and suffix while they are computed, later the sum and γ of a row. */
const WORKING_BYTES = 3 * INT32_BYTES;

/** Offsets, counts and starts are int32. */
const MAX_ENTRIES = 2 ** 31 - 2;

/** A checkpoint is read into one array, which also contains the header. */
const MAX_TABLE_BYTES = MAX_FILE_BYTES - 2 ** 20;

/** Returns the memory that this process may use, in bytes: that of the machine, or of its container. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory() ?? 0; // 0 and very large numbers mean no limit
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/**
 * Checks that the tokens of a text can be sorted in `memory` bytes.
 *
 * @throws UserError('data') when there are too many
 */
export function checkTokenCount(tokens: number, memory: number): void {
  if (tokens > MAX_ENTRIES) {
    throw tooLarge(`${tokens.toLocaleString('en-US')} tokens are more than an n-gram model can count`, []);
  }
  requireMemory(`Counting ${tokens.toLocaleString('en-US')} tokens`, bytesToSort(tokens), memory, []);
}

/**
 * Checks that a table fits the memory and a checkpoint.
 *
 * @param tokens number of tokens of the text
 * @param distinct number of different n-grams of each length
 * @throws UserError('data') when there are too many n-grams
 */
export function checkTableSize(tokens: number, distinct: readonly number[], memory: number): void {
  const cures = distinct.length > 1 ? ['Lower model.ngram.order.'] : [];
  const what = `${total(distinct).toLocaleString('en-US')} n-grams up to order ${distinct.length}`;
  const bytes = tableBytes(distinct);
  if (bytes > MAX_TABLE_BYTES) {
    const most = gigabytes(MAX_TABLE_BYTES);
    throw tooLarge(
      `${what} make a checkpoint of ${gigabytes(bytes)}, but a checkpoint can have ${most} at most`,
      cures,
    );
  }
  requireMemory(what, bytesToEstimate(tokens, distinct), memory, cures);
}

/** Returns the size of a table's arrays in bytes, which is that of a checkpoint without its header. */
export function tableBytes(distinct: readonly number[]): number {
  const offsets = distinct.map((_, level) => (level === 0 ? 1 : distinct[level - 1]) + 1);
  return INT32_BYTES * (2 * total(distinct) + total(offsets));
}

/** Returns the peak memory of making a table from a text, in bytes. */
export function bytesToEstimate(tokens: number, distinct: readonly number[]): number {
  return bytesToSort(tokens) + total(distinct) * (TABLE_BYTES + WORKING_BYTES);
}

function total(distinct: readonly number[]): number {
  return distinct.reduce((sum, count) => sum + count, 0);
}

function bytesToSort(tokens: number): number {
  return tokens * (LINE_TOKEN_BYTES + SORTING_BYTES);
}

function requireMemory(what: string, bytes: number, memory: number, cures: readonly string[]): void {
  if (bytes <= memory) return;
  throw tooLarge(
    `${what} need ${gigabytes(bytes)} of memory, but only ${gigabytes(memory)} are available`,
    cures,
  );
}

function tooLarge(message: string, cures: readonly string[]): UserError {
  return new UserError('data', message, [...cures, 'Train on a smaller corpus.']);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
