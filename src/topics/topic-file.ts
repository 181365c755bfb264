/** Topics on disk: `<data>/<corpus>/topics-<K>.safetensors`, in the folder of the corpus that they were made from. */

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

/** Identity of the text of topics: the SHA-256 of a corpus's vocabulary file and of its training split. */
export interface TextIdentity {
  readonly vocabularyHash: string;
  readonly trainHash: string;
}

/** Options of the training of topics. */
export interface TopicChoices {
  /** Number of topics, K. */
  readonly topics: number;
  /** Sweeps of the sampler over the text. */
  readonly iterations: number;
  /** Sentences in a document. */
  readonly sentences: number;
  readonly seed: number;
}

/**
 * Everything that determines the bytes of a file of topics: the text, the options, and the priors, which follow from
 * them.
 */
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
 * Fills in the priors of Griffiths and Steyvers (2004): alpha = 50 / K and beta = 0.1. A beta of 0.01 is as common and
 * gives finer topics for longer texts. On the Penn Treebank with 40 topics, however, the chain has not converged after
 * 500 sweeps with it (with 0.1: after 100), and its topics predict the validation text less well.
 */
export function topicRecipe(manifest: Manifest, choices: TopicChoices): TopicRecipe {
  return { ...textIdentity(manifest), ...choices, alpha: 50 / choices.topics, beta: 0.1 };
}

/** To be raised when an older reader could misread a newer file. */
const FORMAT_VERSION = '1';

const VERSION_KEY = 'zlm.formatVersion';
const CORPUS_KEY = 'zlm.corpus';
const RECIPE_KEY = 'zlm.topicRecipe';

/** Location of topics: one file per corpus and number of topics. */
export interface TopicsPlace {
  readonly dataFolder: string;
  /** Name of the corpus. */
  readonly corpus: string;
  /** Number of topics. */
  readonly topics: number;
}

/** Returns the path of the file. */
export function topicsPath({ dataFolder, corpus, topics }: TopicsPlace): string {
  return join(dataFolder, corpus, topicsFileName(topics));
}

/** Returns the command that trains the topics. */
export function prepareTopicsCommand({ corpus, topics }: TopicsPlace): string {
  return `zlm prepare topics ${shellWord(corpus)} --topics ${topics}`;
}

/** Contents of a file of topics. */
export interface TopicFile {
  readonly recipe: TopicRecipe;
  /** Tensor "topics". */
  readonly table: TopicTable;
  /** Tensor "perplexity": that of the training text in each sweep. */
  readonly perplexity: Float32Array;
}

/** Error for a file that zlm did not write, or another version of zlm wrote, in the place of topics. */
export class ForeignTopicsError extends UserError {
  constructor(message: string, cure: string) {
    super('data', message, [cure]);
  }
}

/**
 * Writes the file whole or not at all. It contains no date, so the same topics give the same bytes.
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
    // For people who inspect the file; the hashes of the recipe say which corpus it fits.
    [CORPUS_KEY]: place.corpus,
    [RECIPE_KEY]: JSON.stringify(recipe),
  };
  await removeLeftoversIn(dirname(topicsPath(place)), isTopicsFile);
  await writeFileAtomically(topicsPath(place), encodeSafetensors(tensors, metadata));
}

/**
 * Reads a file of topics.
 *
 * @returns undefined when there is no such file
 * @throws UserError('data') when it cannot be read, is damaged, has another format version, or was not written by zlm
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
  // Files that zlm wrote have these keys in the header, and damage seldom destroys all of them.
  if (![VERSION_KEY, CORPUS_KEY, RECIPE_KEY].some((key) => bytes.includes(key))) {
    throw new ForeignTopicsError(
      `${path} is not a file of topics that zlm wrote`,
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
  // The checksum does not cover its own key, so a damaged key is an unknown one.
  const foreign = Object.keys(metadata).find((key) => ![VERSION_KEY, CORPUS_KEY, RECIPE_KEY].includes(key));
  if (foreign)
    throw new UserError('data', `${path} is damaged: it has the unknown metadata ${foreign}`, again);
  const recipe = parseRecipe(metadata[RECIPE_KEY]);
  const table = tensors.get('topics');
  const perplexity = tensors.get('perplexity')?.data;
  if (recipe === undefined || !isTable(table, place.topics) || !(perplexity instanceof Float32Array)) {
    throw new UserError('data', `${path} does not contain a table of ${place.topics} topics`, again);
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
 * Reads the topics that `zlm prepare topics` wrote.
 *
 * @param text the text that the topics must belong to; see `textIdentity`
 * @throws UserError('data') when the topics are missing, damaged, of another format version, or of another text
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
      `There are no ${topics} topics of the corpus "${corpus}": ${topicsPath(place)} is missing`,
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
