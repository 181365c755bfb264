/**
 * A synthetic corpus that measures memory. Each line is one episode: a word, random distractors, a cue, and the same word again,
 * which can be predicted only by a model that remembers it:
 *
 *     w3 d7 d1 d2 recall w3
 *
 * The lag k of an episode is the number of steps from the word to its repetition; here it is 5. Everything else in a line
 * is random, so the mean NLL at the repetitions shows how much of the word is remembered after k steps, and nothing else.
 */
import { UserError } from '../errors.js';
import { philoxWords, STREAM } from '../ops/philox.js';
import type { PreparedSummary, PrepareOptions } from './build/corpus-recipe.js';
import { prepareCorpus } from './build/prepare-corpus.js';
import { memoryText, type Text } from './build/text-source.js';
import { checkCorpusName } from './corpus-folder.js';
import { SPLITS, type SplitName } from './manifest.js';
import type { Options } from './manifest-record.js';
import type { Normalization } from './normalize.js';

/** To be raised with every change of the rules that gives other lines for the same task. */
const EDITION = 1;

/** The word before the one to recall. */
export const CUE = 'recall';

/** Steps from a word to its repetition, at least: the cue is between them. */
export const SHORTEST_LAG = 2;

/** Tokens of a split, at most: a split is made in memory. */
const MOST_TOKENS = 2e7;

/** Everything that determines the lines of a recall corpus. */
export interface RecallTask {
  /** Lags, different and ascending; those of the lines are drawn from them with equal probability. */
  readonly lags: readonly number[];
  /** Number of words to remember: chance is an accuracy of 1 / words and an NLL of ln words. */
  readonly words: number;
  /** Number of different distractors. */
  readonly distractors: number;
  /** Lines of each split. */
  readonly lines: Readonly<Record<SplitName, number>>;
  readonly seed: number;
}

export interface PrepareRecallOptions extends PrepareOptions {
  readonly name: string;
  readonly task: RecallTask;
}

/** The tokens already have their form. */
const FORM: Normalization = { normalize: 'none', lowerCase: false, numbers: 'keep', punctuation: 'keep' };

/**
 * Prepares a recall corpus.
 *
 * @throws UserError('usage') for an invalid name, or a task that would be too large; see also {@link prepareCorpus}
 */
export async function prepareRecall({
  name,
  task,
  ...options
}: PrepareRecallOptions): Promise<PreparedSummary> {
  checkCorpusName(name);
  checkSize(task);
  const { lags, words, distractors, lines, seed } = task;
  return await prepareCorpus(
    {
      name,
      unit: 'word',
      source: `synthetic: one of ${words} words recalled after ${lags[0]} to ${lags.at(-1)} steps among ${distractors} distractors`,
      sourceFiles: [],
      options: {
        recall: EDITION,
        lags,
        words,
        distractors,
        lines: SPLITS.map((split) => lines[split]),
        seed,
      },
      normalization: FORM,
      texts: {
        splits: { train: textOf(task, 'train'), valid: textOf(task, 'valid'), test: textOf(task, 'test') },
      },
      vocabulary: { size: null, minCount: 1, unknown: false },
      substitute: false,
    },
    options,
  );
}

/** Returns the lags, ascending, and the number of words of a recall corpus; null for any other corpus. */
export function recallTask({
  options,
}: {
  readonly options: Options;
}): Pick<RecallTask, 'lags' | 'words'> | null {
  const { recall, lags, words } = options;
  return recall !== undefined && Array.isArray(lags) && typeof words === 'number' ? { lags, words } : null;
}

/**
 * Returns one line of a split, without its end. It is a function of the task's seed, the split and the line's number alone.
 */
export function recallLine(task: RecallTask, split: SplitName, line: number): string {
  const { lags, words, distractors, seed } = task;
  const at = { seed, stream: STREAM.recall, site: SPLITS.indexOf(split), step: line };
  const longest = Math.max(...lags);
  const [first, second, ...rest] = philoxWords(at, longest);
  const lag = lags[below(first, lags.length)];
  const word = `w${1 + below(second, words)}`;
  const between = rest.slice(0, lag - SHORTEST_LAG).map((random) => `d${1 + below(random, distractors)}`);
  return [word, ...between, CUE, word].join(' ');
}

/** Maps a random 32-bit word to 0 … count − 1. */
function below(word: number, count: number): number {
  return Math.floor((word / 2 ** 32) * count);
}

function textOf(task: RecallTask, split: SplitName): readonly Text[] {
  const lines = Array.from({ length: task.lines[split] }, (_, line) => `${recallLine(task, split, line)}\n`);
  return [memoryText(`${split} episodes`, Buffer.from(lines.join('')))];
}

/**
 * Reads lags written as "5,10,20".
 * @throws UserError('usage') when they are not different whole numbers from 2 to 10,000
 */
export function parseLags(text: string): number[] {
  const lags = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const isLag = (lag: number) => Number.isSafeInteger(lag) && lag >= SHORTEST_LAG && lag <= 10_000;
  if (lags.every(isLag) && new Set(lags).size === lags.length) return lags.sort((a, b) => a - b);
  throw new UserError('usage', `"${text}" is not a list of lags`, [
    `Give different whole numbers from ${SHORTEST_LAG} to 10000, separated by commas: --lags 5,10,20,50,100.`,
  ]);
}

function checkSize({ lags, lines }: RecallTask): void {
  const longest = 2 + Math.max(...lags);
  const large = SPLITS.find((split) => lines[split] * longest > MOST_TOKENS);
  if (large === undefined) return;
  const most = Math.floor(MOST_TOKENS / longest);
  throw new UserError(
    'usage',
    `${lines[large].toLocaleString('en-US')} lines with up to ${longest} tokens are too many for ${large}`,
    [`Take at most ${most.toLocaleString('en-US')} lines, or shorter lags.`],
  );
}
