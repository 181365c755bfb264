/** The table of `zlm runs`: a line for each run, with the progress of a running one below it, never wider than the terminal. */
import ansis from 'ansis';
import { chosenEvaluation, type Evaluation } from '../runs/evaluations.js';
import type { RunSummary } from '../runs/list-runs.js';
import type { LiveProgress } from '../runs/live-progress.js';
import { commonValues, type KeyValues, valueText } from '../runs/run-differences.js';
import { formatCount, formatDuration, formatPercent, formatPerplexity, formatRate } from './format.js';
import { type Column, tableRows } from './table.js';
import { clip, visibleWidth } from './text-width.js';

/** A column of the table. */
interface RunColumn extends Column {
  cell(run: RunSummary): string;
}

const NOTHING = '–';

/** Least width for the keys; with less they are below their run. */
const LEAST_KEYS_WIDTH = 24;

const INDENT = '     ';

const STATE_COLORS: Record<RunSummary['state'], (text: string) => string> = {
  running: ansis.cyan,
  finished: ansis.green,
  interrupted: ansis.yellow,
  diverged: ansis.red,
  unreadable: ansis.red,
};

/**
 * Renders the runs as a table in the given order, with the problems of unreadable runs below it.
 *
 * @param folder the folder of the runs
 * @param width  of the terminal, in columns; infinite without one
 */
export function renderRuns(
  runs: readonly RunSummary[],
  folder: string,
  width: number = Number.POSITIVE_INFINITY,
): string {
  if (runs.length === 0) return `No runs in ${folder} yet; \`zlm train configs/quickstart.yaml\` makes one`;
  const lines = tableLines(runs, width);
  const keys = keyTexts(runs);
  const tableWidth = Math.max(...lines.map(visibleWidth));
  const beside = keys.some((text) => text !== '') && width - tableWidth - 2 >= LEAST_KEYS_WIDTH;
  const [head = '', ...rows] = beside
    ? besideLines(lines, ['differs in', ...keys], tableWidth, width)
    : lines;
  const body = runs.flatMap((run, index) => [
    rows[index] ?? '',
    ...(run.live ? [`${INDENT}${liveText(run.live, width - INDENT.length)}`] : []),
    ...(!beside && keys[index] ? [`${INDENT}${keys[index]}`] : []),
  ]);
  const problems = runs.flatMap(({ name, problem }) =>
    problem === undefined ? [] : [`${name}: ${problem}`],
  );
  // Problems and cures are never cut.
  return [...[head, ...body].map((line) => clip(line, width)), ...problems].join('\n');
}

function tableLines(runs: readonly RunSummary[], width: number): string[] {
  const columns = columnsOf(runs);
  const rows = runs.map((run) => columns.map((column) => column.cell(run)));
  return tableRows(columns, rows, width).flat();
}

function columnsOf(runs: readonly RunSummary[]): RunColumn[] {
  const evaluated = (split: string) =>
    runs.some((run) => chosenEvaluation(run.evaluations, split) !== undefined);
  const readable = (cell: (run: RunSummary) => string) => (run: RunSummary) =>
    run.state === 'unreadable' ? NOTHING : cell(run);
  return [
    { title: '', cell: ({ latest }) => (latest ? '*' : '') },
    { title: 'run', cell: ({ name }) => name },
    { title: 'state', cell: stateCell },
    { title: 'corpus', rank: 2, cell: ({ corpus }) => corpus || NOTHING },
    {
      title: 'epoch',
      align: 'right',
      rank: 4,
      cell: readable(({ epoch, epochs }) => `${epoch} of ${epochs}`),
    },
    {
      title: 'valid',
      align: 'right',
      rank: 5,
      cell: readable(({ bestValidPerplexity, bestValidPhoneErrorRate }) =>
        figureText(bestValidPerplexity, bestValidPhoneErrorRate),
      ),
    },
    ...(evaluated('test') ? [{ title: 'test', cell: evaluationCell(runs, 'test') }] : []),
    ...(evaluated('valid') ? [{ title: 'valid by eval', rank: 1, cell: evaluationCell(runs, 'valid') }] : []),
    {
      title: 'time',
      align: 'right',
      rank: 3,
      cell: readable(({ seconds, live }) => formatDuration(live?.seconds ?? seconds)),
    },
  ];
}

/** Formats a perplexity, or the phone error rate of a recognizer of speech: "PER 23.41 %". */
function figureText(perplexity: number | null | undefined, phoneErrorRate?: number): string {
  if (phoneErrorRate !== undefined) return `PER ${formatPercent(phoneErrorRate)}`;
  return perplexity === null || perplexity === undefined ? NOTHING : formatPerplexity(perplexity);
}

function stateCell({ state, stoppedEarly }: RunSummary): string {
  return STATE_COLORS[state](stoppedEarly ? `${state} early` : state);
}

/** Formats a figure, with its protocol if that differs from the default: "115.10", "113.92 (last, batch 20)". */
function evaluationCell(runs: readonly RunSummary[], split: string): (run: RunSummary) => string {
  const figureOf = (evaluation: Evaluation | undefined) =>
    [
      figureText(evaluation?.perplexity, evaluation?.phoneErrorRate),
      ...(evaluation?.bleu === undefined ? [] : [`BLEU ${evaluation.bleu.toFixed(2)}`]),
    ].join(', ');
  const figures = runs.map((run) => figureOf(chosenEvaluation(run.evaluations, split)));
  const figureWidth = Math.max(...figures.map((figure) => figure.length));
  return (run) => {
    const evaluation = chosenEvaluation(run.evaluations, split);
    if (!evaluation) return NOTHING.padStart(figureWidth);
    const { checkpoint, batch, method = '', stale } = evaluation;
    const words = [
      checkpoint === 'best' ? '' : checkpoint,
      batch === 1 ? '' : `batch ${batch}`,
      method,
      stale ? 'stale' : '',
    ].filter((word) => word !== '');
    const figure = figureOf(evaluation).padStart(figureWidth);
    return words.length === 0 ? figure : `${figure} (${words.join(', ')})`;
  };
}

/** Keys with a column of their own. */
const SHOWN_ELSEWHERE = ['corpus', 'training.epochs'];

/** Returns the keys in which each run differs from most others, as in "dropout.input.rate=0.5 seed=2". */
function keyTexts(runs: readonly RunSummary[]): string[] {
  const tables = runs.map(({ differences }) => differences ?? {});
  const common = commonValues(tables);
  return tables.map((table) => keyText(table, common));
}

function keyText(table: KeyValues, common: KeyValues): string {
  return Object.entries(table)
    .filter(([key]) => !SHOWN_ELSEWHERE.includes(key))
    .map(([key, value]) => [key, valueText(value)] as const)
    .filter(([key, text]) => !(key in common) || valueText(common[key]) !== text)
    .map(([key, text]) => `${key.replace(/^(?:model|training)\./, '')}=${text}`)
    .join(' ');
}

function besideLines(
  lines: readonly string[],
  texts: readonly string[],
  tableWidth: number,
  width: number,
): string[] {
  return lines.map((line, index) => {
    const text = clip(texts[index] ?? '', width - tableWidth - 2);
    if (text === '') return line;
    return `${line}${' '.repeat(tableWidth - visibleWidth(line))}  ${index === 0 ? ansis.dim(text) : text}`;
  });
}

/** Returns as many figures as fit, the most important ones. */
export function liveText(live: LiveProgress, width: number): string {
  const { phase, epoch, done, total, unit, trainPerplexity, tokensPerSecond, secondsLeft } = live;
  const share = total ? `${Math.floor((100 * done) / total)}%` : formatCount(done);
  const what = { training: `epoch ${epoch}`, validating: `validating epoch ${epoch}`, counting: 'counting' }[
    phase
  ];
  const of = total ? ` of ${formatCount(total)} ${unit}` : ` ${unit}`;
  const perplexity = trainPerplexity === null ? [] : [`train perplexity ${shortPerplexity(trainPerplexity)}`];
  const speed = tokensPerSecond === null ? [] : [`${formatRate(tokensPerSecond)} tokens/s`];
  const left = secondsLeft === null ? [] : [`${formatDuration(secondsLeft)} left`];
  const versions = [
    [`${what}: ${share}${of}`, ...perplexity, ...speed, ...left],
    [`${what}: ${share}`, ...perplexity, ...speed, ...left],
    [`${what}: ${share}`, ...perplexity, ...left],
    [`${what}: ${share}`, ...perplexity],
    [`${what}: ${share}`],
  ].map((parts) => parts.join(', '));
  return versions.find((text) => text.length <= width) ?? `${what}: ${share}`;
}

function shortPerplexity(perplexity: number): string {
  return perplexity < 999.5 ? perplexity.toFixed(1) : formatPerplexity(perplexity);
}
