/** A real Slurm of one machine, for the tests of a file: scripts/slurm-local starts and stops it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ROOT } from '../cli/capture.js';
import { sharedFolder } from '../temp-folder.js';

const SCRIPT = join(ROOT, 'scripts', 'slurm-local');

const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

const areThere = (programs: readonly string[]) =>
  programs.every(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`], { env: environment }).status === 0,
  );

/** Whether Slurm and munge are installed. */
export const HAS_SLURM = areThere(['sbatch', 'slurmctld', 'slurmd', 'munged']);

/** Suffix for the title of tests that need Slurm. */
export const NEEDS_SLURM = HAS_SLURM ? '' : ', skipped: no slurm-wlm and munge';

/** Whether Slurm's accounting and its database are installed, too. */
export const HAS_ACCOUNTING = HAS_SLURM && areThere(['slurmdbd', 'mariadbd', 'sacctmgr']);

/** Suffix for the title of tests that need Slurm's accounting. */
export const NEEDS_ACCOUNTING = HAS_ACCOUNTING ? '' : ', skipped: no slurmdbd and mariadb-server';

/** A running cluster. */
export interface Cluster {
  /** Environment of programs that use it. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command of Slurm and returns what it prints. */
  slurm(program: string, ...words: string[]): string;
  /** Ends slurmd and all that runs on a node, ends slurmd alone, or starts it again; the first node by default. */
  node(command: 'kill-node' | 'stop-node' | 'start-node', name?: string): void;
}

/**
 * Starts a cluster for the tests of a file; call it once, outside of the tests. The services of this process find it, too.
 *
 * @param settings variables of the script
 * @param canStart false where what it needs is not installed
 */
export function useSlurm(settings: NodeJS.ProcessEnv = {}, canStart = HAS_SLURM): Cluster {
  const folder = sharedFolder();
  const env = { SLURM_CONF: join(folder, 'slurm.conf') };
  const call = (command: string, ...words: string[]) =>
    execFileSync(SCRIPT, [command, folder, ...words], {
      env: { ...environment, ...settings },
      stdio: 'pipe',
    });
  beforeAll(() => {
    if (!canStart) return;
    call('start');
    Object.assign(process.env, env);
  });
  afterAll(() => {
    if (canStart) call('stop');
    delete process.env.SLURM_CONF;
  });
  return {
    env,
    slurm: (program, ...words) =>
      execFileSync(program, words, { env: { ...environment, ...env }, encoding: 'utf8', stdio: 'pipe' }),
    node: (command, name = 'node1') => call(command, name),
  };
}
