/** The tables of `zlm bench`. */
import type { BenchmarkReport, Entry, TrainingEntry } from '../benchmark/report.js';
import { formatRate } from './format.js';
import { rooflineText, shareOfPeak } from './roofline-text.js';
import { renderTable } from './table.js';
import { wrapLine } from './text-width.js';

/** Renders a benchmark's report. @param width of the terminal, in columns; infinite without one */
export function renderBenchmark(report: BenchmarkReport, width: number = Number.POSITIVE_INFINITY): string {
  const { machine, settings, roofline } = report;
  const head = `${machine.cpu}, ${plural(machine.threads, 'thread')}; medians of at most ${plural(settings.rounds, 'round')}`;
  const sections = [
    [head, ...(roofline ? [`At most ${rooflineText(roofline)}`] : [])]
      .flatMap((line) => wrapLine(line, width))
      .join('\n'),
    trainingTable(report, width),
    productTable(report, width),
    problemLines(report, width),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function trainingTable({ training }: BenchmarkReport, width: number): string {
  const columns = [
    { title: 'training step' },
    { title: 'backend' },
    { title: 'precision' },
    { title: 'tokens/s', align: 'right' },
    { title: 'GFLOP/s', align: 'right', rank: 2 },
    { title: 'of peak', align: 'right', rank: 4 },
    { title: 'wasm = 1', align: 'right', rank: 3 },
    // A deviation that is too large is also a line below the table.
    { title: 'deviation', align: 'right', rank: 1 },
  ] as const;
  const rows = training.map((entry) => [
    entry.model,
    entry.backend,
    entry.precision,
    entry.timing ? formatRate(entry.timing.tokensPerSecond) : '–',
    entry.timing ? formatGflops(entry.timing.gflops) : '–',
    shareOfPeak(entry.timing?.ofPeak ?? null),
    againstWasm(entry, training),
    deviation(entry),
  ]);
  return renderTable(columns, rows, width);
}

function productTable({ product }: BenchmarkReport, width: number): string {
  if (product === null) return '';
  const columns = [
    { title: `${product.rows}×${product.inner}×${product.columns} product` },
    { title: 'precision' },
    { title: 'GFLOP/s', align: 'right' },
    { title: 'of peak', align: 'right', rank: 2 },
    { title: 'deviation', align: 'right', rank: 1 },
  ] as const;
  const rows = product.entries.map((entry) => [
    entry.backend,
    entry.precision,
    entry.timing ? formatGflops(entry.timing.gflops) : '–',
    shareOfPeak(entry.timing?.ofPeak ?? null),
    deviation(entry),
  ]);
  return renderTable(columns, rows, width);
}

function problemLines({ training, product }: BenchmarkReport, width: number): string {
  const named = [
    ...training.map((entry) => ({ ...entry, job: entry.model })),
    ...(product?.entries ?? []).map((entry) => ({ ...entry, job: 'product' })),
  ];
  return named
    .filter(({ problem }) => problem !== null)
    .map(({ job, backend, precision, problem }) => `✖ ${job}, ${backend} ${precision}: ${problem}`)
    .flatMap((text) => text.split('\n').flatMap((line) => wrapLine(line, width)))
    .join('\n');
}

/** Returns the speed relative to the wasm backend if both have a rate. */
function againstWasm({ model, timing }: TrainingEntry, training: readonly TrainingEntry[]): string {
  const wasm = training.find((other) => other.model === model && other.backend === 'wasm')?.timing;
  return timing && wasm ? (timing.tokensPerSecond / wasm.tokensPerSecond).toFixed(2) : '–';
}

function deviation({ check }: Entry): string {
  if (check === null) return '–';
  return `${check.passed ? '✔' : '✖'} ${check.deviation === null ? 'NaN' : check.deviation.toExponential(0)}`;
}

function formatGflops(gflops: number): string {
  return gflops.toFixed(gflops < 10 ? 2 : 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
