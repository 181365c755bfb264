/** The table of `zlm sweep`: a line for each group with the spread over seeds, never wider than the terminal. */
import ansis from 'ansis';
import { valueText } from '../runs/run-differences.js';
import type { GroupReport, RunReport, SweepReport } from '../sweeps/report.js';
import { groupName, keysOf, noteOf } from '../sweeps/tables.js';
import { formatDuration, formatPercent, formatPerplexity } from './format.js';
import { liveText } from './runs-table.js';
import { type Column, renderTable } from './table.js';
import { clip } from './text-width.js';

const INDENT = '  ';

/** Problems that are shown; the tables in the folder have them all. */
const MOST_PROBLEMS = 5;

/**
 * Renders a sweep: its groups, the runs that are being trained, and what went wrong.
 *
 * @param width of the terminal, in columns; infinite without one
 */
export function renderSweep(report: SweepReport, width = Number.POSITIVE_INFINITY): string {
  const { groups, runs } = report;
  const table = tableOf(columnsOf(report), groups, width).split('\n');
  const working = runs.filter(({ state }) => state === 'running').flatMap((run) => workingLine(run, width));
  const problems = runs.filter(({ state }) => state === 'diverged' || state === 'failed');
  return [
    clip(headLine(report), width),
    ...table.map((line) => clip(line, width)),
    ...working,
    ...problems.slice(0, MOST_PROBLEMS).map((run) => clip(problemLine(run), width)),
    ...(problems.length > MOST_PROBLEMS ? [`… ${problems.length - MOST_PROBLEMS} more`] : []),
  ].join('\n');
}

/** Renders the result of a sweep: the table, and where the files are. */
export function renderSweepResult(report: SweepReport, width: number): string {
  const { folder, runs } = report;
  const lost = runs.filter(({ state }) => state === 'diverged' || state === 'failed');
  const details = lost.filter(({ problem }) => problem).slice(0, MOST_PROBLEMS);
  return [
    renderSweep(report, width),
    ...recallLines(report, width),
    `tables ${folder}/table.md, .csv, .json`,
    ...details.map(({ run, problem }) => `${run}:\n${indented(problem ?? '')}`),
  ].join('\n');
}

/** A column of a table of groups. */
interface GroupColumn extends Column {
  cell(group: GroupReport): string;
}

function tableOf(columns: readonly GroupColumn[], groups: readonly GroupReport[], width: number): string {
  const rows = groups.map((group) => columns.map((column) => column.cell(group)));
  return renderTable(columns, rows, width);
}

function headLine({ sweep, groups, runs }: SweepReport): string {
  const count = (state: RunReport['state']) => runs.filter((run) => run.state === state).length;
  const wanted = groups.reduce((sum, group) => sum + group.wanted, 0);
  const parts = [
    `${count('finished')} of ${wanted} runs finished`,
    ...(['queued', 'running', 'interrupted', 'diverged', 'failed', 'cancelled'] as const)
      .filter((state) => count(state) > 0)
      .map((state) => `${count(state)} ${state}`),
  ];
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0);
  return `${sweep}: ${parts.join(', ')}; ${formatDuration(seconds)} of training`;
}

function columnsOf({ groups, metric }: SweepReport): GroupColumn[] {
  const named = groups.some(({ variant }) => variant !== null);
  const grid = keysOf(groups.map((group) => group.grid));
  const tuned = keysOf(groups.map((group) => group.tuned ?? {}));
  const spread = (title: 'valid' | 'test', rank: number): GroupColumn[] => [
    { title, align: 'right', cell: (group) => colored(group, meanText(group[title]?.mean, metric)) },
    { title: '±', rank, cell: (group) => deviationText(group[title]?.deviation, metric) },
  ];
  return [
    { title: '', cell: ({ best }) => (best ? '*' : '') },
    ...(named ? [{ title: 'variant', cell: ({ variant }: GroupReport) => variant ?? '–' }] : []),
    ...grid.map(
      (key): GroupColumn => ({
        title: key,
        align: 'right',
        cell: (group) => valueText(group.grid[key]),
      }),
    ),
    ...tuned.map(
      (key): GroupColumn => ({
        title: `${key} tuned`,
        align: 'right',
        rank: 3,
        cell: (group) => valueText(group.tuned?.[key]),
      }),
    ),
    {
      title: 'runs',
      align: 'right',
      rank: 4,
      cell: ({ finished, wanted }) => `${finished} of ${wanted}`,
    },
    ...spread('valid', 1),
    ...spread('test', 2),
    ...(groups.some(({ bleu }) => bleu)
      ? [
          { title: 'BLEU', align: 'right' as const, cell: ({ bleu }: GroupReport) => bleuText(bleu?.mean) },
          { title: '±', rank: 2, cell: ({ bleu }: GroupReport) => deviationText(bleu?.deviation, undefined) },
        ]
      : []),
    { title: '', rank: 0, cell: (group) => noteOf({ ...group, best: false }) },
  ];
}

function colored({ best }: GroupReport, text: string): string {
  return best ? ansis.green(text) : text;
}

function meanText(mean: number | undefined, metric: SweepReport['metric']): string {
  if (mean === undefined) return '–';
  return metric ? formatPercent(mean) : formatPerplexity(mean);
}

function bleuText(score: number | undefined): string {
  return score === undefined ? '–' : score.toFixed(2);
}

function deviationText(deviation: number | null | undefined, metric: SweepReport['metric']): string {
  if (deviation === null || deviation === undefined) return '';
  return metric ? formatPercent(deviation) : deviation.toFixed(2);
}

function workingLine({ run, live }: RunReport, width: number): string[] {
  const head = `${INDENT}${run}: `;
  const text = live ? liveText(live, width - head.length) : 'starting';
  return [clip(`${head}${text}`, width)];
}

function problemLine({ run, state, problem }: RunReport): string {
  const first = problem?.split('\n', 1)[0];
  return `${INDENT}${ansis.red(`${run}: ${state}`)}${first ? `: ${first}` : ''}`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `${INDENT}${line}`)
    .join('\n');
}

/** Renders accuracy by lag for each group of a recall sweep: a row for each group, a column for each lag. */
function recallLines({ groups, chance }: SweepReport, width: number): string[] {
  const measured = groups.filter(({ recall }) => recall);
  if (measured.length === 0 || !chance) return [];
  const lags = [...new Set(measured.flatMap(({ recall = [] }) => recall.map(({ lag }) => lag)))];
  const columns: GroupColumn[] = [
    { title: 'recalled after', cell: groupName },
    ...lags.map(
      (lag, index): GroupColumn => ({
        title: `${lag}`,
        align: 'right',
        // On a narrow terminal the longest lags stay.
        ...(index < lags.length - 2 && { rank: index }),
        cell: ({ recall = [] }) => percent(recall.find((one) => one.lag === lag)?.accuracy),
      }),
    ),
  ];
  return [tableOf(columns, measured, width), `chance ${percent(chance.accuracy)}`];
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(0)} %`;
}

/** Returns a line for each run whose state has changed since an earlier report, for a log. */
export function changedLines(before: SweepReport | null, now: SweepReport): string[] {
  const states = new Map(before?.runs.map(({ run, state, test }) => [run, `${state} ${test}`]));
  return now.runs
    .filter(({ run, state, test }) => {
      const earlier = states.get(run);
      return earlier === undefined
        ? state !== 'waiting' && state !== 'not needed'
        : earlier !== `${state} ${test}` && state !== 'waiting';
    })
    .map(({ run, state, valid, test, bleu, problem }) =>
      [
        `${run}: ${state}`,
        ...(valid === null ? [] : [`valid ${meanText(valid, now.metric)}`]),
        ...(test === null ? [] : [`test ${meanText(test, now.metric)}`]),
        ...(bleu === undefined ? [] : [`BLEU ${bleuText(bleu)}`]),
        ...(problem ? [problem.split('\n', 1)[0]] : []),
      ].join(', '),
    );
}
