/** Sweeps on a real Slurm with two nodes and accounting: what the queue has forgotten, and a service that is restarted. */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { RunFolder } from '../../src/runs/run-folder.js';
import type { SweepReport } from '../../src/sweeps/report.js';
import { contentOf } from '../small-runs.js';
import { HAS_ACCOUNTING, NEEDS_ACCOUNTING } from './slurm-cluster.js';
import { until, useSlurmSweeps } from './slurm-sweeps.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const settings = {
  SLURM_LOCAL_NODES: '2',
  SLURM_LOCAL_ACCOUNTING: 'yes',
  SLURM_LOCAL_FORGET: '2',
  // The node is not taken for dead while its service is away.
  SLURM_LOCAL_NODE_TIMEOUT: '300',
};
const sweeps = useSlurmSweeps(settings, HAS_ACCOUNTING);
const { cluster } = sweeps;

function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

const RUNS = ['nodes-a-seed1', 'nodes-b-seed1', 'nodes-a-seed2', 'nodes-b-seed2'];

describe.skipIf(!HAS_ACCOUNTING)(`a sweep on two nodes${NEEDS_ACCOUNTING}`, () => {
  it('runs on both nodes, also while slurmd is restarted, end in the weights of local runs, and the accounting tells what the queue forgot', async () => {
    const path = sweeps.file(
      'nodes',
      `set: { training.epochs: 4 }
variants: { a: {}, b: { set: { training.bptt: 6 } } }
seeds: [1, 2]
launcher: { slurm: { time: "60", cpus: 2, memory: 800M } }
`,
    );
    const both = ['nodes-a-seed1', 'nodes-b-seed1'].map((run) => sweeps.caught(run));
    expect((await sweeps.zlm(['sweep', path])).stderr).toContain('Submitted 4 jobs as a job array');
    const stopped = await Promise.all(both);
    const [{ id }] = sweeps.submissionsOf('nodes');
    const nodeOf = (index: number) =>
      cluster.slurm('squeue', '--noheader', `--jobs=${id}_${index}`, '--format=%N').trim();
    expect([nodeOf(1), nodeOf(2)].sort()).toEqual(['node1', 'node2']);

    // Before it has begun, so that it leaves no file of its own.
    cluster.slurm('scancel', `${id}_4`);
    // The service is away while the job runs to its end.
    const node = nodeOf(1);
    cluster.node('stop-node', node);
    for (const { pid } of stopped) process.kill(pid, 'SIGCONT');
    await until(() => hasEnded(stopped[0].pid));
    cluster.node('start-node', node);
    // While it runs, and not by zlm: what it leaves is the exit code of an interruption.
    await sweeps.caught('nodes-a-seed2');
    cluster.slurm('scancel', `${id}_3`);

    await until(() => sweeps.isQueueEmpty());
    await until(() => !cluster.slurm('squeue', '--noheader', '--me', '--states=all').includes(id));
    const { stdout } = await sweeps.zlm(['sweep', 'status', path, '--json']);
    const { runs } = JSON.parse(stdout) as SweepReport;
    const states = Object.fromEntries(runs.map(({ run, state }) => [run, state]));
    // The accounting knows of the first; of the second, which never began, nobody does.
    expect(states).toMatchObject({ 'nodes-a-seed2': 'cancelled', 'nodes-b-seed2': 'cancelled' });

    expect((await sweeps.zlm(['sweep', 'retry', path, '--wait'])).code).toBe(0);
    await sweeps.runHere(path);
    const here = (run: string) => new RunFolder(join(sweeps.folders('local').runs, run));
    for (const run of RUNS) expect(await contentOf(sweeps.onSlurm(run))).toEqual(await contentOf(here(run)));
    expect(sweeps.sessionsOf('nodes-a-seed1')).toBe(1);
  });
});
