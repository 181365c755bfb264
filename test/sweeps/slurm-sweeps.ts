/** Sweeps on a real Slurm and on this machine, for the tests of a file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunFolder } from '../../src/runs/run-folder.js';
import { lockOwner } from '../../src/storage/folder-lock.js';
import { localLauncher } from '../../src/sweeps/launchers/local.js';
import type { SweepReport } from '../../src/sweeps/report.js';
import { runSweep } from '../../src/sweeps/run-sweep.js';
import { resultOf } from '../../src/systems/train.js';
import { type ProcessRun, spawnZlm, ZLM } from '../cli/capture.js';
import { useWorkplace, type Workplace } from '../small-runs.js';
import { type Cluster, useSlurm } from './slurm-cluster.js';

/** Waits until something is there. */
export async function until<Result>(
  look: () => Promise<Result | undefined | false> | Result | undefined | false,
): Promise<Result> {
  for (;;) {
    const result = await look();
    if (result) return result;
    await sleep(20);
  }
}

/** Returns what the tables of two launchers must agree in: all except time and place. */
export function comparable({ folder: _, runs, ...report }: SweepReport) {
  return { ...report, runs: runs.map((run) => ({ ...run, seconds: 0 })) };
}

/** The small corpus and spec, a cluster, and the sweeps on it. */
export class SlurmSweeps {
  constructor(
    readonly place: Workplace,
    readonly cluster: Cluster,
  ) {}

  /** Returns the folders of what runs on Slurm, or of what it is compared with. */
  folders(where: 'slurm' | 'local') {
    const { root } = this.place;
    return { runs: join(root, `runs-${where}`), sweeps: join(root, `sweeps-${where}`) };
  }

  onSlurm(run: string): RunFolder {
    return new RunFolder(join(this.folders('slurm').runs, run));
  }

  /** Writes a sweep file beside the small spec. */
  file(name: string, yaml: string): string {
    const path = join(this.place.root, `${name}.yaml`);
    writeFileSync(path, `spec: tiny.yaml\n${yaml}`);
    return path;
  }

  /** Runs a command of sweeps on the cluster. */
  async zlm(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ProcessRun> {
    const { runs, sweeps } = this.folders('slurm');
    const takesAll = !['status', 'cancel'].includes(words[1]);
    const more = takesAll ? ['--data', this.place.data, '--backend', 'wasm'] : [];
    const all = [...words, '--runs', runs, '--sweeps', sweeps, ...more];
    return await spawnZlm(all, { env: { ...this.cluster.env, ...env } });
  }

  /** Runs a sweep file on this machine. */
  async runHere(path: string): Promise<void> {
    const { runs, sweeps } = this.folders('local');
    const { data } = this.place;
    const request = { path, sweepsFolder: sweeps, runsFolder: runs, dataFolder: data, retry: false };
    const launcher = localLauncher([process.execPath, ZLM], 2);
    await resultOf(runSweep({ ...request, backend: 'wasm', threads: 1, launcher }, { interval: 0.1 }));
  }

  /**
   * Stops the process that trains one of some runs as soon as it has saved once, so that it can be disturbed at leisure.
   *
   * @returns its id, and the run
   */
  async caught(...runs: string[]): Promise<{ readonly pid: number; readonly run: string }> {
    return await until(async () => {
      for (const run of runs) {
        const folder = this.onSlurm(run);
        const owner = existsSync(folder.checkpoint('last')) && (await lockOwner(folder.path));
        if (!owner) continue;
        process.kill(owner.pid, 'SIGSTOP');
        return { pid: owner.pid, run };
      }
      return undefined;
    });
  }

  sessionsOf(run: string): number {
    return JSON.parse(readFileSync(this.onSlurm(run).environment, 'utf8')).sessions.length;
  }

  tableOf(where: 'slurm' | 'local', sweep: string): SweepReport {
    return JSON.parse(readFileSync(join(this.folders(where).sweeps, sweep, 'table.json'), 'utf8'));
  }

  submissionsOf(sweep: string): { readonly id: string }[] {
    const path = join(this.folders('slurm').sweeps, sweep, 'slurm', 'jobs.json');
    return JSON.parse(readFileSync(path, 'utf8')).submissions;
  }

  isQueueEmpty(): boolean {
    return this.cluster.slurm('squeue', '--noheader') === '';
  }
}

/**
 * Makes a workplace and starts a cluster for the tests of a file; call it once, outside of the tests.
 *
 * @param settings of the cluster
 * @param canStart false where what the cluster needs is not installed
 */
export function useSlurmSweeps(settings?: NodeJS.ProcessEnv, canStart?: boolean): SlurmSweeps {
  return new SlurmSweeps(useWorkplace(), useSlurm(settings, canStart));
}
