/** Turns lines of tokens into the files of a corpus. */
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { writeFileAtomically } from '../../storage/atomic-write.js';
import type { Manifest, SplitFacts, SplitName } from '../manifest.js';
import {
  FORMAT_VERSION,
  MANIFEST_FILE,
  manifestText,
  SPLITS,
  tokenFileName,
  VOCABULARY_FILE,
} from '../manifest.js';
import { END_OF_LINE, type Vocabulary } from '../vocabulary.js';
import { chooseVocabulary } from './choose-vocabulary.js';
import type { LineSource } from './line-source.js';
import type { PrepareOptions, Recipe } from './recipe.js';
import type { ReadOptions } from './text-file.js';
import { TokenWriter } from './token-writer.js';
import { TypeCounter } from './type-counter.js';

/**
 * Counts the words of train, chooses the vocabulary, numbers every split, and writes it all into an empty folder, the
 * manifest last.
 * @throws UserError('data') that names file and line for a word that cannot be numbered
 */
export async function writeCorpus(
  folder: string,
  recipe: Recipe,
  options: PrepareOptions,
): Promise<Manifest> {
  const meter = readingMeter(recipe, options);
  const vocabulary = await countVocabulary(recipe, meter);
  await writeFileAtomically(join(folder, VOCABULARY_FILE), vocabulary.toText());
  const write = (split: SplitName) =>
    writeSplit(join(folder, tokenFileName(split)), split, recipe, vocabulary, meter);
  const splits = { train: await write('train'), valid: await write('valid'), test: await write('test') };
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    name: recipe.name,
    unit: recipe.unit,
    source: recipe.source,
    sourceFiles: recipe.sourceFiles,
    options: recipe.options,
    createdAt: new Date().toISOString(),
    vocabulary: { size: vocabulary.size, sha256: vocabulary.sha256, unk: vocabulary.unk !== undefined },
    splits,
    normalization: recipe.normalization,
    ...(options.command === undefined ? {} : { command: options.command }),
  };
  await writeFileAtomically(join(folder, MANIFEST_FILE), manifestText(manifest));
  return manifest;
}

/** Gives the options for reading each source in turn, such that all readings are one progress. */
type ReadingMeter = (source: LineSource) => ReadOptions;

function readingMeter(recipe: Recipe, { onProgress, signal }: PrepareOptions): ReadingMeter {
  const { train } = recipe.splits;
  // Train is read twice: to count words, and to number them.
  const total = SPLITS.reduce((sum, split) => sum + recipe.splits[split].bytes, train.bytes);
  const label = `prepare ${recipe.name}`;
  let before = 0;
  return (source) => {
    const start = before;
    before += source.bytes;
    return { signal, onBytes: (bytes) => onProgress?.({ label, done: start + bytes, total, unit: 'bytes' }) };
  };
}

async function countVocabulary(recipe: Recipe, meter: ReadingMeter): Promise<Vocabulary> {
  const { train } = recipe.splits;
  const counter = new TypeCounter(train.path);
  let lines = 0;
  await train.visit((tokens, line) => {
    for (const token of tokens) {
      if (token === END_OF_LINE) throw endOfLineInText(train.path, line);
      counter.add(token);
    }
    lines++;
  }, meter(train));
  if (counter.size === 0) throw noWords(train.path);
  return chooseVocabulary(counter, lines, recipe.vocabulary);
}

async function writeSplit(
  path: string,
  split: SplitName,
  recipe: Recipe,
  vocabulary: Vocabulary,
  meter: ReadingMeter,
): Promise<SplitFacts> {
  const source = recipe.splits[split];
  // A text may have the word <unk> without leave to put it for other words.
  const substitute = recipe.vocabulary.unknown ? vocabulary.unk : undefined;
  const writer = new TokenWriter(path, vocabulary);
  try {
    await source.visit((tokens, line) => {
      for (const token of tokens) {
        if (token === END_OF_LINE) throw endOfLineInText(source.path, line);
        const id = vocabulary.id(token) ?? substitute;
        if (id === undefined) throw unknownWord(source.path, line, token);
        writer.add(id);
      }
      writer.add(vocabulary.eos);
    }, meter(source));
    return writer.finish();
  } finally {
    writer.close();
  }
}

function noWords(path: string): UserError {
  return new UserError('data', `${path} has no words, only empty lines`, ['Name a file with text in it.']);
}

function endOfLineInText(path: string, line: number): UserError {
  return new UserError(
    'data',
    `${path}:${line}: the text contains the word ${END_OF_LINE}, which is added at the end of every line`,
    [`Remove ${END_OF_LINE} from the text.`],
  );
}

function unknownWord(path: string, line: number, word: string): UserError {
  return new UserError('data', `${path}:${line}: "${word}" is not in the vocabulary`, [
    'Let <unk> stand for words outside the vocabulary: --unknown unk.',
    'Or give a larger --vocab-size, or a smaller --min-count, or correct the text.',
  ]);
}
