/** The table of a sweep on emulated terminals of several widths, and as lines in a log. */
import { describe, expect, it } from 'vitest';
import { SweepDisplay } from '../../src/cli/sweep-display.js';
import { changedLines, renderSweep, renderSweepResult } from '../../src/cli/sweep-table.js';
import type { WatchStream } from '../../src/cli/watch-runs.js';
import type { GroupReport, RunReport, Spread, SweepReport } from '../../src/sweeps/report.js';
import { FakeLog, Screen } from '../terminal/screen.js';

const spread = (mean: number, deviation: number | null): Spread => ({
  mean,
  deviation,
  minimum: mean - 1,
  maximum: mean + 1,
  count: deviation === null ? 1 : 3,
});

const group = (variant: string, bptt: number, more: Partial<GroupReport>): GroupReport => ({
  variant,
  grid: { bptt },
  tuned: null,
  finished: 3,
  wanted: 3,
  lost: 0,
  valid: null,
  test: null,
  best: false,
  ...more,
});

const run = (name: string, more: Partial<RunReport>): RunReport => ({
  run: name,
  variant: null,
  grid: {},
  tuned: {},
  seed: 1,
  state: 'waiting',
  chosen: true,
  epoch: 0,
  epochs: 0,
  valid: null,
  test: null,
  seconds: 0,
  problem: null,
  live: null,
  ...more,
});

const LIVE = {
  phase: 'training',
  epoch: 4,
  done: 250,
  total: 500,
  unit: 'windows',
  trainPerplexity: 143.21,
  tokensPerSecond: 12_345,
  secondsLeft: 95,
  seconds: 60,
  updatedAt: '2026-11-02T12:00:00.000Z',
} as const;

const REPORT: SweepReport = {
  sweep: 'placement',
  folder: 'sweeps/placement',
  done: false,
  groups: [
    group('none', 10, { valid: spread(181.234, 0.512), test: spread(178.9, 0.44) }),
    group('vertical', 10, {
      tuned: { rate: 0.2 },
      finished: 4,
      wanted: 4,
      best: true,
      valid: spread(169.5, 1.25),
      test: spread(166.12, 1.1),
    }),
    group('naive', 10, { finished: 1, wanted: 4, lost: 1 }),
  ],
  runs: [
    run('placement-none-bptt10-seed1', { state: 'finished', valid: 181, test: 179, seconds: 600 }),
    run('placement-naive-bptt10-rate0.2-seed1', { state: 'running', seconds: 60, live: LIVE }),
    run('placement-naive-bptt10-rate0.4-seed1', { state: 'diverged', seconds: 5 }),
    run('placement-naive-bptt10-rate0.6-seed1', {
      state: 'failed',
      problem: 'Error: No space left on the device\nMake room.',
    }),
  ],
};

/** A terminal as a stream of the display. */
function streamOf(screen: Screen): WatchStream {
  const stream = {
    isTTY: true,
    rows: 24,
    get columns() {
      return screen.columns;
    },
    write: (text: string) => screen.write(text),
    on: (event: string, listener: () => void) => screen.on(event, listener),
    removeListener: (event: string, listener: () => void) => screen.off(event, listener),
  };
  return stream as unknown as WatchStream;
}

describe('on a terminal', () => {
  it.each([60, 80, 120, 200])(
    'the table is updated in place and never wraps on %i columns',
    async (columns) => {
      const screen = new Screen(columns, 24);
      const display = new SweepDisplay(streamOf(screen));
      display.show({ kind: 'report', report: { ...REPORT, runs: REPORT.runs.slice(0, 1) } });
      display.note('Saving the runs');
      display.show({ kind: 'report', report: REPORT });
      display.close();
      const rows = await screen.rows();
      for (const row of rows) expect(row.length).toBeLessThan(columns);
      expect(rows[0]).toMatch(/^placement: 1 of 11 runs finished/);
      expect(rows.filter((row) => row.includes('naive-bptt10-rate0.2'))).toHaveLength(1);
      expect(rows.at(-1)).toBe('Saving the runs');
      // Variant, grid and both figures are on every terminal.
      for (const word of ['vertical', '10', '169.50', '166.12']) expect(rows.join('\n')).toContain(word);
      await expect(rows.join('\n')).toMatchFileSnapshot(`../golden/terminal/sweep-${columns}.txt`);
    },
  );
});

describe('in a log', () => {
  it('a line is written for each run that changes, and none for one that has not', () => {
    const log = new FakeLog();
    const display = new SweepDisplay(log as unknown as WatchStream);
    const [first, ...others] = REPORT.runs;
    const before = { ...REPORT, runs: [{ ...first, state: 'running' as const, test: null }, ...others] };
    display.show({ kind: 'note', line: 'The sweep file has changed' });
    display.show({ kind: 'report', report: before });
    display.show({ kind: 'report', report: before });
    display.show({ kind: 'report', report: REPORT });
    display.close();
    expect(log.lines).toEqual([
      'The sweep file has changed',
      'placement-none-bptt10-seed1: running, valid 181.00',
      'placement-naive-bptt10-rate0.2-seed1: running',
      'placement-naive-bptt10-rate0.4-seed1: diverged',
      'placement-naive-bptt10-rate0.6-seed1: failed, Error: No space left on the device',
      'placement-none-bptt10-seed1: finished, valid 181.00, test 179.00',
    ]);
  });

  it('runs that wait or are not needed are not worth a line', () => {
    const runs = [run('a', {}), run('b', { state: 'not needed' })];
    expect(changedLines(null, { ...REPORT, runs })).toEqual([]);
  });
});

describe('the result', () => {
  it('has the whole log of what failed, and accuracy by lag on a recall corpus', () => {
    const recall = [5, 100].map((lag) => ({ lag, nll: 0.1, accuracy: lag === 5 ? 1 : 0.5 }));
    const report = {
      ...REPORT,
      groups: [group('none', 10, { recall })],
      chance: { nll: 1.4, accuracy: 0.25 },
    };
    const text = renderSweepResult(report, 80);
    expect(text).toContain('  Error: No space left on the device\n  Make room.');
    expect(text).toContain('recalled after      5   100\nnone, bptt 10   100 %  50 %\nchance 25 %');
    expect(
      renderSweep(report, 40)
        .split('\n')
        .every((line) => line.length <= 40),
    ).toBe(true);
  });
});
