/** Runs jobs as processes of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../storage/files.js';
import type { EndedJob, Job, LaunchedJobs, Launcher } from './launcher.js';

/** The program and its first words: node, and the file that starts zlm. */
export type ProgramWords = readonly [program: string, ...words: string[]];

/**
 * Makes a launcher of child processes. A job is in a process group of its own, so that the Ctrl-C of a terminal reaches the sweep
 * alone, which asks each job to stop once. When the sweep is killed, its jobs work on; the locks of their run folders show it.
 *
 * @param zlm      how to start zlm
 * @param capacity jobs side by side
 */
export function localLauncher(zlm: ProgramWords, capacity: number): Launcher {
  const children = new Map<string, ChildProcess>();
  let ended: EndedJob[] = [];

  function end(run: string, code: number | null, reason: string | null): void {
    children.delete(run);
    ended.push({ run, code, reason });
  }

  /**
   * Starts a step; resolves when its process is there, rejects when it cannot be started. Up to that process nothing is waited for, so
   * that a job has one at any time: the next step begins at the moment in which one is seen to have ended.
   */
  async function start({ run, steps: [args, ...later], log }: Job): Promise<void> {
    const stderr = openSync(log, 'a');
    try {
      const [program, ...words] = zlm;
      const child = spawn(program, [...words, ...args], {
        detached: true,
        stdio: ['ignore', 'ignore', stderr],
      });
      children.set(run, child);
      child.once('exit', (code, signal) => {
        if (code !== 0 || later.length === 0) end(run, code, signal && `signal ${signal}`);
        // A process that cannot be started is told as an end, since nobody waits for it here.
        else start({ run, steps: later, log }).catch((error) => end(run, null, String(error)));
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
    } finally {
      closeSync(stderr);
    }
  }

  return {
    capacity,
    async submit(jobs) {
      for (const job of jobs) {
        await makeFolder(dirname(job.log));
        await start(job).catch((error) => {
          children.delete(job.run);
          throw error;
        });
      }
    },
    async query(): Promise<LaunchedJobs> {
      const since = ended;
      ended = [];
      return { active: [...children.keys()], queued: [], ended: since };
    },
    async cancel(runs) {
      for (const run of runs) children.get(run)?.kill('SIGINT');
    },
  };
}
