/** Sweeps of real trainings: interrupted, killed and continued, twice at once, with runs that diverge or fail. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import schema from '../../schemas/output/sweep.schema.json' with { type: 'json' };
import SweepRetry from '../../src/commands/sweep/retry.js';
import SweepStatus from '../../src/commands/sweep/status.js';
import { UserError } from '../../src/errors.js';
import { lockFolder, lockOwner } from '../../src/storage/folder-lock.js';
import type { Launcher } from '../../src/sweeps/launchers/launcher.js';
import { localLauncher } from '../../src/sweeps/launchers/local.js';
import type { SweepReport } from '../../src/sweeps/report.js';
import { runSweep } from '../../src/sweeps/run-sweep.js';
import type { SweepEvent } from '../../src/sweeps/start-sweep.js';
import { cancelSweep } from '../../src/sweeps/sweep-status.js';
import { resultOf } from '../../src/systems/train.js';
import { runCommand, startZlm } from '../cli/capture.js';
import { faultOf } from '../corpus/tiny-corpus.js';
import { prepareSmallCorpus } from '../small-corpus.js';
import { contentOf, trainSmall, useWorkplace } from '../small-runs.js';
import { inProcessLauncher } from './in-process-launcher.js';

const place = useWorkplace();
const sweepsFolder = () => join(place.root, 'sweeps');

/** Writes a sweep file beside the small spec. */
function sweepFile(name: string, yaml: string): string {
  const path = join(place.root, `${name}.yaml`);
  writeFileSync(path, `spec: tiny.yaml\n${yaml}`);
  return path;
}

/** How a sweep is run in a test. */
interface SmallSweep {
  readonly launcher?: Launcher;
  readonly retry?: boolean;
  /** Interrupts after an event. */
  readonly interruptAt?: (event: SweepEvent) => boolean;
  readonly notes?: string[];
}

/** Runs a sweep in this process to its end. */
async function sweep(path: string, how: SmallSweep = {}): Promise<SweepReport> {
  const { launcher = inProcessLauncher(), retry = false, interruptAt, notes } = how;
  const controller = new AbortController();
  const { data, runs } = place;
  const request = { path, sweepsFolder: sweepsFolder(), runsFolder: runs, dataFolder: data };
  const service = runSweep(
    { ...request, backend: 'wasm', threads: 1, launcher, retry },
    { signal: controller.signal, interval: 0.02 },
  );
  return await resultOf(service, (event) => {
    if (event.kind === 'note') notes?.push(event.line);
    if (interruptAt?.(event)) controller.abort(new UserError('interrupted', 'Interrupted'));
  });
}

const statesOf = ({ runs }: SweepReport) => runs.map(({ run, state }) => `${run}: ${state}`);

/** Sessions that have trained a run. */
function sessionsOf(run: string): number {
  return JSON.parse(readFileSync(place.run(run).environment, 'utf8')).sessions.length;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}

/** Long enough to be stopped in. */
const LONG = 'set: { training.epochs: 9 }\nseeds: [1, 2]\n';

/** Expects the weights of an undisturbed training of the same specs. */
async function expectUndisturbed(name: string): Promise<void> {
  for (const seed of [1, 2]) {
    const reference = `${name}-reference-${seed}`;
    await trainSmall(place, { overrides: ['training.epochs=9', `training.seed=${seed}`], name: reference });
    expect(await contentOf(place.run(`${name}-seed${seed}`))).toEqual(await contentOf(place.run(reference)));
  }
}

describe('a sweep', () => {
  it('trains every run, evaluates it on test once, writes its tables, and has nothing to do when it is started again', async () => {
    const path = sweepFile(
      'whole',
      'variants:\n  none: { set: { "dropout.input, dropout.between, dropout.output": { rate: 0 } } }\n  vertical: {}\nseeds: [1, 2]\n',
    );
    const launcher = inProcessLauncher();
    const report = await sweep(path, { launcher });
    expect(report.done).toBe(true);
    expect(report.runs.map(({ state }) => state)).toEqual(Array(4).fill('finished'));
    expect(report.groups.map(({ valid, test }) => [valid?.count, test?.count])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(report.groups.filter(({ best }) => best)).toHaveLength(1);
    expect(launcher.jobs.map(({ steps }) => steps[0][0])).toEqual([
      ...Array(4).fill('train'),
      ...Array(4).fill('eval'),
    ]);
    const folder = join(sweepsFolder(), 'whole');
    expect(readdirSync(folder).sort()).toEqual([
      'epochs.csv',
      'figures.svg',
      'runs.json',
      'sweep.yaml',
      'table.csv',
      'table.json',
      'table.md',
    ]);
    expect(readFileSync(join(folder, 'table.csv'), 'utf8').split('\n')).toHaveLength(6);
    expect(JSON.parse(readFileSync(join(folder, 'table.json'), 'utf8'))).toEqual(report);
    // Three epochs of four runs, each with the figures of its run.
    const [head, ...epochs] = readFileSync(join(folder, 'epochs.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toBe('group,run,seed,epoch,windows,learning rate,train,valid');
    expect(epochs).toHaveLength(12);
    const drawn = readFileSync(join(folder, 'figures.svg'), 'utf8');
    expect(drawn).toContain('<title>Perplexity per epoch; Perplexity on test</title>');
    const first = JSON.parse(
      readFileSync(place.run('whole-none-seed1').metrics, 'utf8')
        .split('\n')
        .find((line) => line.includes('"epoch"') && line.includes('validPerplexity')) ?? '',
    );
    const { windows, learningRate, trainPerplexity, validPerplexity } = first;
    expect(epochs[0]).toBe(
      ['none,whole-none-seed1,1,1', windows, learningRate, trainPerplexity, validPerplexity].join(','),
    );
    const again = inProcessLauncher();
    expect(await sweep(path, { launcher: again })).toEqual(report);
    expect(again.jobs).toEqual([]);
    const places = ['--sweeps', sweepsFolder(), '--runs', place.runs];
    const { stdout, exitCode } = await runCommand(SweepStatus, [path, ...places, '--json']);
    expect(exitCode).toBe(0);
    const printed = JSON.parse(stdout);
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
    expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
    expect(printed.runs).toEqual(report.runs);
  });

  it('tunes with the first seed on valid, and evaluates only what it chose on test', async () => {
    const path = sweepFile(
      'tuned',
      'variants:\n  v: { tune: { training.optimizer.sgd.learningRate: [0.001, 1] } }\nseeds: [1, 2]\n',
    );
    const report = await sweep(path);
    expect(report.groups).toMatchObject([{ tuned: { learningRate: 1 }, finished: 3, wanted: 3 }]);
    expect(report.runs.map(({ state, test }) => [state, test !== null])).toEqual([
      ['finished', false],
      ['not needed', false],
      ['finished', true],
      ['finished', true],
    ]);
  });

  it('a run that diverges is in the table, stops no other, gives exit code 6, and is tried again only by retry', async () => {
    const path = sweepFile(
      'wild',
      'variants:\n  wild: { set: { training.optimizer.sgd.learningRate: 1000000 } }\n  good: {}\nseeds: [1]\n',
    );
    const report = await sweep(path);
    expect(statesOf(report)).toEqual(['wild-wild-seed1: diverged', 'wild-good-seed1: finished']);
    expect(report.done).toBe(true);
    const places = ['--sweeps', sweepsFolder(), '--runs', place.runs];
    const shown = await runCommand(SweepStatus, [path, ...places]);
    expect(shown.stdout).toContain('1 diverged');
    expect(shown.exitCode).toBe(6);
    expect(statesOf(await sweep(path))).toEqual(statesOf(report));
    expect(sessionsOf('wild-wild-seed1')).toBe(1);
    expect(statesOf(await sweep(path, { retry: true }))).toEqual(statesOf(report));
    expect(sessionsOf('wild-wild-seed1')).toBe(2);
  });

  it('a run that fails is in the table with the end of its log, and retry trains it', async () => {
    const path = sweepFile(
      'failing',
      'variants:\n  gone: { set: { corpus: gone } }\n  here: {}\nseeds: [1]\n',
    );
    const report = await sweep(path);
    expect(statesOf(report)).toEqual(['failing-gone-seed1: failed', 'failing-here-seed1: finished']);
    expect(report.runs[0].problem).toContain('There is no prepared corpus "gone"');
    const again = inProcessLauncher();
    await sweep(path, { launcher: again });
    expect(again.jobs).toEqual([]);
    await prepareSmallCorpus(place.data, { name: 'gone' });
    const words = ['--sweeps', sweepsFolder(), '--runs', place.runs];
    expect((await runCommand(SweepStatus, [path, ...words])).exitCode).toBe(4);
    expect(statesOf(await sweep(path, { retry: true }))[0]).toBe('failing-gone-seed1: finished');
    expect(SweepRetry.summary).toContain('try again');
  });

  it('runs that do not fit their corpus are refused before anything is trained, at their line of the sweep file', async () => {
    const path = sweepFile('long', 'budget: { tokens: 1000000 }\nseeds: [1, 2]\n');
    const launcher = inProcessLauncher();
    const { message } = await faultOf(sweep(path, { launcher }));
    expect(message).toMatch(
      /long\.yaml:2:19 {2}training\.windowsPerEpoch is \d+, but one pass over corpus small has \d+ windows/,
    );
    expect(launcher.jobs).toEqual([]);
  });

  it.each([
    ['text', ''],
    ['parallel', 'task: { translation: {} }, '],
  ])(
    'a sweep without any prepared corpus says how to prepare one of %s, and starts nothing',
    async (kind, task) => {
      const launcher = inProcessLauncher();
      const { message, cures } = await faultOf(
        sweep(sweepFile(`homeless-${kind}`, `set: { ${task}corpus: absent }\nseeds: [1]\n`), { launcher }),
      );
      expect(message).toContain('There is no prepared corpus "absent"');
      expect(cures[0]).toContain(`zlm prepare ${kind} absent`);
      expect(launcher.jobs).toEqual([]);
    },
  );

  it('two sweeps of the same runs at once both end, and every run is trained once and evaluated once', async () => {
    const path = sweepFile('twice', 'seeds: [1, 2, 3]\n');
    const launchers = [inProcessLauncher(), inProcessLauncher()];
    const [one, two] = await Promise.all(launchers.map((launcher) => sweep(path, { launcher })));
    expect([one.done, two.done]).toEqual([true, true]);
    expect(one.runs.map(({ test }) => test)).toEqual(two.runs.map(({ test }) => test));
    for (const seed of [1, 2, 3]) expect(sessionsOf(`twice-seed${seed}`)).toBe(1);
    const evaluated = launchers
      .flatMap(({ jobs }) => jobs)
      .filter(({ steps }) => steps[0][0] === 'eval')
      .map(({ run }) => run);
    expect(evaluated.sort()).toEqual([1, 2, 3].map((seed) => `twice-seed${seed}`));
  });

  it('a run that another process evaluates is waited for', async () => {
    const path = sweepFile('tested', 'seeds: [1]\n');
    await sweep(path);
    const { evaluations } = place.run('tested-seed1');
    rmSync(evaluations, { recursive: true });
    const lock = await lockFolder(join(evaluations, '.test'));
    const launcher = inProcessLauncher();
    let looks = 0;
    const report = await sweep(path, {
      launcher,
      interruptAt: ({ kind }) => {
        if (kind === 'report' && ++looks === 3) {
          expect(launcher.jobs).toEqual([]);
          void lock.release();
        }
        return false;
      },
    });
    expect([report.done, launcher.jobs.map(({ steps }) => steps[0][0])]).toEqual([true, ['eval']]);
  });

  it('an evaluation with a method at test time is not the figure of a run', async () => {
    const path = sweepFile('plain', 'seeds: [1]\n');
    const [{ test }] = (await sweep(path)).runs;
    const { evaluations } = place.run('plain-seed1');
    const kept = JSON.parse(readFileSync(join(evaluations, 'test-best-batch1.json'), 'utf8'));
    const other = { ...kept, method: 'neural-cache', perplexity: kept.perplexity / 2 };
    writeFileSync(join(evaluations, 'test-best-batch1-12345678.json'), JSON.stringify(other));
    expect((await sweep(path)).runs[0].test).toBe(test);
    // Where the plain figure is missing, that of a method does not take its place.
    rmSync(join(evaluations, 'test-best-batch1.json'));
    const launcher = inProcessLauncher();
    expect((await sweep(path, { launcher })).runs[0].test).toBe(test);
    expect(launcher.jobs.map(({ steps }) => steps[0][0])).toEqual(['eval']);
  });

  it('a budget of time stops a run at the next look, and its best epoch counts', async () => {
    const path = sweepFile(
      'short',
      'set: { training.epochs: 100000, training.schedule: { constant: {} } }\nbudget: { minutes: 0.02 }\n',
    );
    const report = await sweep(path);
    const [run] = report.runs;
    expect(run).toMatchObject({ state: 'finished', chosen: true });
    expect(run.epoch).toBeLessThan(100_000);
    expect(run.seconds).toBeGreaterThan(1.2);
    expect(run.test).not.toBe(null);
    const again = inProcessLauncher();
    await sweep(path, { launcher: again });
    expect(again.jobs).toEqual([]);
  });

  it('a changed sweep file is noticed: other runs are noted, other specs of the same runs are refused', async () => {
    const path = sweepFile('changed', 'seeds: [1]\n');
    await sweep(path);
    sweepFile('changed', 'seeds: [2, 3]\n');
    const notes: string[] = [];
    await sweep(path, { notes });
    expect(notes).toEqual([
      'The sweep file has changed since it was last started: 2 runs are new, 1 is no longer in it',
    ]);
    sweepFile('changed', 'set: { training.bptt: 6 }\nseeds: [2, 3]\n');
    const refused = await faultOf(sweep(path));
    expect(refused.kind).toBe('data');
    expect(refused.message).toContain('changed-seed2: training.bptt is 5, now 6');
    expect(refused.cures[0]).toContain('another name');
  });

  it('files in the place of a run are kept, and named', async () => {
    const path = sweepFile('taken', 'seeds: [1]\n');
    mkdirSync(place.run('taken-seed1').path, { recursive: true });
    writeFileSync(join(place.run('taken-seed1').path, 'notes.txt'), 'mine');
    expect((await faultOf(sweep(path))).message).toContain('is not a run, but has notes.txt in it');
    expect(readFileSync(join(place.run('taken-seed1').path, 'notes.txt'), 'utf8')).toBe('mine');
  });
});

describe('a sweep that is stopped', () => {
  it('an interrupted sweep saves its runs, and continues to the weights of undisturbed ones', async () => {
    const path = sweepFile('stopped', LONG);
    const interruptAt = ({ kind }: SweepEvent) =>
      kind === 'report' && existsSync(place.run('stopped-seed1').checkpoint('last'));
    expect((await faultOf(sweep(path, { interruptAt }))).kind).toBe('interrupted');
    const { runs } = JSON.parse(readFileSync(join(sweepsFolder(), 'stopped', 'table.json'), 'utf8'));
    expect(runs[0].state).toBe('interrupted');
    expect((await sweep(path)).done).toBe(true);
    await expectUndisturbed('stopped');
  });

  it('killed processes of a sweep and of its runs leave what the next sweep continues, to the weights of undisturbed runs', async () => {
    const path = sweepFile('killed', LONG);
    const words = ['--sweeps', sweepsFolder(), '--runs', place.runs, '--data', place.data];
    const killed = startZlm(['sweep', path, ...words, '--backend', 'wasm', '--jobs', '2']);
    const first = place.run('killed-seed1');
    await until(() => existsSync(first.checkpoint('last')) || killed.process.exitCode !== null);
    expect(killed.process.exitCode).toBe(null);
    killed.process.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    // Its runs work on without it.
    const owners = [1, 2].map((seed) => lockOwner(place.run(`killed-seed${seed}`).path));
    for (const owner of await Promise.all(owners)) if (owner) process.kill(owner.pid, 'SIGKILL');
    // What a trainer leaves that is killed before its spec is written.
    rmSync(place.run('killed-seed2').path, { recursive: true, force: true });
    mkdirSync(place.run('killed-seed2').path);
    expect((await sweep(path)).done).toBe(true);
    await expectUndisturbed('killed');
  });
});

describe('cancelling', () => {
  it('a cancelled run saves, is not started again by the sweep that works on it, and ends by a retry in the weights of an undisturbed one', async () => {
    const path = sweepFile('dropped', LONG);
    const words = ['--sweeps', sweepsFolder(), '--runs', place.runs, '--data', place.data];
    const working = startZlm(['sweep', path, ...words, '--backend', 'wasm', '--jobs', '1']);
    const first = place.run('dropped-seed1');
    await until(() => existsSync(first.checkpoint('last')) || working.process.exitCode !== null);
    const folders = { path, sweepsFolder: sweepsFolder(), runsFolder: place.runs };
    const cancelled = await cancelSweep(folders, ['dropped-seed1']);
    expect(statesOf(cancelled)[0]).toBe('dropped-seed1: cancelled');
    expect((await working.ended).code).toBe(0);
    const left = ['dropped-seed1: cancelled', 'dropped-seed2: finished'];
    expect(statesOf(await sweep(path))).toEqual(left);
    expect(sessionsOf('dropped-seed1')).toBe(1);
    const { kind, message } = await faultOf(cancelSweep(folders, ['dropped-seed9']));
    expect([kind, message]).toEqual(['usage', 'Sweep dropped has no run dropped-seed9']);
    expect((await sweep(path, { retry: true })).done).toBe(true);
    await expectUndisturbed('dropped');
  });
});

describe('the local launcher', () => {
  it('reports exit codes and signals, writes stderr to the log, and cancels by SIGINT', async () => {
    const launcher = localLauncher([process.execPath, '-e'], 2);
    const log = join(place.root, 'logs', 'job.log');
    const script =
      'process.on("SIGINT", () => process.exit(130)); console.error("begun"); setInterval(() => {}, 1000)';
    await launcher.submit([{ run: 'patient', steps: [[script]], log }]);
    await launcher.submit([
      { run: 'failing', steps: [[''], ['process.exit(5)'], ['']], log: join(place.root, 'logs', 'f.log') },
    ]);
    // A query tells only what has ended since the one before, and this one may be late.
    const { active, ended: first } = await launcher.query();
    expect(active).toContain('patient');
    const ended: unknown[] = [...first];
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('begun'));
    await launcher.cancel(['patient', 'unknown']);
    await until(async () => {
      const jobs = await launcher.query();
      ended.push(...jobs.ended);
      return jobs.active.length === 0;
    });
    expect(ended).toEqual(
      expect.arrayContaining([
        { run: 'patient', code: 130, reason: null },
        { run: 'failing', code: 5, reason: null },
      ]),
    );
  });

  it('has a job among those that work until its last step has ended, and cancels it between two steps', async () => {
    const launcher = localLauncher([process.execPath, '-e'], 2);
    const log = join(place.root, 'logs', 'steps.log');
    const steps = Array.from({ length: 8 }, () => ['']);
    await launcher.submit(['whole', 'cancelled'].map((run) => ({ run, steps, log })));
    const ended: { run: string; code: number | null }[] = [];
    const gone = () => ended.map(({ run }) => run);
    let [queries, active] = [0, ['cancelled']];
    // At every turn of the loop: the time between two steps is only a few of them.
    for (; active.length > 0; await nextTurn()) {
      const jobs = await launcher.query();
      active = [...jobs.active];
      ended.push(...jobs.ended);
      expect([...active, ...gone()].sort()).toEqual(['cancelled', 'whole']);
      if (++queries % 100 === 0 && active.includes('cancelled')) await launcher.cancel(['cancelled']);
    }
    expect(ended).toContainEqual({ run: 'whole', code: 0, reason: null });
    expect(ended.find(({ run }) => run === 'cancelled')).toMatchObject({
      code: null,
      reason: 'signal SIGINT',
    });
  });
});
