/** Topics on disk: `<data>/<corpus>/topics-<K>.safetensors`, beside the files of the corpus that they were made from. */

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTopicsFile, topicsFileName } from '../corpus/corpus-folder.js';
import type { Manifest } from '../corpus/manifest.js';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { describeFileError, writeFileAtomically } from '../storage/atomic-write.js';
import { fileErrorCode } from '../storage/file-error.js';
import { decodeSafetensors, encodeSafetensors, type NamedArray } from '../storage/safetensors.js';
import { removeLeftoversIn } from '../storage/temporary.js';
import type { TopicTable } from './topic-table.js';

/** Which text topics are of: the SHA-256 of a corpus's vocabulary file and of its training split. */
export interface TextIdentity {
  readonly vocabularyHash: string;
  readonly trainHash: string;
}

/** The choices of a user. */
export interface TopicChoices {
  /** Number of topics, K. */
  readonly topics: number;
  /** Sweeps of the sampler over the text. */
  readonly iterations: number;
  /** Sentences in a document. */
  readonly sentences: number;
  readonly seed: number;
}

/** The text, the choices, and the priors, which follow from them. */
export interface TopicRecipe extends TextIdentity, TopicChoices {
  /** Prior of a document's topics. */
  readonly alpha: number;
  /** Prior of a topic's words. */
  readonly beta: number;
}

/** Returns the identity of the text of a prepared corpus. */
export function textIdentity({ vocabulary, splits }: Manifest): TextIdentity {
  return { vocabularyHash: vocabulary.sha256, trainHash: splits.train.sha256 };
}

/**
 * Fills in the priors of Griffiths and Steyvers (2004): alpha = 50 / K and beta = 0.1. A beta of 0.01, which is as common,
 * gives finer topics from a longer text. On the Penn Treebank with 40 topics the chain has then not converged after 500
 * sweeps, where with 0.1 it has after 100, and what it gets to predicts the validation text less well.
 */
export function topicRecipe(manifest: Manifest, choices: TopicChoices): TopicRecipe {
  return { ...textIdentity(manifest), ...choices, alpha: 50 / choices.topics, beta: 0.1 };
}

/** Raised when an older reader could misread newer files. */
const FORMAT_VERSION = '1';

const VERSION_KEY = 'zlm.formatVersion';
const CORPUS_KEY = 'zlm.corpus';
const RECIPE_KEY = 'zlm.topicRecipe';

/** Which topics: there is one file for each corpus and number of topics. */
export interface TopicsPlace {
  readonly dataFolder: string;
  /** Name of the corpus. */
  readonly corpus: string;
  /** Number of topics. */
  readonly topics: number;
}

/** Where they are. */
export function topicsPath({ dataFolder, corpus, topics }: TopicsPlace): string {
  return join(dataFolder, corpus, topicsFileName(topics));
}

/** Returns the command that trains the topics. */
export function prepareTopicsCommand({ corpus, topics }: TopicsPlace): string {
  return `zlm prepare topics ${shellWord(corpus)} --topics ${topics}`;
}

/** What such a file holds. */
export interface TopicFile {
  readonly recipe: TopicRecipe;
  /** Tensor "topics". */
  readonly table: TopicTable;
  /** Tensor "perplexity": that of the training text in each sweep. */
  readonly perplexity: Float32Array;
}

/** Somebody else's work in the place of topics: another version's of zlm, or a file of the user's own. */
export class ForeignTopicsError extends UserError {
  constructor(message: string, cure: string) {
    super('data', message, [cure]);
  }
}

/**
 * Writes the file whole or not at all. It has no date in it: the same topics are the same bytes.
 * @throws UserError('data') when the folder cannot be written
 */
export async function writeTopicFile(place: TopicsPlace, file: TopicFile): Promise<void> {
  const { recipe, table, perplexity } = file;
  const { topics, vocabularySize, logProbability } = table;
  const tensors = [
    { name: 'topics', shape: [vocabularySize, topics], data: logProbability },
    { name: 'perplexity', shape: [perplexity.length], data: perplexity },
  ];
  const metadata = {
    [VERSION_KEY]: FORMAT_VERSION,
    // For whoever looks into the file; what it fits is told by the hashes of the recipe.
    [CORPUS_KEY]: place.corpus,
    [RECIPE_KEY]: JSON.stringify(recipe),
  };
  await removeLeftoversIn(dirname(topicsPath(place)), isTopicsFile);
  await writeFileAtomically(topicsPath(place), encodeSafetensors(tensors, metadata));
}

/**
 * @returns undefined when there is no such file
 * @throws UserError('data') when it cannot be read, is damaged, or is of a foreign format version or not zlm's
 */
export async function readTopicFile(place: TopicsPlace): Promise<TopicFile | undefined> {
  const path = topicsPath(place);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined;
    throw describeFileError(error, path, 'read') ?? error;
  }
  const again = [`Train the topics again: \`${prepareTopicsCommand(place)}\`.`];
  // What zlm wrote has these in its header, and damage seldom hits them all.
  if (![VERSION_KEY, CORPUS_KEY, RECIPE_KEY].some((key) => bytes.includes(key))) {
    throw new ForeignTopicsError(
      `${path} is no file of topics that zlm has written`,
      `Move it away, or replace it: \`${prepareTopicsCommand(place)} --force\`.`,
    );
  }
  const { tensors, metadata } = decode(bytes, path, again);
  const version = metadata[VERSION_KEY];
  if (version !== undefined && version !== FORMAT_VERSION) {
    throw new ForeignTopicsError(
      `${path} has format version ${version}; this zlm reads version ${FORMAT_VERSION}`,
      'Train the topics again with this version of zlm and --force, or use the version that wrote them.',
    );
  }
  // The file's own checksum does not cover the name that it goes by.
  const foreign = Object.keys(metadata).find((key) => ![VERSION_KEY, CORPUS_KEY, RECIPE_KEY].includes(key));
  if (foreign)
    throw new UserError('data', `${path} is damaged: it has the unknown metadata ${foreign}`, again);
  const recipe = parseRecipe(metadata[RECIPE_KEY]);
  const table = tensors.get('topics');
  const perplexity = tensors.get('perplexity')?.data;
  if (recipe === undefined || !isTable(table, place.topics) || !(perplexity instanceof Float32Array)) {
    throw new UserError('data', `${path} holds no table of ${place.topics} topics`, again);
  }
  const [vocabularySize, topics] = table.shape;
  return { recipe, table: { topics, vocabularySize, logProbability: table.data }, perplexity };
}

function decode(bytes: Uint8Array, path: string, cures: readonly string[]) {
  try {
    return decodeSafetensors(bytes, path);
  } catch (error) {
    throw error instanceof UserError ? new UserError('data', error.message, cures) : error;
  }
}

function parseRecipe(text: string | undefined): TopicRecipe | undefined {
  try {
    const recipe = JSON.parse(text ?? 'null');
    return typeof recipe === 'object' && recipe !== null ? recipe : undefined;
  } catch {
    return undefined;
  }
}

/** Tells whether an array is a [V,K] table of finite numbers. Other values would spoil every gradient. */
function isTable(
  array: NamedArray | undefined,
  topics: number,
): array is NamedArray & { data: Float32Array<ArrayBuffer> } {
  const isMatrix = array?.shape.length === 2 && array.shape[1] === topics;
  return isMatrix && array.data instanceof Float32Array && array.data.every(Number.isFinite);
}

/**
 * Reads what `zlm prepare topics` wrote.
 *
 * @param text the text that the topics must be of; that of a corpus is its `textIdentity`
 * @throws UserError('data') when the topics are missing, damaged, of a foreign format version, or of another text
 */
export async function readTopicTable(
  dataFolder: string,
  corpus: string,
  topics: number,
  text: TextIdentity,
): Promise<TopicTable> {
  const place = { dataFolder, corpus, topics };
  const file = await readTopicFile(place);
  if (file === undefined) {
    throw new UserError(
      'data',
      `there are no ${topics} topics of the corpus "${corpus}": ${topicsPath(place)} is missing`,
      [
        `Train them: \`${prepareTopicsCommand(place)}\`.`,
        'If the corpus is in another data folder, name that folder with --data.',
      ],
    );
  }
  const difference = differenceOf(file.recipe, text);
  if (difference === undefined) return file.table;
  throw new UserError(
    'data',
    `${topicsPath(place)} was made from another ${difference} than that of the corpus "${corpus}"`,
    [`Train the topics again: \`${prepareTopicsCommand(place)} --force\`.`],
  );
}

function differenceOf(have: TextIdentity, wanted: TextIdentity): string | undefined {
  if (have.vocabularyHash !== wanted.vocabularyHash) return 'vocabulary';
  return have.trainHash === wanted.trainHash ? undefined : 'training text';
}
