/** The output of `zlm metrics`: a table, or comma-separated values. */
import { plainNumber } from '../plain-number.js';
import type { AnyMetricsRow, EpochRow, NgramRow, WindowsRow } from '../training/metrics.js';
import { formatCount, formatDuration, formatPerplexity, formatRate } from './format.js';
import { type Column, renderTable } from './table.js';

/** The output of `--json`; see schemas/output/metrics.schema.json. */
export interface MetricsResult {
  readonly run: string;
  /** Rows of one kind, in order of time. */
  readonly rows: readonly AnyMetricsRow[];
}

/** Kind of rows of a network's training. */
export type RowChoice = 'epochs' | 'windows';

/** Columns of the CSV, in order. */
const EPOCH_COLUMNS = [
  'epoch',
  'windows',
  'learningRate',
  'averaged',
  'trainPerplexity',
  'validPerplexity',
  'validPredictions',
  'validBleu',
  'isBest',
  'seconds',
] as const satisfies readonly (keyof EpochRow)[];

const WINDOWS_COLUMNS = [
  'epoch',
  'windows',
  'perplexity',
  'gradientNorm',
  'learningRate',
  'tokensPerSecond',
  'seconds',
] as const satisfies readonly (keyof WindowsRow)[];

/** Selects the rows of a kind; an n-gram model has only one kind. */
export function rowsOf(rows: readonly AnyMetricsRow[], choice: RowChoice): AnyMetricsRow[] {
  const kind = choice === 'epochs' ? 'epoch' : 'windows';
  return rows.filter((row) => row.kind === kind || row.kind === 'ngram');
}

/** Renders rows as comma-separated values: a line of names, then a line for each row, numbers with all their digits. */
export function metricsCsv({ rows }: MetricsResult, choice: RowChoice): string {
  const tables = rows.map(csvCells);
  const all: readonly string[] = tables[0] ? Object.keys(tables[0]) : columnsOf(choice);
  // A task that measures no BLEU has no column for it.
  const columns = all.filter((column) => column !== 'validBleu' || tables.some((cells) => cells[column]));
  const lines = tables.map((cells) => columns.map((column) => cells[column] ?? '').join(','));
  return [columns.join(','), ...lines].join('\n');
}

/** Renders rows as a table. @param width of the terminal, in columns; infinite without one */
export function renderMetrics({ run, rows }: MetricsResult, choice: RowChoice, width?: number): string {
  const [first] = rows;
  if (first === undefined) {
    const other = choice === 'epochs' ? ' yet; `--rows windows` shows the windows so far' : '';
    return `No ${choice} in the metrics of ${run}${other}`;
  }
  if (first.kind === 'ngram')
    return rows.map((row) => (row.kind === 'ngram' ? ngramText(row) : '')).join('\n');
  return choice === 'epochs'
    ? renderTable(EPOCH_TITLES, rows.flatMap(epochCells), width)
    : renderTable(WINDOWS_TITLES, rows.flatMap(windowsCells), width);
}

const EPOCH_TITLES: readonly Column[] = [
  { title: 'epoch', align: 'right' },
  { title: 'windows', align: 'right', rank: 1 },
  { title: 'learning rate', align: 'right', rank: 3 },
  { title: 'train perplexity', align: 'right', rank: 4 },
  { title: 'valid perplexity', align: 'right' },
  { title: '' },
  { title: 'time', align: 'right', rank: 2 },
];

const WINDOWS_TITLES: readonly Column[] = [
  { title: 'epoch', align: 'right' },
  { title: 'windows', align: 'right' },
  { title: 'train perplexity', align: 'right' },
  { title: 'gradient norm', align: 'right', rank: 3 },
  { title: 'learning rate', align: 'right', rank: 2 },
  { title: 'tokens/s', align: 'right', rank: 4 },
  { title: 'time', align: 'right', rank: 1 },
];

function epochCells(row: AnyMetricsRow): string[][] {
  if (row.kind !== 'epoch') return [];
  const {
    epoch,
    windows,
    learningRate,
    averaged,
    trainPerplexity,
    validPerplexity,
    validBleu,
    isBest,
    seconds,
  } = row;
  const bleu = validBleu === undefined ? '' : `BLEU ${validBleu.toFixed(2)}`;
  const marks = [bleu, isBest ? 'best so far' : '', averaged ? 'averaged' : ''].filter((mark) => mark !== '');
  return [
    [
      String(epoch),
      windows.toLocaleString('en-US'),
      shortRate(learningRate),
      perplexityText(trainPerplexity),
      perplexityText(validPerplexity),
      marks.join(', '),
      formatDuration(seconds),
    ],
  ];
}

function windowsCells(row: AnyMetricsRow): string[][] {
  if (row.kind !== 'windows') return [];
  const { epoch, windows, perplexity, gradientNorm, learningRate, tokensPerSecond, seconds } = row;
  return [
    [
      String(epoch),
      windows.toLocaleString('en-US'),
      perplexityText(perplexity),
      gradientNorm.toFixed(3),
      shortRate(learningRate),
      formatRate(tokensPerSecond),
      formatDuration(seconds),
    ],
  ];
}

function ngramText({ trainTokens, ngrams, validPerplexity, validPredictions, seconds }: NgramRow): string {
  const counts = ngrams.map((count, index) => `${formatCount(count)} of length ${index + 1}`);
  return [
    `valid perplexity ${formatPerplexity(validPerplexity)} over ${validPredictions.toLocaleString('en-US')} predictions`,
    `  ${trainTokens.toLocaleString('en-US')} tokens counted in ${formatDuration(seconds)}`,
    `  different n-grams: ${counts.join(', ')}`,
  ].join('\n');
}

/** Returns a row's values by column; an n-gram model's lists have a column for each item, as in "discounts.2.1". */
function csvCells(row: AnyMetricsRow): Record<string, string> {
  if (row.kind === 'ngram') {
    const { kind: _kind, ...figures } = row;
    return Object.fromEntries(flattened('', figures));
  }
  const values = new Map<string, unknown>(Object.entries(row));
  const columns = columnsOf(row.kind === 'epoch' ? 'epochs' : 'windows');
  return Object.fromEntries(columns.map((column) => [column, String(values.get(column) ?? '')]));
}

function flattened(prefix: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, item]) => {
    const step = Array.isArray(value) ? String(Number(key) + 1) : key;
    return flattened(prefix === '' ? step : `${prefix}.${step}`, item);
  });
}

function columnsOf(choice: RowChoice): readonly string[] {
  return choice === 'epochs' ? EPOCH_COLUMNS : WINDOWS_COLUMNS;
}

function shortRate(learningRate: number): string {
  return plainNumber(learningRate, 3);
}

/** Formats a perplexity; null in JSON means that it was too large for a number. */
function perplexityText(perplexity: number | null): string {
  return perplexity === null ? '–' : formatPerplexity(perplexity);
}
