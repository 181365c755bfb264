/** The report of the commands that prepare a parallel corpus: a table, or an object for `--json`. */
import { SPLITS, type SplitName } from '../corpus/manifest.js';
import { type PairFacts, type ParallelManifest, SIDES } from '../corpus/parallel/manifest.js';
import type { PreparedParallel } from '../corpus/parallel/prepare.js';
import { shellWord } from '../shell-word.js';
import { writeOverride } from '../spec/yaml.js';
import { dataWords } from './place-flags.js';
import { count, stateOf } from './prepare-command.js';
import { renderTable } from './table.js';

/** The output of `--json`; see schemas/output/prepare-parallel.schema.json. */
export interface PrepareParallelResult {
  readonly corpus: string;
  readonly folder: string;
  /** The corpus existed, so nothing was written. */
  readonly alreadyPrepared: boolean;
  readonly description: string;
  readonly vocabulary: ParallelManifest['vocabulary'];
  /** Numbers of BPE merges; null for whole words. */
  readonly merges: ParallelManifest['merges'];
  readonly splits: Readonly<Record<SplitName, PairFacts>>;
  readonly dropped: ParallelManifest['dropped'];
  /** Properties of the corpus that may spoil training. */
  readonly advice: readonly string[];
  /** The command that trains on the corpus. */
  readonly next: string;
}

/** The spec of a first training on a parallel corpus, and the corpus that it names. */
const FIRST = { spec: 'configs/translation.yaml', corpus: 'libreoffice' };

/**
 * Makes the result of a preparation.
 *
 * @param dataFolder named in the suggested command if it is not the default
 */
export function toParallelResult(
  { name, folder, alreadyPrepared, manifest }: PreparedParallel,
  dataFolder: string,
): PrepareParallelResult {
  const { description, vocabulary, merges, splits, dropped } = manifest;
  const advice = adviceOn(manifest);
  const other = name === FIRST.corpus ? [] : ['--set', writeOverride('corpus', name)];
  const next = ['zlm', 'train', FIRST.spec, ...other, ...dataWords(dataFolder)].map(shellWord).join(' ');
  return {
    corpus: name,
    folder,
    alreadyPrepared,
    description,
    vocabulary,
    merges,
    splits,
    dropped,
    advice,
    next,
  };
}

/** Renders the result of a preparation. @param width of the terminal, in columns; infinite without one */
export function renderParallel(result: PrepareParallelResult, width?: number): string {
  const { corpus, folder, alreadyPrepared, description, vocabulary, merges, splits, advice, next } = result;
  const kind = merges === null ? 'words' : 'subwords';
  const { source, target, shared } = vocabulary;
  const vocabularies = shared
    ? `one vocabulary of ${count(source)} ${kind} for both sides`
    : `vocabularies of ${count(source)} source ${kind} and ${count(target)} target ${kind}`;
  return [
    `${corpus} ${stateOf(alreadyPrepared)}: ${description}`,
    `folder ${folder}, ${vocabularies}`,
    renderTable(
      COLUMNS,
      SPLITS.map((split) => row(split, splits[split])),
      width,
    ),
    ...droppedLine(result),
    ...advice.map((sentence) => `Note: ${sentence}`),
    `next: ${next}`,
  ].join('\n');
}

const COLUMNS = [
  { title: 'split' },
  { title: 'pairs', align: 'right' },
  { title: 'source tokens', align: 'right' },
  { title: 'unknown', align: 'right' },
  { title: 'target tokens', align: 'right' },
  { title: 'unknown', align: 'right' },
] as const;

function row(split: SplitName, facts: PairFacts): string[] {
  return [
    split,
    count(facts.pairs),
    ...SIDES.flatMap((side) => {
      const { tokens, unknown } = facts[side];
      return [count(tokens), `${((100 * unknown) / tokens).toFixed(2)} %`];
    }),
  ];
}

function droppedLine({ dropped: { empty, length, repeated } }: PrepareParallelResult): string[] {
  if (empty + length + repeated === 0) return [];
  const reasons = `${count(empty)} empty, ${count(length)} too short or too long, ${count(repeated)} repeated`;
  return [`left out: ${reasons}`];
}

/** Returns warnings about a corpus that may spoil training: one sentence each, with what to do. */
function adviceOn({ splits: { train, test }, merges }: ParallelManifest): string[] {
  // Of subwords, only characters that train does not have are unknown.
  if (merges !== null) return [];
  return SIDES.filter((side) => train[side].unknown === 0 && test[side].unknown > 0).map(
    (side) =>
      `<unk> occurs in ${side} sentences of test but never in train, so a model cannot learn it: ` +
      'use --bpe, --min-count 2, or a smaller --vocab-size.',
  );
}
