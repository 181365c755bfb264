/** Writes the files of a parallel corpus. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopIfAborted } from '../../errors.js';
import { writeFileAtomically } from '../../storage/atomic-write.js';
import { sha256 } from '../../storage/file-identity.js';
import type { PrepareOptions } from '../build/corpus-recipe.js';
import { DRAFT_END_OF_LINE, Draft } from '../build/draft.js';
import { SPLITS, type SplitFacts, type SplitName } from '../manifest.js';
import { FORMAT_VERSION, MANIFEST_FILE, manifestText } from '../manifest-record.js';
import { TokenWriter } from '../token-file.js';
import { mergesText } from './bpe.js';
import { bytesOf, type DraftedPairs, draftPairs } from './draft-pairs.js';
import {
  type FileFacts,
  HELD_OUT,
  mergesFileName,
  type ParallelManifest,
  SIDES,
  type Side,
  sideTokenFileName,
  textFileName,
  vocabularyFileName,
} from './manifest.js';
import { chooseVocabularies, type SideVocabulary } from './pieces.js';
import type { ParallelRecipe } from './recipe.js';

/** Mapping a draft to ids takes about a tenth of the time of reading the text. */
const NUMBERING_SHARE = 0.1;

/**
 * Reads all pairs into drafts, counts the words of train in them, chooses the vocabularies, maps every split to its ids,
 * and writes all files into an empty folder, the manifest last.
 *
 * @throws UserError('data') as {@link draftPairs} does, and when a file cannot be written
 */
export async function writeParallelCorpus(
  folder: string,
  recipe: ParallelRecipe,
  { onProgress, signal, command }: PrepareOptions,
): Promise<ParallelManifest> {
  const reading = bytesOf(recipe);
  const total = Math.round(reading * (1 + NUMBERING_SHARE));
  const onBytes = (bytes: number) =>
    onProgress?.({ label: `prepare ${recipe.name}`, done: Math.round(bytes), total, unit: 'bytes' });
  const drafts = { source: draftIn(folder, 'source'), target: draftIn(folder, 'target') };
  try {
    const drafted = await draftPairs(recipe, drafts, { signal, onBytes });
    const counts = {
      source: await countTrain(drafts.source, drafted, signal),
      target: await countTrain(drafts.target, drafted, signal),
    };
    const sides = chooseVocabularies(drafted.types, counts, drafted.pairs.train, recipe);
    const files: Record<string, FileFacts> = {};
    const write = async (file: string, text: string) => {
      await writeFileAtomically(join(folder, file), text);
      files[file] = { bytes: Buffer.byteLength(text), sha256: sha256(text) };
    };
    for (const side of SIDES) {
      const { vocabulary, merges } = sides[side];
      await write(vocabularyFileName(side), vocabulary.toText());
      if (merges !== null) await write(mergesFileName(side), mergesText(merges));
    }
    for (const split of HELD_OUT) {
      for (const side of SIDES) {
        const lines = drafted.text[split].map((pair) => `${pair[side]}\n`);
        await write(textFileName(split, side), lines.join(''));
      }
    }
    const numbered = {
      source: await writeSide(folder, 'source', drafts.source, drafted, sides.source, signal),
      target: await writeSide(folder, 'target', drafts.target, drafted, sides.target, signal),
    };
    onBytes(total);
    const factsOf = (split: SplitName) => ({
      pairs: drafted.pairs[split],
      source: numbered.source[split],
      target: numbered.target[split],
    });
    const merges = { source: sides.source.merges, target: sides.target.merges };
    const manifest: ParallelManifest = {
      formatVersion: FORMAT_VERSION,
      kind: 'parallel',
      name: recipe.name,
      description: recipe.description,
      sourceFiles: recipe.sourceFiles,
      options: recipe.options,
      createdAt: new Date().toISOString(),
      vocabulary: {
        shared: recipe.vocabulary.shared,
        source: sides.source.vocabulary.size,
        target: sides.target.vocabulary.size,
      },
      splits: { train: factsOf('train'), valid: factsOf('valid'), test: factsOf('test') },
      dropped: drafted.dropped,
      form: recipe.form,
      merges: merges.source &&
        merges.target && { source: merges.source.length, target: merges.target.length },
      files,
      ...(command === undefined ? {} : { command }),
    };
    await writeFileAtomically(join(folder, MANIFEST_FILE), manifestText(manifest));
    return manifest;
  } finally {
    for (const side of SIDES) drafts[side].discard();
  }
}

function draftIn(folder: string, side: Side): Draft {
  return new Draft(join(folder, `.${side}-draft.tmp`));
}

/** Calls `visit` with the split of each number of a draft; the end of a sentence is {@link DRAFT_END_OF_LINE}. */
async function visitDraft(
  draft: Draft,
  { splitOf }: DraftedPairs,
  visit: (split: SplitName, type: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  let pair = 0;
  let split = splitOf(pair);
  for (const part of draft.read(0, draft.tokens)) {
    for (const type of part) {
      visit(split, type);
      if (type === DRAFT_END_OF_LINE) split = splitOf(++pair);
    }
    // Lets signals and the progress display run.
    await nextTurn();
    stopIfAborted(signal);
  }
}

/** Returns how often each type occurs in train, [types]. */
async function countTrain(
  draft: Draft,
  drafted: DraftedPairs,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const counts = new Float64Array(drafted.types.size);
  const count = (split: SplitName, type: number) => {
    if (split === 'train') counts[type]++;
  };
  await visitDraft(draft, drafted, count, signal);
  return counts;
}

/** Writes the token files of one side, and returns the facts of each. */
async function writeSide(
  folder: string,
  side: Side,
  draft: Draft,
  drafted: DraftedPairs,
  { vocabulary, idsOf }: SideVocabulary,
  signal: AbortSignal | undefined,
): Promise<Record<SplitName, SplitFacts>> {
  /** By type, from its first occurrence on. */
  const ids: (readonly number[] | undefined)[] = [];
  ids[DRAFT_END_OF_LINE] = [vocabulary.eos];
  const opened: Partial<Record<SplitName, TokenWriter>> = {};
  const writerOf = (split: SplitName) =>
    (opened[split] ??= new TokenWriter(join(folder, sideTokenFileName(split, side)), vocabulary));
  try {
    for (const split of SPLITS) writerOf(split);
    const write = (split: SplitName, type: number) => {
      let known = ids[type];
      if (known === undefined) {
        known = idsOf(type);
        ids[type] = known;
      }
      const writer = writerOf(split);
      for (const id of known) writer.add(id);
    };
    await visitDraft(draft, drafted, write, signal);
    return {
      train: writerOf('train').finish(),
      valid: writerOf('valid').finish(),
      test: writerOf('test').finish(),
    };
  } finally {
    for (const writer of Object.values(opened)) writer.close();
  }
}
