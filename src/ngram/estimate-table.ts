/** From a text to the table that an n-gram model is: reading, sorting, counting, adjusting. */
import type { TokenSource } from '../corpus/windows.js';
import type { OnProgress } from '../progress.js';
import { adjustCounts } from './adjusted-counts.js';
import { countDistinct, countNgrams } from './count-ngrams.js';
import { checkTableSize, checkTokenCount, memoryLimit } from './limits.js';
import { readLineTokens } from './line-tokens.js';
import type { NgramTable } from './ngram-table.js';
import { sortStarts } from './sorted-starts.js';

/** What to count. */
export interface NgramSettings {
  /** Tokens of the longest n-grams, 1 to 255. */
  readonly order: number;
  /** V: ids are in [0, V). */
  readonly vocabularySize: number;
  /** Id of `<eos>`, which ends every line. */
  readonly eos: number;
}

/** Who listens while it is done. */
export interface NgramHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * The adjusted counts of all n-grams of a text, with no cut-offs.
 *
 * @param memory bytes that there are; by default what the machine has
 * @throws UserError('data') when the text cannot be read, or has more n-grams than fit; the signal's reason when it is
 *         aborted
 */
export async function estimateTable(
  text: TokenSource,
  settings: NgramSettings,
  hooks: NgramHooks,
  memory = memoryLimit(),
): Promise<NgramTable> {
  return await adjustCounts(await countedTable(text, settings, hooks, memory), hooks);
}

/**
 * The numbers of different n-grams of 1 … order tokens that {@link estimateTable} would count.
 *
 * @throws as it does
 */
export async function distinctNgrams(
  text: TokenSource,
  settings: NgramSettings,
  hooks: NgramHooks,
  memory = memoryLimit(),
): Promise<readonly number[]> {
  return (await sortedText(text, settings, hooks, memory)).distinct;
}

/** Apart from the adjusting, so that the sorted text need not be kept while that is done. */
async function countedTable(
  text: TokenSource,
  settings: NgramSettings,
  hooks: NgramHooks,
  memory: number,
): Promise<NgramTable> {
  const { tokens, sorted, distinct } = await sortedText(text, settings, hooks, memory);
  return await countNgrams(tokens, sorted, distinct, hooks);
}

async function sortedText(text: TokenSource, settings: NgramSettings, hooks: NgramHooks, memory: number) {
  checkTokenCount(text.length, memory);
  const tokens = await readLineTokens(text, settings, hooks);
  const sorted = await sortStarts(tokens, settings, hooks);
  const distinct = await countDistinct(tokens, sorted, settings, hooks.signal);
  checkTableSize(text.length, distinct, memory);
  return { tokens, sorted, distinct };
}
