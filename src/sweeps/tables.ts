/** Writes the tables of a sweep into its folder: Markdown for people, CSV for other programs, JSON with everything. */
import { valueText } from '../runs/run-differences.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import type { GroupReport, RunReport, Spread, SweepReport, Values } from './report.js';
import type { SweepFolder } from './sweep-folder.js';

/** Writes all tables; each replaces the older one at once. */
export async function writeTables(folder: SweepFolder, report: SweepReport): Promise<void> {
  await writeFileAtomically(folder.table('md'), markdownTables(report));
  await writeFileAtomically(folder.table('csv'), runsCsv(report.runs));
  await writeFileAtomically(folder.table('json'), `${JSON.stringify(report, null, 2)}\n`);
}

/** Returns the table of groups in Markdown, and on a recall corpus that of the recall by lag. */
export function markdownTables(report: SweepReport): string {
  const recall = recallRows(report);
  return [
    `# ${report.sweep}\n`,
    ...(report.metric ? ['Valid and test are phone error rates.\n'] : []),
    markdownTable(groupRows(report)),
    ...(recall
      ? [`\nAccuracy at the recalled words of test by lag, mean over seeds:\n`, markdownTable(recall)]
      : []),
  ]
    .join('\n')
    .concat('\n');
}

function groupRows({ groups, metric }: SweepReport): string[][] {
  const axes = keysOf(groups.map(({ grid }) => grid));
  const tuned = keysOf(groups.map((group) => group.tuned ?? {}));
  const translates = groups.some(({ bleu }) => bleu);
  const head = [
    ...['variant', ...axes, ...tuned.map((key) => `${key} (tuned)`), 'seeds', 'valid', 'test'],
    ...(translates ? ['test BLEU'] : []),
    '',
  ];
  const rows = groups.map((group) => [
    group.variant ?? '–',
    ...axes.map((key) => valueText(group.grid[key])),
    ...tuned.map((key) => valueText(group.tuned?.[key])),
    `${group.valid?.count ?? 0}`,
    spreadText(group.valid, metric),
    spreadText(group.test, metric),
    ...(translates ? [spreadText(group.bleu ?? null, undefined)] : []),
    noteOf(group),
  ]);
  return [head, ...rows];
}

/** Returns what is special about a group: that it is the best, and what is missing of it. */
export function noteOf({ best, finished, wanted, lost }: GroupReport): string {
  const open = wanted - finished - lost;
  return [
    ...(best ? ['best'] : []),
    ...(lost > 0 ? [`${lost} without a result`] : []),
    ...(open > 0 ? [`${open} to do`] : []),
  ].join(', ');
}

/** Returns a row for each lag and a column for each group; undefined when nothing was recalled. */
function recallRows({ groups, chance }: SweepReport): string[][] | undefined {
  const measured = groups.filter(({ recall }) => recall);
  const lags = [...new Set(measured.flatMap(({ recall = [] }) => recall.map(({ lag }) => lag)))];
  if (lags.length === 0 || !chance) return undefined;
  const names = measured.map((group) => groupName(group));
  const cell = ({ recall = [] }: GroupReport, lag: number) =>
    percent(recall.find((one) => one.lag === lag)?.accuracy);
  return [
    ['lag', ...names],
    ...lags.sort((a, b) => a - b).map((lag) => [`${lag}`, ...measured.map((group) => cell(group, lag))]),
    ['chance', ...measured.map(() => percent(chance.accuracy))],
  ];
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** Names a group in one word: "vertical, bptt 20". */
export function groupName({ variant, grid }: Pick<GroupReport, 'variant' | 'grid'>): string {
  const settings = Object.entries(grid).map(([key, value]) => `${key} ${valueText(value)}`);
  return [...(variant === null ? [] : [variant]), ...settings].join(', ') || 'all';
}

/** Formats a figure with its spread: "115.10 ± 0.42", or "23.41 ± 0.30 %" of shares. */
function spreadText(spread: Spread | null, metric: SweepReport['metric']): string {
  if (spread === null) return '–';
  const { mean, deviation } = spread;
  const [scale, unit] = metric ? [100, ' %'] : [1, ''];
  const figures = deviation === null ? [mean] : [mean, deviation];
  return figures.map((figure) => (scale * figure).toFixed(2)).join(' ± ') + unit;
}

/** Returns the keys of maps, in the order in which they first occur. */
export function keysOf(maps: readonly Values[]): string[] {
  return [...new Set(maps.flatMap((map) => Object.keys(map)))];
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((row) => row[column].length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

/** Returns one line for each run, with a column for each key of the grid and of what is tuned. */
export function runsCsv(runs: readonly RunReport[]): string {
  const grid = keysOf(runs.map((run) => run.grid));
  const tuned = keysOf(runs.map((run) => run.tuned));
  const head = ['run', 'variant', ...grid, ...tuned.map((key) => `tuned ${key}`), 'seed', 'state', 'chosen'];
  const translates = runs.some(({ bleu }) => bleu !== undefined);
  const figures = [
    'epoch',
    'epochs',
    'valid',
    'test',
    ...(translates ? (['bleu'] as const) : []),
    'seconds',
  ] as const;
  const rows = runs.map((run) => [
    run.run,
    run.variant ?? '',
    ...grid.map((key) => cellOf(run.grid[key])),
    ...tuned.map((key) => cellOf(run.tuned[key])),
    cellOf(run.seed),
    run.state,
    `${run.chosen}`,
    ...figures.map((figure) => cellOf(run[figure])),
  ]);
  return csvText([[...head, ...figures], ...rows]);
}

/** Returns rows as comma-separated values, quoted where they need it. */
export function csvText(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => `${row.map((value) => quoted(cellOf(value))).join(',')}\n`).join('');
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function quoted(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
