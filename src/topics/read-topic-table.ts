import { UserError } from '../errors.js';
import type { TextIdentity } from './recipe.js';
import type { TopicTable } from './table.js';
import { prepareTopicsCommand, readTopicFile, topicsPath } from './topic-file.js';

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
