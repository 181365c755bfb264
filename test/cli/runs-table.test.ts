import { expect, it } from 'vitest';
import { renderRuns } from '../../src/cli/runs-table.js';
import type { RunSummary } from '../../src/runs/list-runs.js';

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
  latest: true,
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

it('shows every state, marks the latest run and explains the unreadable one', async () => {
  await expect(`${renderRuns(RUNS, 'runs')}\n`).toMatchFileSnapshot('../golden/cli/runs.txt');
});

it('says what to do when there are none', () => {
  expect(renderRuns([], 'my/runs')).toBe(
    'no runs in my/runs yet; `zlm train configs/quickstart.yaml` makes one',
  );
});
