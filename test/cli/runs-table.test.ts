import { expect, it } from 'vitest';
import { renderRuns } from '../../src/cli/runs-table.js';
import { visibleWidth } from '../../src/cli/text-width.js';
import type { Evaluation } from '../../src/runs/evaluations.js';
import type { RunSummary } from '../../src/runs/list-runs.js';
import type { LiveProgress } from '../../src/runs/live-progress.js';

const FINISHED: RunSummary = {
  name: 'small-2',
  folder: 'runs/small-2',
  state: 'finished',
  corpus: 'ptb',
  epoch: 13,
  epochs: 13,
  bestValidPerplexity: 119.8512,
  seconds: 7500,
  updatedAt: '2026-11-02T12:00:00.000Z',
  live: null,
  evaluations: [],
  differences: {},
  latest: true,
};

const EVALUATION: Evaluation = {
  split: 'test',
  checkpoint: 'best',
  epochs: 13,
  batch: 1,
  predictions: 82_429,
  perplexity: 115.0951,
  evaluatedAt: '2026-11-02T13:00:00.000Z',
  stale: false,
};

const LIVE: LiveProgress = {
  phase: 'training',
  epoch: 1,
  done: 1045,
  total: 2323,
  unit: 'windows',
  trainPerplexity: 181.234,
  tokensPerSecond: 10_912.6,
  secondsLeft: 7500,
  seconds: 83,
  updatedAt: '2026-11-02T12:00:01.000Z',
};

const RUNS: RunSummary[] = [
  FINISHED,
  {
    ...FINISHED,
    name: 'large',
    state: 'running',
    epoch: 0,
    epochs: 55,
    bestValidPerplexity: null,
    latest: false,
  },
  {
    ...FINISHED,
    name: 'quickstart',
    state: 'interrupted',
    corpus: 'sotu',
    epoch: 2,
    seconds: 83,
    latest: false,
  },
  { ...FINISHED, name: 'hot', state: 'diverged', epoch: 1, seconds: 4, latest: false },
  {
    ...FINISHED,
    name: 'torn',
    state: 'unreadable',
    corpus: '',
    latest: false,
    problem: 'runs/torn/status.json is cut off',
  },
];

it('the table shows every state, marks the latest run and explains the unreadable one', async () => {
  await expect(`${renderRuns(RUNS, 'runs')}\n`).toMatchFileSnapshot('../golden/cli/runs.txt');
});

it('an empty table says what to do', () => {
  expect(renderRuns([], 'my/runs')).toBe(
    'No runs in my/runs yet; `zlm train configs/quickstart.yaml` makes one',
  );
});

/** Runs of a sweep: most are like the first. */
const SWEEP: RunSummary[] = [
  {
    ...FINISHED,
    name: '2026-11-24-112738-large',
    state: 'running',
    bestValidPerplexity: null,
    live: LIVE,
    differences: {
      corpus: 'ptb',
      'training.seed': 1,
      'dropout.input.rate': 0.5,
      'model.layers': [{ lstm: 200 }],
    },
  },
  {
    ...FINISHED,
    latest: false,
    evaluations: [
      { ...EVALUATION, stale: true, perplexity: 1 },
      { ...EVALUATION, batch: 20, perplexity: 2 },
      EVALUATION,
      { ...EVALUATION, checkpoint: 'last', perplexity: 3 },
    ],
    differences: {
      corpus: 'ptb',
      'training.seed': 2,
      'dropout.input.rate': 0,
      'model.layers': [{ lstm: 200 }],
    },
  },
  {
    ...FINISHED,
    name: 'seed-3',
    latest: false,
    evaluations: [
      { ...EVALUATION, checkpoint: 'last', batch: 20, perplexity: 99.5, stale: true },
      { ...EVALUATION, split: 'valid', perplexity: 119.1 },
    ],
    differences: {
      corpus: 'mine',
      'training.seed': 1,
      'dropout.input.rate': 0,
      'model.layers': [{ lstm: 300 }, { lstm: 300 }],
    },
  },
];

it('the table shows progress, measurements with their protocol, and the keys in which runs differ', async () => {
  const validating: LiveProgress = { ...LIVE, phase: 'validating', tokensPerSecond: null, secondsLeft: null };
  const counting: LiveProgress = {
    ...validating,
    phase: 'counting',
    unit: 'n-grams',
    total: null,
    trainPerplexity: null,
  };
  const others = [validating, counting].map((live) => ({ ...FINISHED, state: 'running' as const, live }));
  const tables = [undefined, 200, 120, 80, 60].map(
    (width) => `${width ?? 'without a'} terminal\n${renderRuns([...SWEEP, ...others], 'runs', width)}\n`,
  );
  await expect(tables.join('\n')).toMatchFileSnapshot('../golden/cli/runs-wide-and-narrow.txt');
});

it.each([1, 20, 40, 60, 80, 100, 132, 200])('the table takes no more than %i columns', (width) => {
  for (const line of renderRuns(SWEEP, 'runs', width).split('\n')) {
    expect(visibleWidth(line)).toBeLessThanOrEqual(width);
  }
});
