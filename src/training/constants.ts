/** What a network reads beside its parameters and never trains. */
import { dirname } from 'node:path';
import type { PreparedCorpus } from '../corpus/prepared.js';
import type { NamedValues } from '../model/parameters.js';
import type { NetworkSpec } from '../spec/systems.js';
import { readTopicTable, textIdentity } from '../topics/topic-file.js';

/**
 * The constants of a fresh model, by the names that the model knows: the table of topics, where its spec has a context.
 *
 * @throws UserError('data') when the topics are not there, or were made from another text
 */
export async function modelConstants({ model }: NetworkSpec, corpus: PreparedCorpus): Promise<NamedValues> {
  if (model.context === null) return new Map();
  const { topics } = model.context;
  const dataFolder = dirname(corpus.folder);
  const table = await readTopicTable(dataFolder, corpus.name, topics, textIdentity(corpus.manifest));
  return new Map([['topics', { data: table.logProbability }]]);
}
