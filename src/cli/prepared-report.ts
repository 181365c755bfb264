/** What `zlm prepare` says about a corpus: a table for a person, an object for `--json`. */

import type { PreparedSummary } from '../corpus/build/corpus-recipe.js';
import { adviceOn } from '../corpus/corpus-report.js';
import { type Manifest, SPLITS, type SplitFacts, type SplitName } from '../corpus/manifest.js';
import { renderTable } from './table.js';

/** What `--json` prints; see schemas/output/prepare-ptb.schema.json and its sisters. */
export interface PrepareResult {
  readonly corpus: string;
  readonly folder: string;
  /** Whether the corpus was there already, so that nothing was written. */
  readonly alreadyPrepared: boolean;
  readonly source: string;
  readonly unit: Manifest['unit'];
  readonly vocabulary: Manifest['vocabulary'];
  readonly splits: Readonly<Record<SplitName, SplitFacts>>;
  /** What may spoil a training. */
  readonly advice: readonly string[];
  /** The command that trains on the corpus. */
  readonly next: string;
}

/** @param next the command that trains on the corpus */
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

export function renderPrepared(result: PrepareResult): string {
  const { corpus, folder, alreadyPrepared, source, unit, vocabulary, splits, advice, next } = result;
  const kind = unit === 'word' ? 'words' : 'characters';
  const state = alreadyPrepared
    ? 'was already prepared, from the same files with the same options'
    : 'prepared';
  return [
    `${corpus} ${state}: ${source}`,
    `folder ${folder}, vocabulary of ${count(vocabulary.size)} ${kind}`,
    renderTable(
      COLUMNS,
      SPLITS.map((split) => row(split, splits[split])),
    ),
    ...advice.map((sentence) => `note: ${sentence}`),
    `next: ${next}`,
  ].join('\n');
}

const COLUMNS = [
  { title: 'split' },
  { title: 'lines', align: 'right' },
  { title: 'tokens', align: 'right' },
  { title: 'types', align: 'right' },
  { title: 'unknown', align: 'right' },
] as const;

function row(split: SplitName, { lines, tokens, types, unknown }: SplitFacts): string[] {
  return [split, count(lines), count(tokens), count(types), `${((100 * unknown) / tokens).toFixed(2)} %`];
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
