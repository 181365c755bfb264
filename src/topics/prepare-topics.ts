/** Prepares topics, unless the same ones are there already. */
import { type Manifest, PreparedCorpus } from '../corpus/prepared.js';
import { UserError } from '../errors.js';
import type { OnProgress } from '../progress.js';
import {
  ForeignTopicsError,
  readTopicFile,
  type TopicChoices,
  type TopicFile,
  type TopicRecipe,
  type TopicsPlace,
  topicRecipe,
  topicsPath,
  writeTopicFile,
} from './topic-file.js';
import { cutIntoDocuments, type Documents, documentCount } from './topic-sampler.js';
import { tellingWords } from './topic-table.js';
import { trainTopics } from './train-topics.js';

export interface PrepareTopicsOptions extends TopicChoices {
  readonly dataFolder: string;
  /** Name of a prepared corpus in it. */
  readonly corpus: string;
  /** Replace topics that were made from another text or with other options. */
  readonly force: boolean;
  /** Folder with the records of verified large files of the corpus; without it there are none. */
  readonly cacheFolder?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The prepared topics. */
export interface PreparedTopics {
  readonly corpus: string;
  /** The manifest of the corpus. */
  readonly manifest: Manifest;
  readonly file: string;
  /** True when the same topics were already there, whole: nothing was written. */
  readonly alreadyPrepared: boolean;
  readonly recipe: TopicRecipe;
  readonly documents: number;
  /** Number of words in the documents, without the ends of lines. */
  readonly tokens: number;
  /** Perplexity of the training text in each sweep. */
  readonly perplexity: readonly number[];
  readonly topics: readonly { readonly share: number; readonly words: readonly string[] }[];
}

/** Number of words shown for each topic. */
const SHOWN_WORDS = 8;

/**
 * Trains topics on a corpus's training text and writes them beside it. Existing, undamaged topics of the same text and
 * options are kept; damaged ones are trained again.
 *
 * @throws UserError('data') when there is no such corpus, when other topics exist (without `force`), or when files
 *   cannot be read or written
 * @throws UserError('interrupted') when the signal fires; nothing is written
 */
export async function prepareTopics(options: PrepareTopicsOptions): Promise<PreparedTopics> {
  const { dataFolder, sentences, force } = options;
  const corpus = await PreparedCorpus.open(dataFolder, options.corpus, options);
  try {
    const { topics, iterations, seed } = options;
    const recipe = topicRecipe(corpus.manifest, { topics, iterations, sentences, seed });
    const existing = await existingTopics(options, recipe, force);
    const documents = cutIntoDocuments(corpus.split('train'), corpus.vocabulary.eos, sentences);
    const file = existing ?? (await trainFile(documents, recipe, corpus.vocabulary.size, options));
    return {
      corpus: options.corpus,
      manifest: corpus.manifest,
      file: topicsPath(options),
      alreadyPrepared: existing !== undefined,
      recipe,
      documents: documentCount(documents),
      tokens: documents.words.length,
      perplexity: Array.from(file.perplexity),
      topics: tellingWords(file.table, documents.words, SHOWN_WORDS).map(({ share, words }) => ({
        share,
        words: words.map((id) => corpus.vocabulary.word(id)),
      })),
    };
  } finally {
    corpus.close();
  }
}

async function trainFile(
  documents: Documents,
  recipe: TopicRecipe,
  vocabularySize: number,
  options: PrepareTopicsOptions,
): Promise<TopicFile> {
  const { iterations } = recipe;
  const { corpus, onProgress, signal } = options;
  const training = { iterations, label: `topics of ${corpus}`, onProgress, signal };
  const trained = await trainTopics(documents, { ...recipe, vocabularySize }, training);
  const file = { recipe, ...trained };
  await writeTopicFile(options, file);
  return file;
}

/**
 * Returns existing topics that need not be trained again.
 *
 * @param wanted the text and options that they must have been made from
 * @returns undefined when the topics must be trained: they are absent, damaged, or, under `force`, different
 * @throws UserError('data') that names every difference, when they differ and `force` is not set
 */
export async function existingTopics(
  place: TopicsPlace,
  wanted: TopicRecipe,
  force: boolean,
): Promise<TopicFile | undefined> {
  const file = await readableFile(place, force);
  if (file === undefined) return undefined;
  const differences = describeDifferences(file.recipe, wanted);
  if (differences.length === 0) return file;
  if (force) return undefined;
  throw new UserError(
    'data',
    [`${topicsPath(place)} was prepared from another text or with other options:`, ...differences].join(
      '\n  ',
    ),
    [
      'To replace it, add --force; a trained model keeps the topics it was trained with.',
      'To keep it, choose another number of topics.',
    ],
  );
}

// A damaged file is replaced. A file of another version, or one that zlm did not write, is kept.
async function readableFile(place: TopicsPlace, force: boolean): Promise<TopicFile | undefined> {
  try {
    return await readTopicFile(place);
  } catch (error) {
    if (error instanceof ForeignTopicsError && !force) throw error;
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Names of the parts of a recipe, for people. */
const NAMES: Readonly<Record<keyof TopicRecipe, string>> = {
  vocabularyHash: 'vocabulary',
  trainHash: 'training text',
  topics: 'topics',
  alpha: 'alpha',
  beta: 'beta',
  iterations: 'iterations',
  sentences: 'sentences',
  seed: 'seed',
};

function describeDifferences(have: TopicRecipe, wanted: TopicRecipe): string[] {
  const keys = Object.keys(NAMES) as (keyof TopicRecipe)[];
  return keys
    .filter((key) => have[key] !== wanted[key])
    .map((key) => `${NAMES[key]}: ${show(have[key])}, now ${show(wanted[key])}`);
}

function show(value: string | number | undefined): string {
  return typeof value === 'string' ? `SHA-256 ${value.slice(0, 12)}…` : String(value ?? 'not set');
}
