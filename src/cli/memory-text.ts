/** The output of `zlm inspect memory`: a table over lags and a table over contexts for each network. */
import type { LagNorms, MemoryReport, MemoryUnderNoise } from '../inspect/memory.js';
import { plainNumber } from '../plain-number.js';
import { formatDuration, formatExactly, formatPerplexity } from './format.js';
import { renderTable } from './table.js';

/** Lags in the table; the figure and --json have all. */
const SHOWN_LAGS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1000];

/** The result of the command; see schemas/output/inspect-memory.schema.json. */
export interface MemoryResult {
  readonly networks: readonly MemoryReport[];
  /** The file of the figure; null without --out. */
  readonly figure: string | null;
}

/** Renders the reports. */
export function renderMemory({ networks, figure }: MemoryResult): string {
  return [...networks.map(networkText), ...(figure === null ? [] : [`figure ${figure}`])].join('\n\n');
}

function networkText(report: MemoryReport): string {
  const { name, checkpoint, epochs, corpus, positions, protocol, backend, seconds } = report;
  const state =
    checkpoint === null
      ? 'untrained'
      : `${checkpoint} checkpoint after ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`;
  return [
    `memory of ${name}, ${state}`,
    `  corpus ${corpus}, ${formatExactly(positions)} positions of valid${protocol === 'sentences' ? ', each line from the zero state' : ''}`,
    ...report.gradients.flatMap((under) => ['', ...gradientLines(under, report)]),
    '',
    ...contextLines(report),
    `  ${formatDuration(seconds)} on backend ${backend}`,
  ].join('\n');
}

function gradientLines({ noise, lags, horizon }: MemoryUnderNoise, { overrides }: MemoryReport): string[] {
  const table = overrides.length > 0 ? ` of ${overrides.join(' ')}` : '';
  const title =
    noise === 'none' ? 'gradients without dropout' : `gradients with the dropout${table || ' of training'}`;
  const last = lags[lags.length - 1].lag;
  const end =
    horizon === null
      ? `at lag ${last}, the loss still receives a hundredth of what it receives at lag 1, or more`
      : `from lag ${horizon} on, the loss receives less than a hundredth of what it receives at lag 1`;
  const rows = lags.filter(({ lag }) => SHOWN_LAGS.includes(lag) || lag === last);
  const hasCells = lags.every(({ lossCell }) => lossCell !== null);
  const noisy = noise === 'training';
  const columns = [
    'lag k',
    '‖∂loss/∂h(t−k)‖',
    ...(hasCells ? ['‖∂loss/∂c(t−k)‖'] : []),
    '‖∂h/∂h(t−k)‖/√H',
    ...(noisy ? ['agreement', 'survival'] : []),
  ].map((heading) => ({ title: heading, align: 'right' as const }));
  return [
    `${title}: ${end}`,
    renderTable(
      columns,
      rows.map((row) => cells(row, hasCells, noisy)),
    ),
  ];
}

function cells(
  { lag, lossHidden, lossCell, jacobian, agreement, survival }: LagNorms,
  hasCells: boolean,
  noisy: boolean,
): string[] {
  return [
    String(lag),
    short(lossHidden.median),
    ...(hasCells && lossCell ? [short(lossCell.median)] : []),
    short(jacobian),
    ...(noisy ? [agreement.toFixed(2), short(survival)] : []),
  ];
}

function contextLines({ context: { lengths, full, effective, split } }: MemoryReport): string[] {
  const columns = [
    { title: 'context', align: 'right' as const },
    { title: 'perplexity', align: 'right' as const },
  ];
  const rows = lengths.map(({ length, perplexity }) => [String(length), formatPerplexity(perplexity)]);
  const reach =
    effective === null
      ? 'none of these lengths stays within 1 % of the whole text'
      : `from ${effective} ${effective === 1 ? 'token' : 'tokens'} on within 1 % of the whole text`;
  return [
    `perplexity after a limited context: ${reach}`,
    renderTable(columns, [...rows, ['whole text', formatPerplexity(full)]]),
    `  perplexity of the whole split ${formatPerplexity(split.perplexity)} over ${formatExactly(split.predictions)} predictions`,
  ];
}

function short(value: number): string {
  return value > 0 && value < 1e-4 ? value.toExponential(1) : plainNumber(value, 3);
}
