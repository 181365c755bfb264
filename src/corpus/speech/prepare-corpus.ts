/** Prepares a speech corpus, unless the same one is there already. */
import type { PreparedFolder, PrepareOptions } from '../build/corpus-recipe.js';
import { type CorpusReader, prepareFolder } from '../build/prepare-corpus.js';
import { readSpeechManifest, type SpeechManifest } from './manifest.js';
import type { SpeechRecipe } from './recipe.js';
import { writeSpeechCorpus } from './write-corpus.js';

const READER: CorpusReader<SpeechManifest> = {
  readManifest: readSpeechManifest,
  hashes: ({ files }) => Object.entries(files).map(([file, { sha256 }]) => [file, sha256]),
};

/** The prepared speech corpus. */
export type PreparedSpeech = PreparedFolder<SpeechManifest>;

/** Prepares a speech corpus; see {@link prepareFolder}. */
export async function prepareSpeechCorpus(
  recipe: SpeechRecipe,
  options: PrepareOptions,
): Promise<PreparedSpeech> {
  const write = (folder: string) => writeSpeechCorpus(folder, recipe, options);
  return await prepareFolder(recipe, READER, write, options);
}
