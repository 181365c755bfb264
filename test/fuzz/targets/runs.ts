/** The records of a run folder, which `zlm runs` and pages read of every run. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderRuns } from '../../../src/cli/runs-table.js';
import { listRuns } from '../../../src/runs/list-runs.js';
import { readLiveProgress } from '../../../src/runs/live-progress.js';
import { RunFolder } from '../../../src/runs/run-folder.js';
import { readAnyMetrics } from '../../../src/training/metrics.js';
import { bundle, type FuzzTarget, unbundle } from '../target.js';

const RESULT = fileURLToPath(new URL('../../../results/small', import.meta.url));

const STATUS = {
  state: 'finished',
  corpus: 'ptb',
  epoch: 13,
  epochs: 13,
  best: { epoch: 6, perplexity: 119.5 },
  seconds: 800.5,
  updatedAt: '2026-01-02T03:04:05.678Z',
};
const PROGRESS = {
  phase: 'training',
  epoch: 2,
  done: 10,
  total: 100,
  unit: 'windows',
  trainPerplexity: 123.4,
  tokensPerSecond: 5000,
  secondsLeft: 60,
  seconds: 30,
  updatedAt: '2026-01-02T03:04:05.678Z',
};
const EVALUATION = {
  split: 'test',
  checkpoint: 'best',
  epochs: 6,
  batch: 1,
  predictions: 82_429,
  perplexity: 115.05,
  checkpointSha256: 'abc',
  evaluatedAt: '2026-01-02T03:04:05.678Z',
};

const record: FuzzTarget = {
  name: 'run',
  words: [
    'null',
    '[]',
    '{}',
    '""',
    '1e400',
    '"state":"running",',
    '"kind":"epoch"',
    '"method":"x",',
    '"\\u001b[2J"',
    '-0',
  ],
  share: 55,
  async open(folder) {
    const run = new RunFolder(join(folder, 'run'));
    cpSync(RESULT, run.path, { recursive: true });
    for (const path of [run.evaluations, run.inspections]) mkdirSync(path, { recursive: true });
    const metrics = readFileSync(run.metrics, 'utf8').split('\n');
    const rows = `${[...metrics.slice(0, 3), ...metrics.filter((line) => line.includes('"epoch"')).slice(-2)].join('\n')}\n`;
    const records: readonly (readonly [path: string, text: string])[] = [
      [run.status, JSON.stringify(STATUS, null, 2)],
      [run.progress, JSON.stringify(PROGRESS)],
      [join(run.evaluations, 'test-best.json'), JSON.stringify(EVALUATION)],
      [run.metrics, rows],
      [run.spec, readFileSync(run.spec, 'utf8')],
    ];
    return {
      examples: [bundle(records.map(([, text]) => text))],
      read: async (input, chance) => {
        const files = unbundle(input);
        for (const [n, [path]] of records.entries()) writeFileSync(path, files[n] ?? Buffer.alloc(0));
        renderRuns(await listRuns(folder), folder, chance.pick([60, 120]));
        await readLiveProgress(run);
        await readAnyMetrics(run);
      },
    };
  },
};

export const RUN_TARGETS: readonly FuzzTarget[] = [record];
