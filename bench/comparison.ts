/** Combines the turns of zlm and PyTorch: medians over all their rounds, and ratios. */
import type { BenchmarkReport, Machine } from '../src/benchmark/report.js';
import { median } from '../src/benchmark/rounds.js';

/** The output of a program that zlm is compared with. */
interface PeerReport {
  readonly cpu: string;
  readonly threads: number;
  /** The GPU that it ran on; absent or null for the CPU. */
  readonly gpu?: string | null;
  readonly training: readonly {
    readonly model: string;
    readonly precision: string;
    readonly tokensPerSecond: number;
    readonly gflops: number;
    readonly roundSeconds: readonly number[];
  }[];
  readonly product: { readonly gflops: number; readonly roundSeconds: readonly number[] } | null;
}

/** The output of `bench/pytorch.py`. */
export interface PytorchReport extends PeerReport {
  readonly torch: string;
}

/** One turn: all programs on the same model, right after each other. */
export interface Turn {
  readonly zlm: BenchmarkReport;
  readonly pytorch: PytorchReport;
}

/** One backend and precision of zlm, compared with the others. */
export interface ComparisonRow {
  /** The model trained, or the product multiplied. */
  readonly job: string;
  readonly backend: string;
  readonly precision: string;
  /** zlm's rate: tokens/s for a model, GFLOP/s for the product. */
  readonly rate: number;
  readonly gflops: number;
  /** PyTorch's rates in the same unit, by precision. */
  readonly pytorch: Readonly<Record<string, number>>;
  /** zlm's rate divided by that of PyTorch in f32. */
  readonly againstF32: number;
  /** zlm's rate divided by the best of PyTorch's. */
  readonly againstBest: number;
}

/** The whole comparison. */
export interface Comparison {
  readonly machine: Machine;
  readonly torch: string;
  readonly pytorchThreads: number;
  /** The GPU that PyTorch ran on; null for the CPU. */
  readonly gpu: string | null;
  readonly turns: number;
  readonly rows: readonly ComparisonRow[];
}

/**
 * Combines turns.
 *
 * @param models the turns of each model, at least one
 * @throws Error when a result of zlm is wrong: then there is nothing to compare
 */
export function compareTurns(models: readonly (readonly Turn[])[]): Comparison {
  for (const { zlm } of models.flat()) assertRight(zlm);
  const { zlm, pytorch } = models[0][0];
  return {
    machine: zlm.machine,
    torch: pytorch.torch,
    pytorchThreads: pytorch.threads,
    gpu: pytorch.gpu ?? null,
    turns: models[0].length,
    rows: [...models.flatMap(trainingRows), ...productRows(models.flat())],
  };
}

function assertRight({ training, product }: BenchmarkReport): void {
  const problems = [...training, ...(product?.entries ?? [])].flatMap(({ backend, precision, problem }) =>
    problem === null ? [] : [`${backend} ${precision}: ${problem}`],
  );
  if (problems.length > 0)
    throw new Error(`zlm computed wrong results, so its speed is not compared: ${problems.join('; ')}`);
}

function trainingRows(turns: readonly Turn[]): ComparisonRow[] {
  const [{ batch, steps, trainingFlopPerToken }] = turns[0].zlm.models;
  const tokensPerSecond = (rounds: readonly number[]) => (batch * steps) / median(rounds);
  const pytorch: Record<string, number> = {};
  turns[0].pytorch.training.forEach(({ precision }, i) => {
    pytorch[precision] = tokensPerSecond(turns.flatMap((turn) => turn.pytorch.training[i].roundSeconds));
  });
  return turns[0].zlm.training.map(({ model, backend, precision }, i) => {
    const rate = tokensPerSecond(turns.flatMap(({ zlm }) => zlm.training[i].timing?.roundSeconds ?? []));
    return rowOf({
      job: model,
      backend,
      precision,
      rate,
      gflops: (rate * trainingFlopPerToken) / 1e9,
      pytorch,
    });
  });
}

function productRows(turns: readonly Turn[]): ComparisonRow[] {
  const products = turns.flatMap(({ zlm }) => zlm.product ?? []);
  const rounds = turns.flatMap(({ pytorch }) => pytorch.product?.roundSeconds ?? []);
  if (products.length === 0 || rounds.length === 0) return [];
  const [{ rows, inner, columns, entries }] = products;
  const gflopsOf = (seconds: readonly number[]) => (2 * rows * inner * columns) / median(seconds) / 1e9;
  const pytorch = { f32: gflopsOf(rounds) };
  const job = `${rows}×${inner}×${columns}`;
  return entries.map(({ backend, precision }, i) => {
    const rate = gflopsOf(products.flatMap((product) => product.entries[i].timing?.roundSeconds ?? []));
    return rowOf({ job, backend, precision, rate, gflops: rate, pytorch });
  });
}

function rowOf(row: Omit<ComparisonRow, 'againstF32' | 'againstBest'>): ComparisonRow {
  const { rate, pytorch } = row;
  const best = Math.max(...Object.values(pytorch));
  return {
    ...row,
    againstF32: rate / pytorch.f32,
    againstBest: rate / best,
  };
}

/** Precisions of PyTorch in the order of their columns; on a CPU there is no TF32. */
const PYTORCH_PRECISIONS = ['f32', 'tf32', 'bf16'];

/** Renders the comparison as Markdown. */
export function comparisonMarkdown({ machine, torch, pytorchThreads, gpu, turns, rows }: Comparison): string {
  const head =
    `${gpu === null ? '' : `${gpu}; `}${machine.cpu}; zlm ${machine.zlm} on Node ${machine.node} with ${machine.threads} threads, ` +
    `PyTorch ${torch} with ${pytorchThreads}. ` +
    `Medians over ${turns} interleaved turns; tokens/s, for the product GFLOP/s.`;
  const precisions = PYTORCH_PRECISIONS.filter((name) => rows.some(({ pytorch }) => name in pytorch));
  const ofPytorch = precisions.map((name) => `PyTorch ${name}`);
  const titles = ['', 'backend', 'precision', 'zlm', 'GFLOP/s', ...ofPytorch];
  const ratios = ['× f32', '× best'];
  titles.push(...ratios);
  const table = [
    titles,
    titles.map((_, i) => (i < 3 ? '---' : '---:')),
    ...rows.map((row) => cellsOf(row, precisions)),
  ];
  return `${head}\n\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
}

function cellsOf(
  { job, backend, precision, rate, gflops, pytorch, ...row }: ComparisonRow,
  precisions: readonly string[],
): string[] {
  const rates = [rate, gflops, ...precisions.map((name) => pytorch[name])];
  const ratios = [row.againstF32, row.againstBest];
  const rounded = rates.map((value) => (value === undefined ? '–' : roundedWithCommas(value)));
  return [job, backend, precision, ...rounded, ...ratios.map((ratio) => ratio.toFixed(2))];
}

function roundedWithCommas(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
