/** Writes the files of a corpus. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopIfAborted, UserError } from '../../errors.js';
import { writeFileAtomically } from '../../storage/atomic-write.js';
import type { Manifest, SplitFacts, SplitName } from '../manifest.js';
import { tokenFileName, VOCABULARY_FILE } from '../manifest.js';
import { FORMAT_VERSION, MANIFEST_FILE, manifestText } from '../manifest-record.js';
import { TokenWriter } from '../token-file.js';
import { Vocabulary } from '../vocabulary.js';
import { chooseVocabulary } from './choose-vocabulary.js';
import type { PrepareOptions, Recipe } from './corpus-recipe.js';
import { bytesToRead, draftSplits, type SplitTokens, textsOf } from './divide.js';
import { DRAFT_END_OF_LINE, Draft } from './draft.js';
import { TypeCounts, TypeTable } from './type-table.js';

const DRAFT_FILE = '.draft.tmp';

/**
 * Reads all texts into a draft, counts the words of train in it, chooses the vocabulary, maps every split to its ids,
 * and writes all files into an empty folder, the manifest last.
 * @throws UserError('data') that names file and line for a word that cannot be numbered
 */
export async function writeCorpus(
  folder: string,
  recipe: Recipe,
  options: PrepareOptions,
): Promise<Manifest> {
  const draft = new Draft(join(folder, DRAFT_FILE));
  let done: { readonly vocabulary: Vocabulary; readonly splits: Record<SplitName, SplitFacts> };
  try {
    done = await writeSplits(folder, recipe, draft, options);
  } finally {
    draft.discard();
  }
  const { vocabulary, splits } = done;
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

/** Mapping a draft to ids takes about a tenth of the time of reading the text. */
const NUMBERING_SHARE = 0.1;

async function writeSplits(
  folder: string,
  recipe: Recipe,
  draft: Draft,
  { onProgress, signal }: PrepareOptions,
): Promise<{ vocabulary: Vocabulary; splits: Record<SplitName, SplitFacts> }> {
  const types = new TypeTable();
  const reading = bytesToRead(recipe.texts);
  const total = Math.round(reading * (1 + NUMBERING_SHARE));
  const onBytes = (bytes: number) =>
    onProgress?.({ label: `prepare ${recipe.name}`, done: Math.round(bytes), total, unit: 'bytes' });
  const form = { unit: recipe.unit, ...(recipe.readAs ?? recipe.normalization) };
  const isTaken = recipe.vocabulary instanceof Vocabulary;
  const drafting = { form, types, draft, folder, signal, onBytes, formIsGiven: isTaken };
  const tokens = await draftSplits(recipe.texts, drafting);
  const counts = await countTrain(draft, types, tokens, signal);
  if (counts.every((count, id) => id === DRAFT_END_OF_LINE || count === 0)) throw noWords(recipe);
  const vocabulary =
    recipe.vocabulary instanceof Vocabulary
      ? recipe.vocabulary
      : chooseVocabulary(new TypeCounts(types, counts), counts[DRAFT_END_OF_LINE], recipe.vocabulary);
  await writeFileAtomically(join(folder, VOCABULARY_FILE), vocabulary.toText());
  const ids = idsOf(types, vocabulary, recipe.substitute);
  const numbering = { types, vocabulary, isTaken, ids, signal };
  let start = 0;
  const write = async (split: SplitName) => {
    const facts = await writeSplit(join(folder, tokenFileName(split)), draft, {
      ...numbering,
      start,
      end: start + tokens[split],
    });
    start += tokens[split];
    onBytes(reading + (total - reading) * (start / draft.tokens));
    return facts;
  };
  return {
    vocabulary,
    splits: { train: await write('train'), valid: await write('valid'), test: await write('test') },
  };
}

/** Returns how often each type occurs in train, [types]. */
async function countTrain(
  draft: Draft,
  types: TypeTable,
  { train }: SplitTokens,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const counts = new Float64Array(types.size);
  for (const ids of draft.read(0, train)) {
    for (let at = 0; at < ids.length; at++) counts[ids[at]]++;
    await yieldToEvents(signal);
  }
  return counts;
}

const NO_ID = -1;

/**
 * Returns the id of each type, or {@link NO_ID} for a type that is outside the vocabulary and may not become `<unk>`.
 */
function idsOf(types: TypeTable, vocabulary: Vocabulary, substitute: boolean): Int32Array {
  const otherwise = (substitute ? vocabulary.unk : undefined) ?? NO_ID;
  const ids = new Int32Array(types.size);
  for (let id = 0; id < ids.length; id++) ids[id] = vocabulary.id(types.word(id)) ?? otherwise;
  return ids;
}

interface SplitNumbering {
  readonly types: TypeTable;
  readonly vocabulary: Vocabulary;
  /** Whether the vocabulary is another corpus's. */
  readonly isTaken: boolean;
  readonly ids: Int32Array;
  readonly start: number;
  readonly end: number;
  readonly signal: AbortSignal | undefined;
}

async function writeSplit(path: string, draft: Draft, numbering: SplitNumbering): Promise<SplitFacts> {
  const { vocabulary, ids, start, end, signal } = numbering;
  const writer = new TokenWriter(path, vocabulary);
  try {
    for (const part of draft.read(start, end)) {
      for (let at = 0; at < part.length; at++) {
        const id = ids[part[at]];
        // The types are numbered in the order of the text, so this is the first occurrence of the word.
        if (id === NO_ID) throw unknownWord(part[at], numbering);
        writer.add(id);
      }
      await yieldToEvents(signal);
    }
    return writer.finish();
  } finally {
    writer.close();
  }
}

/** Lets signals and the progress display run. */
async function yieldToEvents(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  stopIfAborted(signal);
}

function noWords(recipe: Recipe): UserError {
  const texts = 'splits' in recipe.texts ? recipe.texts.splits.train : textsOf(recipe.texts);
  const names = texts.map(({ name }) => name).join(', ');
  return new UserError('data', `${names} ${texts.length === 1 ? 'has' : 'have'} no words, only empty lines`, [
    'Name a file with text in it.',
  ]);
}

function unknownWord(id: number, { types, vocabulary, isTaken }: SplitNumbering): UserError {
  const { name, line } = types.firstPlace(id);
  const substitute = 'Replace words outside the vocabulary by <unk>: --unknown unk.';
  const taken =
    vocabulary.unk === undefined
      ? ['The vocabulary was taken from a corpus that has no <unk> for unknown words: correct the text.']
      : [substitute];
  const chosen = [
    substitute,
    'Or give a larger --vocab-size, or a smaller --min-count, or correct the text.',
  ];
  const message = `${name}:${line}: "${types.word(id)}" is not in the vocabulary`;
  return new UserError('data', message, isTaken ? taken : chosen);
}
