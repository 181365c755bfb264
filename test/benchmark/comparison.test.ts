/** Checks the comparison that `bench/compare.ts` makes of its turns. */
import { expect, it } from 'vitest';
import { compareTurns, comparisonMarkdown, type PytorchReport, type Turn } from '../../bench/comparison.js';
import { pytorchSizes } from '../../bench/turns.js';
import type { BenchmarkReport } from '../../src/benchmark/report.js';
import { loadSpec } from '../../src/spec/load.js';
import { ROOT } from '../cli/capture.js';

const machine = { cpu: 'Abacus', cores: 2, threads: 2, platform: 'p', node: '24', zlm: '1' };
const entry = { backend: 'native', check: null, problem: null } as const;

/** A turn in which a window of 1000 tokens took so many seconds. */
function turnOf(zlm: { f32: number; mixed: number }, pytorch: { f32: number; bf16: number }): Turn {
  const training = (['f32', 'mixed'] as const).map((precision) => {
    const timing = { tokensPerSecond: 0, gflops: 0, ofPeak: null, roundSeconds: [zlm[precision]] };
    return { ...entry, model: 'toy', precision, timing };
  });
  const timing = { gflops: 0, ofPeak: null, roundSeconds: [0.01] };
  const report: BenchmarkReport = {
    machine,
    roofline: null,
    settings: { rounds: 1, seconds: 1, vocabulary: 10 },
    backends: [],
    models: [{ name: 'toy', parameters: 1, batch: 20, steps: 50, trainingFlopPerToken: 1e6 }],
    training,
    product: { rows: 400, inner: 200, columns: 10_000, entries: [{ ...entry, precision: 'f32', timing }] },
  };
  const rows = (['f32', 'bf16'] as const).map((precision) => ({
    ...{ model: 'toy', precision, tokensPerSecond: 0, gflops: 0, roundSeconds: [pytorch[precision]] },
  }));
  const other: PytorchReport = {
    ...{ torch: '2', cpu: 'Abacus', threads: 2, training: rows },
    product: { gflops: 0, roundSeconds: [0.02] },
  };
  return { zlm: report, pytorch: other };
}

const TURNS = [
  turnOf({ f32: 0.1, mixed: 0.05 }, { f32: 0.2, bf16: 0.1 }),
  turnOf({ f32: 0.4, mixed: 0.05 }, { f32: 0.2, bf16: 0.1 }),
  turnOf({ f32: 0.2, mixed: 0.05 }, { f32: 9, bf16: 0.1 }),
];

it('the comparison takes medians over all turns before ratios', () => {
  const { rows, turns } = compareTurns([TURNS]);
  expect(turns).toBe(3);
  expect(rows).toMatchObject([
    {
      job: 'toy',
      precision: 'f32',
      rate: 5000,
      gflops: 5,
      pytorch: { f32: 5000, bf16: 10_000 },
      againstF32: 1,
    },
    { job: 'toy', precision: 'mixed', rate: 20_000, againstF32: 4, againstBest: 2 },
    { job: '400×200×10000', rate: 160, pytorch: { f32: 80 }, againstF32: 2, againstBest: 2 },
  ]);
  expect(rows[0].againstBest).toBe(0.5);
});

it('the Markdown table names the machine', () => {
  const text = comparisonMarkdown(compareTurns([TURNS]));
  expect(text).toContain('Abacus; zlm 1 on Node 24 with 2 threads, PyTorch 2 with 2.');
  expect(text).toContain('| toy | native | mixed | 20,000 | 20 | 5,000 | 10,000 | 4.00 | 2.00 |');
  expect(text).toContain('| 400×200×10000 | native | f32 | 160 | 160 | 80 | – | 2.00 | 2.00 |');
});

it('the comparison compares nothing when a result of zlm was wrong', () => {
  const [turn] = TURNS;
  const training = turn.zlm.training.map((right) => ({ ...right, problem: 'off by 3', timing: null }));
  expect(() => compareTurns([[{ ...turn, zlm: { ...turn.zlm, training } }]])).toThrow('native f32: off by 3');
});

it('PyTorch gets the sizes of a spec, and a spec that it cannot express is refused', async () => {
  const { spec } = await loadSpec(`${ROOT}/configs/large.yaml`);
  const sizes = pytorchSizes({ name: 'large', spec }).join(' ');
  expect(sizes).toContain(
    '--units 1500 --embedding 1500 --layers 2 --init 0.04 --batch 20 --steps 35 --rate 1 --clip 10',
  );
  expect(sizes).toContain('--dropout-input 0.65 --dropout-between 0.65 --dropout-output 0.65');
  const naive = await loadSpec(`${ROOT}/configs/naive.yaml`);
  expect(() => pytorchSizes({ name: 'naive', spec: naive.spec })).toThrow('naive: ');
});

it('a comparison on a GPU names it, and has a column for TF32', () => {
  const [turn] = TURNS;
  const tf32 = { ...turn.pytorch.training[0], precision: 'tf32', roundSeconds: [0.04] };
  const training = [turn.pytorch.training[0], tf32, turn.pytorch.training[1]];
  const onGpu = { ...turn, pytorch: { ...turn.pytorch, gpu: 'Abacus 9000', training } };
  const comparison = compareTurns([[onGpu]]);
  // 1000 tokens in 0.05 s, against the best of PyTorch's precisions: 0.04 s in TF32.
  expect(comparison.rows[1].againstBest).toBeCloseTo(0.8);
  const text = comparisonMarkdown(comparison);
  expect(text).toContain('Abacus 9000; ');
  expect(text).toContain('| PyTorch f32 | PyTorch tf32 | PyTorch bf16 |');
  expect(comparisonMarkdown(compareTurns([TURNS]))).not.toContain('tf32');
});
