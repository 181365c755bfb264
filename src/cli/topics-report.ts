/** The report of `zlm prepare topics`: a table, or an object for `--json`. */
import { shellWord } from '../shell-word.js';
import type { PreparedTopics } from '../topics/prepare-topics.js';
import type { TopicRecipe } from '../topics/topic-file.js';
import { dataWords } from './place-flags.js';
import { renderTable } from './table.js';

/** The output of `--json`; see schemas/output/prepare-topics.schema.json. */
export interface TopicsResult extends Omit<PreparedTopics, 'recipe' | 'manifest'> {
  readonly options: Omit<TopicRecipe, 'vocabularyHash' | 'trainHash'>;
  /** The command that trains a network on the topics; null if the text is too short. */
  readonly next: string | null;
}

/**
 * Makes the result of a preparation.
 *
 * @param trainOn    the words that `zlm train` needs to train on the topics; undefined if no spec fits them
 * @param dataFolder named in the suggested command if it is not the default
 */
export function toTopicsResult(
  { recipe, manifest, ...prepared }: PreparedTopics,
  trainOn: readonly string[] | undefined,
  dataFolder: string,
): TopicsResult {
  const { vocabularyHash, trainHash, ...options } = recipe;
  const words = trainOn && ['zlm', 'train', ...trainOn, ...dataWords(dataFolder)];
  return { ...prepared, options, next: words?.map(shellWord).join(' ') ?? null };
}

/** Renders the result of a preparation. @param width of the terminal, in columns; infinite without one */
export function renderTopics(result: TopicsResult, width?: number): string {
  const { corpus, file, alreadyPrepared, documents, tokens, options, perplexity, topics, next } = result;
  const state = alreadyPrepared
    ? 'were already prepared, from the same text with the same options'
    : `trained in ${count(options.iterations, 'sweep')}`;
  const sentences = count(options.sentences, 'sentence');
  return [
    `${options.topics} topics of ${corpus} ${state}`,
    `text of ${count(tokens, 'token')} in ${count(documents, 'document')} of ${sentences}`,
    `file ${file}`,
    `perplexity of the text by sweep: ${milestones(perplexity)}`,
    renderTable(
      COLUMNS,
      topics.map(({ share, words }, index) => [
        `${index + 1}`,
        `${(100 * share).toFixed(1)} %`,
        words.join(' '),
      ]),
      width,
    ),
    ...(next === null ? [] : [`next: ${next}`]),
  ].join('\n');
}

const COLUMNS = [
  { title: 'topic', align: 'right' },
  { title: 'share', align: 'right' },
  { title: 'most telling words', wraps: true },
] as const;

/** Formats the figures of sweeps 1, 2, 5, 10, 20, … and of the last. */
function milestones(perplexity: readonly number[]): string {
  return perplexity
    .map((value, index) => ({ value, sweep: index + 1 }))
    .filter(({ sweep }) => sweep === perplexity.length || /^[125]0*$/.test(`${sweep}`))
    .map(({ value, sweep }) => `${value.toFixed(1)} (${sweep})`)
    .join(', ');
}

function count(value: number, noun: string): string {
  return `${value.toLocaleString('en-US')} ${noun}${value === 1 ? '' : 's'}`;
}
