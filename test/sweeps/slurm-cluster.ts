/** A real Slurm of one machine, for the tests of a file: scripts/slurm-local starts and stops it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ROOT } from '../cli/capture.js';
import { sharedFolder } from '../temp-folder.js';

const SCRIPT = join(ROOT, 'scripts', 'slurm-local');

const PROGRAMS = ['sbatch', 'slurmctld', 'slurmd', 'munged'];

const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** Whether Slurm and munge are installed. */
export const HAS_SLURM = PROGRAMS.every(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`], { env: environment }).status === 0,
);

/** Suffix for the title of tests that need Slurm. */
export const NEEDS_SLURM = HAS_SLURM ? '' : ', skipped: no slurm-wlm and munge';

/** A running cluster. */
export interface Cluster {
  /** Environment of programs that use it. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command of Slurm and returns what it prints. */
  slurm(program: string, ...words: string[]): string;
  /** Ends slurmd and all that runs on the node, or starts slurmd again. */
  node(command: 'kill-node' | 'start-node'): void;
}

/**
 * Starts a cluster for the tests of a file; call it once, outside of the tests. The services of this process find it, too.
 *
 * @param settings variables of the script
 */
export function useSlurm(settings: NodeJS.ProcessEnv = {}): Cluster {
  const folder = sharedFolder();
  const env = { SLURM_CONF: join(folder, 'slurm.conf') };
  const call = (command: string) =>
    execFileSync(SCRIPT, [command, folder], { env: { ...environment, ...settings }, stdio: 'pipe' });
  beforeAll(() => {
    if (!HAS_SLURM) return;
    call('start');
    Object.assign(process.env, env);
  });
  afterAll(() => {
    if (HAS_SLURM) call('stop');
    delete process.env.SLURM_CONF;
  });
  return {
    env,
    slurm: (program, ...words) =>
      execFileSync(program, words, { env: { ...environment, ...env }, encoding: 'utf8', stdio: 'pipe' }),
    node: (command) => call(command),
  };
}
