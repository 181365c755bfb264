/** Sweeps on a real Slurm: disturbed in every way that a cluster knows, refused, and seen when Slurm has forgotten them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { RunFolder } from '../../src/runs/run-folder.js';
import { lockFolder, lockOwner } from '../../src/storage/folder-lock.js';
import { slurmLauncher } from '../../src/sweeps/launchers/slurm.js';
import type { SweepReport } from '../../src/sweeps/report.js';
import type { ProcessRun } from '../cli/capture.js';
import { faultOf } from '../corpus/tiny-corpus.js';
import { CAN_PRELOAD, NEEDS_PRELOAD } from '../reliability/preloaded.js';
import { contentOf } from '../small-runs.js';
import { useRefusals } from '../storage/refusing-files.js';
import { HAS_SLURM, NEEDS_SLURM } from './slurm-cluster.js';
import { comparable, until, useSlurmSweeps } from './slurm-sweeps.js';

/** Number of Linux's error for a quota. */
const EDQUOT = 122;

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const sweeps = useSlurmSweeps({ SLURM_LOCAL_MAX_JOBS: '40' });
const { place, cluster } = sweeps;
const refusing = useRefusals();

/** Whether a stopped process has been sent SIGTERM. */
function isAskedToStop(pid: number): boolean {
  const pending = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return (Number.parseInt(pending, 16) & (1 << (15 - 1))) !== 0;
}

/** What the submissions of a sweep have written. */
function filesOf(sweep: string): string[] {
  const folder = join(sweeps.folders('slurm').sweeps, sweep, 'slurm');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe.skipIf(!HAS_SLURM)(`a sweep on Slurm${NEEDS_SLURM}`, () => {
  it('six runs that are stopped at their time limit, killed, cancelled and retried, preempted, and on a node that dies end in the weights of local runs', async () => {
    const path = sweeps.file(
      'six',
      `set: { training.epochs: 12 }
variants: { a: {}, b: { set: { training.bptt: 6 } } }
seeds: [1, 2, 3]
launcher: { slurm: { time: "60", saveSeconds: 45, memory: 800M } }
`,
    );
    // They may begin before the command ends.
    const [slow, killed, stopped, preempted] = ['a-seed1', 'b-seed1', 'a-seed2', 'b-seed2'].map((run) =>
      sweeps.caught(`six-${run}`),
    );
    const submitted = await sweeps.zlm(['sweep', path]);
    expect(submitted.stderr).toContain('Submitted 6 jobs as a job array');
    expect([submitted.code, sweeps.submissionsOf('six').length]).toEqual([0, 1]);

    const limited = await slow;
    // A minute is the shortest limit. Slurm looks for limits twice a minute.
    const limit = (minutes: number) =>
      cluster.slurm(
        'scontrol',
        'update',
        `JobId=${sweeps.submissionsOf('six')[0].id}_1`,
        `TimeLimit=${minutes}`,
      );
    limit(1);
    const saving = until(() => isAskedToStop(limited.pid)).then(() => process.kill(limited.pid, 'SIGCONT'));
    process.kill((await killed).pid, 'SIGKILL');
    // Slurm lets a stopped process go on before it asks it to end.
    await stopped;
    const cancelled = await sweeps.zlm(['sweep', 'cancel', path, '--run', 'six-a-seed2', '--json']);
    const { runs: states } = JSON.parse(cancelled.stdout) as SweepReport;
    expect(states.find(({ run }) => run === 'six-a-seed2')?.state).toBe('cancelled');
    await saving;
    const log = join(sweeps.folders('slurm').sweeps, 'six/logs/six-a-seed1.log');
    await until(() => readFileSync(log, 'utf8').includes('the time limit is near'));
    limit(60);

    await preempted;
    const words = ['--partition=urgent', '--cpus-per-task=2', '--output=/dev/null', '--wrap=true'];
    cluster.slurm('sbatch', ...words);
    await until(() => cluster.slurm('squeue', '--noheader', '--partition=urgent') === '');
    const dying = await sweeps.caught(
      'six-a-seed1',
      'six-b-seed1',
      'six-b-seed2',
      'six-a-seed3',
      'six-b-seed3',
    );
    cluster.node('kill-node');
    await until(() => cluster.slurm('sinfo', '--noheader', '--format=%T').startsWith('down'));
    cluster.node('start-node');

    const retried = await sweeps.zlm(['sweep', 'retry', path, '--wait']);
    expect(retried.stderr).toContain('Submitted 1 job as a job array');
    expect([retried.code, sweeps.isQueueEmpty()]).toEqual([0, true]);
    // Each was disturbed indeed: more than one session has trained it.
    const disturbed = ['six-a-seed1', 'six-b-seed1', 'six-a-seed2', 'six-b-seed2', dying.run];
    for (const run of disturbed) expect(sweeps.sessionsOf(run), run).toBeGreaterThan(1);

    await sweeps.runHere(path);
    for (const { run } of sweeps.tableOf('local', 'six').runs) {
      expect(await contentOf(sweeps.onSlurm(run))).toEqual(
        await contentOf(new RunFolder(join(sweeps.folders('local').runs, run))),
      );
    }
    expect(comparable(sweeps.tableOf('slurm', 'six'))).toEqual(comparable(sweeps.tableOf('local', 'six')));
    expect(readdirSync(join(sweeps.folders('slurm').sweeps, 'six', 'slurm', 'ended'))).toEqual([]);
  });

  it('an ensemble of the six, read by one process or by a job array, has the same perplexity to the last digit', async () => {
    const words = ['eval', '--ensemble', 'six', '--json'];
    const [here, spread] = [await sweeps.zlm(words), await sweeps.zlm([...words, '--launcher', 'slurm'])];
    expect(here.stderr).toContain('sweep six: 6 of 6 runs are finished, and members');
    expect(spread.stderr).toContain('Submitted 6 of 6 members');
    const [one, other] = [here, spread].map(({ stdout }) => ({ ...JSON.parse(stdout), seconds: 0 }));
    expect(one.members).toHaveLength(6);
    expect(other).toEqual(one);
    const again = await sweeps.zlm([...words, '--launcher', 'slurm']);
    expect(again.stderr).not.toContain('Submitted');
    expect(JSON.parse(again.stdout).perplexity).toBe(one.perplexity);
  });

  it('a run that fails is reported with its exit code and the end of its log, also when Slurm cannot be asked', async () => {
    const path = sweeps.file(
      'failing',
      'variants: { gone: { set: { corpus: gone } }, here: {} }\nseeds: [1]\n',
    );
    const { code, stdout } = await sweeps.zlm(['sweep', path, '--launcher', 'slurm', '--wait']);
    expect(code).toBe(4);
    expect(stdout).toContain('1 of 2 runs finished, 1 failed');
    expect(stdout).toMatch(/failing-gone-seed1:\n {2}Exit code 4\n.*There is no prepared corpus "gone"/s);
    // The launcher of the sweep is remembered, and what failed is not submitted again without a retry.
    const again = await sweeps.zlm(['sweep', path]);
    expect([again.code, again.stderr.includes('Submitted')]).toEqual([4, false]);
    const without = await sweeps.zlm(['sweep', 'status', path], { PATH: '/nowhere' });
    expect(without.stderr).toContain(
      'Slurm is not installed here: there is no program squeue; this is what the run folders say',
    );
    expect(without.stdout).toContain('1 of 2 runs finished');
  });
});

describe.skipIf(!HAS_SLURM)(`what Slurm refuses${NEEDS_SLURM}`, () => {
  /** Expects an error of the launcher, and no trace of the submission. */
  async function expectRefused(name: string, run: ProcessRun, ...parts: string[]): Promise<void> {
    for (const part of parts) expect(run.stderr).toContain(part);
    expect(run.code).toBe(7);
    expect(sweeps.isQueueEmpty()).toBe(true);
    expect(filesOf(name)).toEqual([]);
  }

  it('a partition that does not exist is refused with those that do, and nothing is submitted', async () => {
    const path = sweeps.file('elsewhere', 'seeds: [1, 2]\n');
    const run = await sweeps.zlm(['sweep', path, '--launcher', 'slurm', '--slurm', 'partition=nope']);
    await expectRefused('elsewhere', run, 'invalid partition specified: nope', 'main, urgent');
  });

  it('more memory than any node has is refused in words of Slurm, and nothing is submitted', async () => {
    const path = sweeps.file('large', 'seeds: [1, 2]\nlauncher: { slurm: { memory: 900T } }\n');
    await expectRefused(
      'large',
      await sweeps.zlm(['sweep', path]),
      'Slurm refuses: Requested node configuration is not available',
    );
  });

  it('an array with more tasks than the queue has room for is refused, and nothing is submitted', async () => {
    const folder = join(place.root, 'many');
    const launcher = slurmLauncher({ zlm: ['true'], name: 'many', folder, options: {} });
    const jobs = Array.from({ length: 60 }, (_, i) => ({
      run: `r${i}`,
      steps: [['x']],
      log: join(folder, 'log'),
    }));
    const { kind, message } = await faultOf(launcher.submit(jobs));
    expect([kind, message]).toEqual(['launcher', 'Slurm refuses: Resource temporarily unavailable']);
    expect([readdirSync(folder), sweeps.isQueueEmpty()]).toEqual([[], true]);
  });

  it.skipIf(!CAN_PRELOAD).each([
    ['before', '.tasks'],
    ['after', '/.jobs.json'],
  ])(`a full quota %s the submission leaves nothing submitted${NEEDS_PRELOAD}`, async (when, path) => {
    const name = `full-${when}`;
    const words = ['sweep', sweeps.file(name, 'seeds: [1, 2]\n'), '--launcher', 'slurm'];
    const run = await sweeps.zlm(words, refusing({ open: { path, error: EDQUOT } }));
    expect(run.stderr).toContain('no space left on the disk');
    expect([run.code, sweeps.isQueueEmpty()]).toEqual([4, true]);
    expect(filesOf(name)).toEqual([]);
  });

  it('without Slurm the error says so, and nothing is written', async () => {
    const path = sweeps.file('absent', 'seeds: [1, 2]\n');
    const run = await sweeps.zlm(['sweep', path, '--launcher', 'slurm'], { PATH: '/nowhere' });
    await expectRefused(
      'absent',
      run,
      'Slurm is not installed here: there is no program scontrol',
      '--launcher local',
    );
  });
});

describe.skipIf(!HAS_SLURM)(`locks of jobs on other nodes${NEEDS_SLURM}`, () => {
  /** Puts down the lock of a process on another host. */
  function lockElsewhere(folder: string, slurm: object): string {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'lock.1000000000000.1.0123abcd.json');
    const owner = { pid: 1, host: 'node7', since: '2026-01-02T03:04:05.000Z' };
    const { username: user } = userInfo();
    writeFileSync(
      path,
      JSON.stringify({ ...owner, slurm: { restarts: 0, cluster: 'local', user, ...slurm } }),
    );
    return path;
  }

  it('the lock of a job is respected while Slurm runs it, and taken over when it is over or was started again', async () => {
    const id = cluster.slurm('sbatch', '--parsable', '--output=/dev/null', '--wrap=sleep 300').trim();
    await until(() => cluster.slurm('squeue', '--noheader', '--format=%T').startsWith('RUNNING'));
    const folder = join(place.root, 'locked');
    lockElsewhere(folder, { id });
    const held = await faultOf(lockFolder(folder));
    expect(held.message).toContain(`is in use by process 1 on node7 in Slurm job ${id}, since 2026-01-02`);
    expect(held.cures).toEqual([`Wait for the job to end, or cancel it: \`scancel ${id}\`.`]);
    lockElsewhere(folder, { id, restarts: -1 });
    await (await lockFolder(folder)).release();
    lockElsewhere(folder, { id });
    expect(await lockOwner(folder)).toMatchObject({ host: 'node7' });
    cluster.slurm('scancel', id);
    await until(() => sweeps.isQueueEmpty());
    await (await lockFolder(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('the lock of a job that this Slurm cannot know is respected', async () => {
    for (const foreign of [{ cluster: 'far' }, { user: 'someone-else' }]) {
      const folder = join(place.root, 'foreign');
      lockElsewhere(folder, { id: '999999', ...foreign });
      expect((await faultOf(lockFolder(folder))).message).toContain('in Slurm job 999999');
    }
  });
});
