/** Whether the topics of a corpus are there already, whole, and those that are wanted. */
import { UserError } from '../errors.js';
import type { TopicRecipe } from './recipe.js';
import {
  ForeignTopicsError,
  readTopicFile,
  type TopicFile,
  type TopicsPlace,
  topicsPath,
} from './topic-file.js';

/**
 * @param wanted what the topics should have been made from
 * @returns undefined when the topics must be trained: absent, damaged, or, under `force`, others
 * @throws UserError('data') that names every difference, when they were made otherwise and without `force`
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
  throw new UserError('data', [`${topicsPath(place)} was prepared otherwise:`, ...differences].join('\n  '), [
    'To replace it, add --force; a trained model keeps the topics it was trained with.',
    'To keep it, choose another number of topics.',
  ]);
}

// A damaged file is made again. One of another version, or that is not zlm's, is somebody's work.
async function readableFile(place: TopicsPlace, force: boolean): Promise<TopicFile | undefined> {
  try {
    return await readTopicFile(place);
  } catch (error) {
    if (error instanceof ForeignTopicsError && !force) throw error;
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** How the parts of a recipe are called to a person. */
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
