/** The base of the commands that prepare a corpus, and how they report it: a table, or an object for `--json`. */
import { type Command, Flags } from '@oclif/core';
import type { PreparedSummary, PrepareOptions } from '../corpus/build/corpus-recipe.js';
import { adviceOn } from '../corpus/corpus-report.js';
import { type Manifest, SPLITS, type SplitFacts, type SplitName } from '../corpus/manifest.js';
import { shellWord } from '../shell-word.js';
import { BaseCommand } from './base-command.js';
import { interruptible } from './interrupt.js';
import { dataWords } from './place-flags.js';
import { renderTable } from './table.js';

/** `--force`: replaces a corpus that was prepared otherwise. */
export const forceFlag = Flags.boolean({
  description: 'Replace a corpus of the same name that was prepared from other files or with other options.',
});

/** Callbacks of a preparation, and the command that started it. */
export type PrepareHooks = Pick<PrepareOptions, 'onProgress' | 'onNote' | 'signal' | 'command'>;

/** The base of the commands under `zlm prepare`: progress, Ctrl-C, and the report. */
export abstract class PrepareCommand<T extends typeof Command> extends BaseCommand<T> {
  /** Runs a preparation with progress, until it ends or is interrupted. */
  protected async working<Summary>(work: (hooks: PrepareHooks) => Promise<Summary>): Promise<Summary> {
    const progress = this.progress();
    return await interruptible(
      (signal) =>
        work({
          onProgress: (now) => progress.update(now),
          onNote: (line) => progress.note(line),
          signal,
          command: this.commandLine(),
        }),
      () => progress.note('Stopping'),
    );
  }

  /**
   * Runs a preparation and prints its report.
   *
   * @param work       prepares the corpus, with the given callbacks and signal
   * @param trainOn    the words that `zlm train` needs to train on the corpus: ["configs/small.yaml"]
   * @param dataFolder named in the suggested command if it is not the default
   */
  protected async prepare(
    work: (hooks: PrepareHooks) => Promise<PreparedSummary>,
    trainOn: (summary: PreparedSummary) => Promise<string[]>,
    dataFolder: string,
  ): Promise<PrepareResult> {
    const summary = await this.working(work);
    const next = ['zlm', 'train', ...(await trainOn(summary)), ...dataWords(dataFolder)];
    return this.print(toPrepareResult(summary, next.map(shellWord).join(' ')), renderPrepared);
  }
}

/** The output of `--json`; see schemas/output/prepare-ptb.schema.json and its siblings. */
export interface PrepareResult {
  readonly corpus: string;
  readonly folder: string;
  /** The corpus existed, so nothing was written. */
  readonly alreadyPrepared: boolean;
  readonly source: string;
  readonly unit: Manifest['unit'];
  readonly vocabulary: Manifest['vocabulary'];
  readonly splits: Readonly<Record<SplitName, SplitFacts>>;
  /** Properties of the corpus that may spoil training. */
  readonly advice: readonly string[];
  /** The command that trains on the corpus. */
  readonly next: string;
}

/** Makes the result of a preparation. @param next the command that trains on the corpus */
export function toPrepareResult(
  { name, folder, alreadyPrepared, manifest }: PreparedSummary,
  next: string,
): PrepareResult {
  const { source, unit, vocabulary, splits } = manifest;
  return {
    corpus: name,
    folder,
    alreadyPrepared,
    source,
    unit,
    vocabulary,
    splits,
    advice: adviceOn(manifest),
    next,
  };
}

/** Renders the result of a preparation. @param width of the terminal, in columns; infinite without one */
export function renderPrepared(result: PrepareResult, width?: number): string {
  const { corpus, folder, alreadyPrepared, source, unit, vocabulary, splits, advice, next } = result;
  const kind = unit === 'word' ? 'words' : 'characters';
  return [
    `${corpus} ${stateOf(alreadyPrepared)}: ${source}`,
    `folder ${folder}, vocabulary of ${count(vocabulary.size)} ${kind}`,
    renderTable(
      COLUMNS,
      SPLITS.map((split) => row(split, splits[split])),
      width,
    ),
    ...advice.map((sentence) => `Note: ${sentence}`),
    `next: ${next}`,
  ].join('\n');
}

/** Returns whether a corpus was made, as a predicate. */
export function stateOf(alreadyPrepared: boolean): string {
  return alreadyPrepared ? 'was already prepared, from the same files with the same options' : 'prepared';
}

const COLUMNS = [
  { title: 'split' },
  { title: 'lines', align: 'right' },
  { title: 'tokens', align: 'right' },
  { title: 'types', align: 'right', rank: 1 },
  { title: 'unknown', align: 'right' },
] as const;

function row(split: SplitName, { lines, tokens, types, unknown }: SplitFacts): string[] {
  return [split, count(lines), count(tokens), count(types), `${((100 * unknown) / tokens).toFixed(2)} %`];
}

/** Writes a number with separators of thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
