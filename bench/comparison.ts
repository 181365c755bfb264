/** What the turns of zlm and PyTorch add up to: medians over all their rounds, and ratios. */
import type { BenchmarkReport, Machine } from '../src/benchmark/report.js';
import { median } from '../src/benchmark/rounds.js';

/** What `bench/pytorch.py` prints. */
export interface PytorchReport {
  readonly torch: string;
  readonly cpu: string;
  readonly threads: number;
  readonly training: readonly {
    readonly model: string;
    readonly precision: string;
    readonly tokensPerSecond: number;
    readonly gflops: number;
    readonly roundSeconds: readonly number[];
  }[];
  readonly product: { readonly gflops: number; readonly roundSeconds: readonly number[] } | null;
}

/** One turn: both programs on the same model, right after each other. */
export interface Turn {
  readonly zlm: BenchmarkReport;
  readonly pytorch: PytorchReport;
}

/** One way in which zlm computes, against PyTorch. */
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
  readonly turns: number;
  readonly rows: readonly ComparisonRow[];
}

/**
 * Puts turns together.
 *
 * @param models the turns of each model, at least one
 * @throws Error when zlm computed something wrongly: then there is nothing to compare
 */
export function compareTurns(models: readonly (readonly Turn[])[]): Comparison {
  for (const { zlm } of models.flat()) assertRight(zlm);
  const { zlm, pytorch } = models[0][0];
  return {
    machine: zlm.machine,
    torch: pytorch.torch,
    pytorchThreads: pytorch.threads,
    turns: models[0].length,
    rows: [...models.flatMap(trainingRows), ...productRows(models.flat())],
  };
}

function assertRight({ training, product }: BenchmarkReport): void {
  const problems = [...training, ...(product?.entries ?? [])].flatMap(({ backend, precision, problem }) =>
    problem === null ? [] : [`${backend} ${precision}: ${problem}`],
  );
  if (problems.length > 0)
    throw new Error(`zlm is not right, so its speed does not count: ${problems.join('; ')}`);
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
  return entries.map(({ backend, precision }, i) => {
    const rate = gflopsOf(products.flatMap((product) => product.entries[i].timing?.roundSeconds ?? []));
    return rowOf({ job: `${rows}×${inner}×${columns}`, backend, precision, rate, gflops: rate, pytorch });
  });
}

function rowOf(row: Omit<ComparisonRow, 'againstF32' | 'againstBest'>): ComparisonRow {
  const best = Math.max(...Object.values(row.pytorch));
  return { ...row, againstF32: row.rate / row.pytorch.f32, againstBest: row.rate / best };
}

/** The comparison as Markdown. */
export function comparisonMarkdown({ machine, torch, pytorchThreads, turns, rows }: Comparison): string {
  const head =
    `${machine.cpu}; zlm ${machine.zlm} on Node ${machine.node} with ${machine.threads} threads, ` +
    `PyTorch ${torch} with ${pytorchThreads}. Medians over ${turns} interleaved turns; tokens/s, for the product GFLOP/s.`;
  const titles = [
    '',
    'backend',
    'precision',
    'zlm',
    'GFLOP/s',
    'PyTorch f32',
    'PyTorch bf16',
    '× f32',
    '× best',
  ];
  const lines = rows.map(({ job, backend, precision, rate, gflops, pytorch, againstF32, againstBest }) => {
    const rates = [rate, gflops, pytorch.f32, pytorch.bf16].map((value) =>
      value === undefined ? '–' : rounded(value),
    );
    return [job, backend, precision, ...rates, againstF32.toFixed(2), againstBest.toFixed(2)];
  });
  const table = [titles, titles.map((_, i) => (i < 3 ? '---' : '---:')), ...lines];
  return `${head}\n\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
}

function rounded(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
