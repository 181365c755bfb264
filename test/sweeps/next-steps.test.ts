/** What a sweep does next, and how its results are summed up, from observed states alone. */
import { describe, expect, it } from 'vitest';
import sweepSchema from '../../schemas/output/sweep.schema.json' with { type: 'json' };
import { renderSweep } from '../../src/cli/sweep-table.js';
import { chosenCandidate, nextSteps } from '../../src/sweeps/next-steps.js';
import type { ObservedRun, ObservedRuns } from '../../src/sweeps/observe.js';
import { planSweep, runsOf, type SweepPlan } from '../../src/sweeps/plan.js';
import { reportSweep, spreadOf } from '../../src/sweeps/report.js';
import { sweepFolder } from '../../src/sweeps/sweep-folder.js';
import { markdownTables, runsCsv } from '../../src/sweeps/tables.js';
import { expectSchema } from '../cli/expect-schema.js';
import { writeSweep } from './sweep-files.js';

/** Plans a variant without and one with tuning, each with two seeds. */
const tunedPlan = () =>
  planSweep(
    writeSweep(`
spec: tiny.yaml
variants:
  a: {}
  b: { tune: { dropout.input.rate: [0.1, 0.2, 0.3] } }
seeds: [1, 2]
`),
  );

/** What is known of the runs: all wait, except for the given ones. */
function observed(plan: SweepPlan, known: Record<string, Partial<ObservedRun>>): ObservedRuns {
  return new Map(
    runsOf(plan).map((run) => [
      run.name,
      {
        plan: run,
        state: 'waiting',
        epoch: 0,
        epochs: 0,
        valid: null,
        seconds: 0,
        live: null,
        test: null,
        recall: null,
        problem: null,
        ...known[run.name.replace('trial-', '')],
      },
    ]),
  );
}

const names = (runs: readonly { name: string }[]) => runs.map(({ name }) => name.replace('trial-', ''));
const finished = (valid: number, test: number | null = null) => ({ state: 'finished', valid, test }) as const;

describe('next steps', () => {
  it('at first, all seeds are trained where nothing is tuned, and the first seed of every candidate, first seeds before others', async () => {
    const plan = await tunedPlan();
    const steps = nextSteps(plan, observed(plan, {}));
    expect(names(steps.train)).toEqual([
      'a-seed1',
      ...['0.1', '0.2', '0.3'].map((r) => `b-rate${r}-seed1`),
      'a-seed2',
    ]);
    expect(steps.test).toEqual([]);
  });

  it('a run that works or is over is not trained again, one that was interrupted is', async () => {
    const plan = await tunedPlan();
    const steps = nextSteps(
      plan,
      observed(plan, {
        'a-seed1': { state: 'running' },
        'a-seed2': { state: 'interrupted' },
        'b-rate0.1-seed1': { state: 'diverged' },
        'b-rate0.2-seed1': { state: 'failed' },
      }),
    );
    expect(names(steps.train)).toEqual(['b-rate0.3-seed1', 'a-seed2']);
  });

  it('nothing is chosen before every candidate is over; then the best on valid gets the other seeds, and test', async () => {
    const plan = await tunedPlan();
    const open = observed(plan, {
      'b-rate0.1-seed1': finished(90),
      'b-rate0.2-seed1': finished(80),
      'b-rate0.3-seed1': { state: 'running', valid: 70 },
    });
    expect(chosenCandidate(plan.groups[1], open)).toBe(null);
    const over = observed(plan, {
      'a-seed1': finished(60, 61),
      'a-seed2': finished(62),
      'b-rate0.1-seed1': finished(90),
      'b-rate0.2-seed1': finished(80),
      // It diverged after a better epoch, which does not count.
      'b-rate0.3-seed1': { state: 'diverged', valid: 70 },
    });
    expect(chosenCandidate(plan.groups[1], over)).toBe(plan.groups[1].candidates[1]);
    const steps = nextSteps(plan, over);
    expect(names(steps.train)).toEqual(['b-rate0.2-seed2']);
    // Not those that tuning has refused: test decides nothing.
    expect(names(steps.test)).toEqual(['a-seed2', 'b-rate0.2-seed1']);
  });

  it('where every candidate is lost, nothing is chosen, and the sweep ends', async () => {
    const plan = await tunedPlan();
    const lost = observed(plan, {
      'a-seed1': finished(60, 61),
      'a-seed2': finished(62, 63),
      'b-rate0.1-seed1': { state: 'diverged' },
      'b-rate0.2-seed1': { state: 'diverged' },
      'b-rate0.3-seed1': { state: 'failed', problem: 'No space' },
    });
    expect(nextSteps(plan, lost)).toEqual({ train: [], test: [] });
    const [a, b] = reportSweep(plan, sweepFolder('sweeps', 'trial'), lost).groups;
    expect(a).toMatchObject({ best: true, finished: 2, wanted: 2, lost: 0 });
    expect(b).toMatchObject({ best: false, finished: 0, wanted: 3, lost: 3, valid: null, tuned: null });
  });
});

describe('report', () => {
  it('the spread is that of a sample', () => {
    expect(spreadOf([])).toBe(null);
    expect(spreadOf([null, 5])).toEqual({ mean: 5, deviation: null, minimum: 5, maximum: 5, count: 1 });
    expect(spreadOf([2, 4, 9])).toEqual({
      mean: 5,
      deviation: Math.sqrt((9 + 1 + 16) / 2),
      minimum: 2,
      maximum: 9,
      count: 3,
    });
  });

  it('the tables say what was tuned, what is missing, and what is best', async () => {
    const plan = await tunedPlan();
    const report = reportSweep(
      plan,
      sweepFolder('sweeps', 'trial'),
      observed(plan, {
        'a-seed1': finished(60, 61),
        'a-seed2': finished(62, 63),
        'b-rate0.1-seed1': finished(90),
        'b-rate0.2-seed1': finished(50, 52),
        'b-rate0.3-seed1': finished(55),
      }),
    );
    expect(report.done).toBe(false);
    expect(report.runs.map(({ run, state, chosen }) => [run.replace('trial-', ''), state, chosen])).toEqual([
      ['a-seed1', 'finished', true],
      ['a-seed2', 'finished', true],
      ['b-rate0.1-seed1', 'finished', false],
      ['b-rate0.1-seed2', 'not needed', false],
      ['b-rate0.2-seed1', 'finished', true],
      ['b-rate0.2-seed2', 'waiting', true],
      ['b-rate0.3-seed1', 'finished', false],
      ['b-rate0.3-seed2', 'not needed', false],
    ]);
    expect(markdownTables(report)).toBe(
      [
        '# trial',
        '',
        '| variant | rate (tuned) | seeds | valid        | test         |         |',
        '| ------- | ------------ | ----- | ------------ | ------------ | ------- |',
        '| a       | –            | 2     | 61.00 ± 1.41 | 62.00 ± 1.41 | best    |',
        '| b       | 0.2          | 1     | 50.00        | 52.00        | 1 to do |',
        '',
      ].join('\n'),
    );
    expect(runsCsv(report.runs).split('\n').slice(0, 3)).toEqual([
      'run,variant,tuned rate,seed,state,chosen,epoch,epochs,valid,test,seconds',
      'trial-a-seed1,a,,1,finished,true,0,0,60,61,0',
      'trial-a-seed2,a,,2,finished,true,0,0,62,63,0',
    ]);
  });

  it('the tables of runs that translate have the BLEU of test', async () => {
    const plan = await planSweep(writeSweep('spec: tiny.yaml\nvariants: { a: {}, b: {} }\nseeds: [1, 2]\n'));
    const report = reportSweep(
      plan,
      sweepFolder('sweeps', 'trial'),
      observed(plan, {
        'a-seed1': { ...finished(12, 13), bleu: 20 },
        'a-seed2': { ...finished(12, 13), bleu: 22 },
        'b-seed1': finished(11),
      }),
    );
    expect(markdownTables(report).split('\n').slice(2, -1)).toEqual([
      '| variant | seeds | valid        | test         | test BLEU    |         |',
      '| ------- | ----- | ------------ | ------------ | ------------ | ------- |',
      '| a       | 2     | 12.00 ± 0.00 | 13.00 ± 0.00 | 21.00 ± 1.41 | best    |',
      '| b       | 1     | 11.00        | –            | –            | 1 to do |',
    ]);
    expect(runsCsv(report.runs).split('\n').slice(0, 2)).toEqual([
      'run,variant,seed,state,chosen,epoch,epochs,valid,test,bleu,seconds',
      'trial-a-seed1,a,1,finished,true,0,0,12,13,20,0',
    ]);
    expect(renderSweep(report, 100)).toContain('BLEU');
    expectSchema(sweepSchema, report);
  });
});
