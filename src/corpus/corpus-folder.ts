/** Names that a corpus may have, and names of files with topics in its folder. */
import { basename, dirname } from 'node:path';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';

/** Corpora that zlm makes itself. Their names are not available for a user's text. */
const KNOWN_CORPORA: readonly string[] = ['ptb', 'sotu', 'libreoffice', 'flite', 'festvox-ru'];

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Tells whether a name belongs to a corpus that zlm makes itself with `zlm prepare NAME`. */
export function isKnownCorpus(name: string): boolean {
  return KNOWN_CORPORA.includes(name);
}

/** A kind of corpus that is no text for language models; also the command under `zlm prepare` that makes a user's own. */
export type OtherKind = 'parallel' | 'speech';

/** The name of the synthetic corpus in `configs/recall.yaml`, which `zlm prepare recall` makes by its default flags. */
const RECALL_CORPUS = 'recall';

/**
 * Returns the command that prepares a corpus of this name; its text, which is not known, is left to the reader.
 *
 * @param kind of the corpus, where it is not a text for language models
 */
export function prepareCommand(name: string, kind?: OtherKind): string {
  if (isKnownCorpus(name)) return `zlm prepare ${name}`;
  if (kind !== undefined) return `zlm prepare ${kind} ${shellWord(name)} …`;
  return name === RECALL_CORPUS ? `zlm prepare recall ${name}` : `zlm prepare text ${shellWord(name)} …`;
}

/** The cure for a damaged file in a corpus's folder: a damaged corpus is made again without being asked twice. */
export function prepareAgainCure(path: string, kind = kindOfFile(path)): string {
  return `Prepare the corpus again: \`${prepareCommand(basename(dirname(path)), kind)}\`.`;
}

/**
 * Files of a parallel corpus belong to one side ("train.source.bin", "target.vocabulary.txt"), those of a speech corpus are
 * named for what they contain ("train.features.bin", "phones.txt").
 */
function kindOfFile(path: string): OtherKind | undefined {
  const name = basename(path);
  if (/(?:^|\.)(?:source|target)\./.test(name)) return 'parallel';
  return /(?:^|\.)(?:features|labels|phones|utterances)\./.test(name) ? 'speech' : undefined;
}

/** Tells whether a corpus may have this name. */
export function isCorpusName(name: string): boolean {
  return NAME.test(name);
}

/**
 * Checks the name of a user's own corpus, which becomes a folder and is written in specs.
 * @throws UserError('usage') when the name is not valid, or belongs to a corpus that zlm makes itself
 */
export function checkOwnName(name: string): void {
  checkCorpusName(name);
  if (isKnownCorpus(name)) {
    throw new UserError('usage', `The name "${name}" belongs to the corpus of \`zlm prepare ${name}\``, [
      'Choose another name for your text.',
    ]);
  }
}

/** Checks that a corpus may have this name: it is no path. @throws UserError('usage') otherwise */
export function checkCorpusName(name: string): void {
  if (NAME.test(name)) return;
  throw new UserError('usage', `"${name}" cannot be the name of a corpus`, [
    'A name has at most 64 lower-case letters, digits, dots, hyphens and underscores, and begins with a letter or digit.',
  ]);
}

/** Returns the name of the file with so many topics: "topics-40.safetensors". */
export function topicsFileName(topics: number): string {
  return `topics-${topics}.safetensors`;
}

const TOPICS_FILE = /^topics-\d+\.safetensors$/;

/** The temporary file of a killed process that was writing topics; see storage/temporary.ts. */
const UNFINISHED = /^\.topics-\d+\.safetensors\..+\.tmp$/;

/** Tells whether a file of this name contains topics, whole or unfinished. */
export function isTopicsFile(name: string): boolean {
  return TOPICS_FILE.test(name) || UNFINISHED.test(name);
}
