/**
 * Shows the result of commands with tables on the screen of a terminal emulator of four widths; `runs-table.test.ts` does the
 * same for runs. After an intended change: `npx vitest run test/cli/table-screens.test.ts --update`.
 */
import { describe, expect, it } from 'vitest';
import type { BenchmarkReport, Check, TrainingEntry } from '../../src/benchmark/report.js';
import { renderBenchmark } from '../../src/cli/bench-table.js';
import { renderDoctorReport } from '../../src/cli/doctor-text.js';
import { renderEvaluation } from '../../src/cli/evaluation-text.js';
import { renderExplanations } from '../../src/cli/explanation-text.js';
import { renderMetrics } from '../../src/cli/metrics-text.js';
import { renderPlan } from '../../src/cli/plan-table.js';
import { explainAll, explainKey } from '../../src/spec/explain.js';
import type { EpochRow, WindowsRow } from '../../src/training/metrics.js';
import { Screen } from '../terminal/screen.js';
import { HEALTHY } from './doctor-reports.js';

const WIDTHS = [60, 80, 120, 200];

const CHECK: Check = { reference: 'wasm', deviation: 3.1e-4, tolerance: 1e-2, passed: true };

const entry = (
  model: string,
  backend: TrainingEntry['backend'],
  precision: TrainingEntry['precision'],
  tokensPerSecond: number,
): TrainingEntry => ({
  ...{ model, backend, precision, check: CHECK, problem: null },
  timing: {
    roundSeconds: [0.05],
    tokensPerSecond,
    gflops: tokensPerSecond / 71,
    ofPeak: tokensPerSecond / 12_793,
  },
});

const BENCHMARK: BenchmarkReport = {
  machine: {
    cpu: 'Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz',
    ...{ cores: 2, threads: 2, platform: 'linux x64', node: '20.20.2', zlm: '0.1.0' },
  },
  roofline: { f32Gflops: 180.2, bf16Gflops: null, gigabytesPerSecond: 21.4, caches: [] },
  settings: { rounds: 5, seconds: 30, vocabulary: 10_000 },
  backends: [],
  models: [],
  training: [
    entry('small', 'native', 'f32', 10_912),
    entry('small', 'wasm', 'f32', 1_034),
    entry('variational-medium', 'native', 'mixed', 5_203),
    {
      ...entry('variational-medium', 'wasm', 'f32', 0),
      check: { ...CHECK, deviation: 0.3, passed: false },
      problem: 'its results differ from those of cpu',
      timing: null,
    },
  ],
  product: {
    ...{ rows: 400, inner: 1500, columns: 10_000 },
    entries: [
      {
        backend: 'native',
        precision: 'f32',
        check: CHECK,
        problem: null,
        timing: { gflops: 142.1, ofPeak: 0.789, roundSeconds: [1] },
      },
    ],
  },
};

const EPOCHS: readonly EpochRow[] = [1, 2].map((epoch) => ({
  ...{ kind: 'epoch', epoch: 10 + epoch, windows: 2_323 * (10 + epoch), learningRate: 0.001234 },
  ...{ averaged: true, trainPerplexity: 96.181, validPerplexity: 119.672, validPredictions: 73_759 },
  ...{ isBest: epoch === 2, seconds: 7_512 },
}));

const WINDOWS: readonly WindowsRow[] = [
  {
    ...{ kind: 'windows', epoch: 12, windows: 27_876, perplexity: 96.18, gradientNorm: 4.213 },
    ...{ learningRate: 0.001234, tokensPerSecond: 10_912.3, seconds: 7_512 },
  },
];

const RESULTS: Readonly<Record<string, (width: number) => string>> = {
  bench: (width) => renderBenchmark(BENCHMARK, width),
  'metrics of epochs': (width) => renderMetrics({ run: 'small', rows: EPOCHS }, 'epochs', width),
  'metrics of windows': (width) => renderMetrics({ run: 'small', rows: WINDOWS }, 'windows', width),
  doctor: (width) =>
    renderDoctorReport(
      {
        ...HEALTHY,
        auto: {
          name: 'wasm',
          reason: 'native cannot run: /home/ada/.cache is not writable, so the kernels cannot be compiled',
        },
      },
      width,
    ),
  eval: (width) =>
    renderEvaluation(
      {
        ...{
          system: 'ngram',
          run: '2026-11-24-112738-kn5',
          checkpoint: 'best',
          epochs: 1,
          corpus: 'ptb',
          split: 'test',
        },
        ...{
          batch: 1,
          predictions: 82_430,
          nll: 4.95,
          perplexity: 141.19,
          unigramPerplexity: 639.3,
          seconds: 1.2,
        },
        ...{ ngramOrder: 5, fallbackOrders: [4, 5] },
      },
      width,
    ),
  'train --dry-run': (width) =>
    renderPlan(
      {
        ...{
          system: 'network',
          backend: 'native',
          parameters: 66_000_000,
          memoryBytes: 24e9,
          availableMemoryBytes: 7.6e9,
        },
        ...{ trainingFlopPerToken: 15_800_000, stepsPerWindow: 400, sentences: false, windowsPerEpoch: 2323 },
        ...{ tokensPerEpoch: 929_200, epochs: 4, epochsTrained: 0, learningRateFalls: false, timing: null },
        learningRates: [{ firstEpoch: 1, lastEpoch: 4, learningRate: 1 }],
      },
      width,
    ),
  'spec explain': (width) => renderExplanations(explainAll(), false, width),
  'spec explain dropout.recurrent': (width) =>
    renderExplanations(explainKey('dropout.recurrent'), true, width),
};

describe.each(Object.entries(RESULTS))('zlm %s', (name, render) => {
  it('no line is wrapped or cut by a terminal of 60, 80, 120 or 200 columns', async () => {
    const pictures: string[] = [];
    for (const columns of WIDTHS) {
      const lines = render(columns).split('\n');
      const screen = new Screen(columns, 200);
      screen.write(`${lines.join('\n')}\n`);
      const rows = await screen.rows();
      pictures.push(`${'─'.repeat(columns)} ${columns} columns`, ...rows);
      expect(rows).toHaveLength(lines.length);
    }
    const file = name.replace(/\W+/g, '-');
    await expect(`${pictures.join('\n')}\n`).toMatchFileSnapshot(`../golden/terminal/result-${file}.txt`);
  });

  it('a wide terminal shows what a pipe gets', () => {
    expect(render(1000)).toBe(render(Number.POSITIVE_INFINITY));
  });
});
