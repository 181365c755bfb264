import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { RunFolder } from '../../src/runs/run-folder.js';
import { isTrainingProgress, START, type TrainingProgress } from '../../src/runs/training-progress.js';
import type { WindowEvent } from '../../src/training/events.js';
import { MetricsRecorder, readMetrics, truncateMetrics } from '../../src/training/metrics.js';
import { tempFolder } from '../temp-folder.js';

let run: RunFolder;

beforeEach(() => {
  run = new RunFolder(tempFolder());
});

function windowEvent(done: number, total: number, figures: Partial<WindowEvent> = {}): WindowEvent {
  const position: TrainingProgress = { ...START, windows: done, seconds: done / 10 };
  const fixed = { nll: 20, predictions: 10, gradientNorm: 3, learningRate: 0.5, seconds: 0.1 };
  return { kind: 'window', epoch: 1, done, total, position, ...fixed, ...figures };
}

describe('the rows of an epoch', () => {
  it.each([
    [5, [1, 2, 3, 4, 5]],
    [250, Array.from({ length: 125 }, (_, index) => 2 * (index + 1))],
    [1327, [...Array.from({ length: 102 }, (_, index) => 13 * (index + 1)), 1327]],
  ])(
    'an epoch of %i windows has about a hundred rows, with the last window among them',
    async (total, expected) => {
      const recorder = new MetricsRecorder(run);
      for (let done = 1; done <= total; done++) await recorder.window(windowEvent(done, total));
      await recorder.close();
      expect((await readMetrics(run)).map(({ windows }) => windows)).toEqual(expected);
    },
  );

  it('a row contains the figures over the windows since the row before', async () => {
    const recorder = new MetricsRecorder(run);
    await recorder.window(windowEvent(1, 200, { nll: 10, predictions: 10, gradientNorm: 1, seconds: 0.25 }));
    await recorder.window(windowEvent(2, 200, { nll: 30, predictions: 10, gradientNorm: 4, seconds: 0.75 }));
    await recorder.close();
    expect(await readMetrics(run)).toEqual([
      {
        kind: 'windows',
        epoch: 1,
        windows: 2,
        perplexity: Math.exp(2),
        gradientNorm: 2.5,
        learningRate: 0.5,
        tokensPerSecond: 20,
        seconds: 0.2,
      },
    ]);
  });
});

it('the windows of an incomplete interval before an interruption have a row of their own', async () => {
  const recorder = new MetricsRecorder(run);
  for (let done = 1; done <= 5; done++) await recorder.window(windowEvent(done, 300));
  await recorder.rest();
  await recorder.rest();
  await recorder.close();
  expect((await readMetrics(run)).map(({ windows }) => windows)).toEqual([3, 5]);
});

it.each([1, 2, 4, 5, 7])(
  'a row that spans an interruption after %i windows equals that of an undisturbed run',
  async (interruptedAt) => {
    const events = Array.from({ length: 9 }, (_, index) =>
      windowEvent(index + 1, 300, {
        nll: 20 + index / 7,
        gradientNorm: Math.sqrt(index),
        learningRate: 1 / (index + 3),
      }),
    );
    const whole = new RunFolder(tempFolder());
    const undisturbed = new MetricsRecorder(whole);
    for (const event of events) await undisturbed.window(event);
    await undisturbed.close();

    const first = new MetricsRecorder(run);
    for (const event of events.slice(0, interruptedAt)) await first.window(event);
    const saved: TrainingProgress = JSON.parse(
      JSON.stringify({ ...START, windows: interruptedAt, row: first.underWay }),
    );
    await first.rest();
    await first.close();
    expect((await readMetrics(run)).at(-1)?.windows).toBe(interruptedAt);
    expect(isTrainingProgress(saved)).toBe(true);

    await truncateMetrics(run, saved);
    const second = new MetricsRecorder(run);
    second.begin(saved);
    for (const event of events.slice(interruptedAt)) await second.window(event);
    await second.close();
    expect(await readMetrics(run)).toEqual(await readMetrics(whole));
  },
);

it('the row of an epoch contains the results of the epoch', async () => {
  const recorder = new MetricsRecorder(run);
  const best = { epoch: 2, perplexity: 110 };
  await recorder.epoch({
    kind: 'epoch',
    epoch: 2,
    learningRate: 0.5,
    averaged: true,
    trainPerplexity: 100,
    validPerplexity: 110,
    validPredictions: 99,
    isBest: true,
    position: { ...START, windows: 20, epochs: 2, seconds: 7, best },
  });
  await recorder.close();
  expect(await readMetrics(run)).toEqual([
    {
      kind: 'epoch',
      epoch: 2,
      windows: 20,
      learningRate: 0.5,
      averaged: true,
      trainPerplexity: 100,
      validPerplexity: 110,
      validPredictions: 99,
      isBest: true,
      seconds: 7,
    },
  ]);
});

it('a folder that cannot be written is named', async () => {
  mkdirSync(run.metrics);
  const recorder = new MetricsRecorder(run);
  await expect(recorder.window(windowEvent(1, 1))).rejects.toMatchObject({
    kind: 'data',
    message: expect.stringContaining(run.metrics),
  });
  await recorder.close();
});

describe('truncateMetrics', () => {
  const row = (windows: number, kind = 'windows', epoch = 1) =>
    `${JSON.stringify({ kind, epoch, windows })}\n`;

  it('truncateMetrics drops the windows after a place in the training, and the epoch that is to be validated again', async () => {
    writeFileSync(run.metrics, [row(2), row(4), row(4, 'epoch'), row(6, 'windows', 2)].join(''));
    await truncateMetrics(run, { ...START, windows: 4, epochs: 1 });
    expect(readFileSync(run.metrics, 'utf8')).toBe([row(2), row(4), row(4, 'epoch')].join(''));
    await truncateMetrics(run, { ...START, windows: 4, epochs: 0 });
    expect(readFileSync(run.metrics, 'utf8')).toBe([row(2), row(4)].join(''));
    await truncateMetrics(run, START);
    expect(readFileSync(run.metrics, 'utf8')).toBe('');
  });

  it('truncateMetrics drops a line that a crash cut short, and accepts a missing file', async () => {
    await truncateMetrics(run, START);
    expect(await readMetrics(run)).toEqual([]);
    writeFileSync(run.metrics, `${row(1)}{"kind":"win\n${row(2)}`);
    appendFileSync(run.metrics, row(3).slice(0, -1));
    await truncateMetrics(run, { ...START, windows: 9 });
    expect(readFileSync(run.metrics, 'utf8')).toBe(row(1) + row(2));
  });
});

it.each([
  '{"kind":"epoch"}',
  '{"kind":"other","epoch":1}',
  '{"kind":"toString"}',
  '[]',
  'null',
  '7',
  '{"kind":"wind',
])('a line that is no row, such as %s, is left out of the rows that are read', async (line) => {
  const recorder = new MetricsRecorder(run);
  await recorder.window(windowEvent(1, 1));
  await recorder.close();
  const whole = await readMetrics(run);
  expect(whole).toHaveLength(1);
  writeFileSync(run.metrics, `${line}\n${readFileSync(run.metrics, 'utf8')}`);
  expect(await readMetrics(run)).toEqual(whole);
});
