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
  /** The process of each job; null between two of its steps. */
  const working = new Map<string, ChildProcess | null>();
  /** Jobs that were cancelled between two of their steps. */
  const cancelled = new Set<string>();
  let ended: EndedJob[] = [];

  function end(run: string, code: number | null, reason: string | null): void {
    working.delete(run);
    cancelled.delete(run);
    ended.push({ run, code, reason });
  }

  /** Resolves when the process is there; rejects when it cannot be started. */
  async function start({ run, steps: [args, ...later], log }: Job): Promise<void> {
    await makeFolder(dirname(log));
    const stderr = openSync(log, 'a');
    try {
      const [program, ...words] = zlm;
      const child = spawn(program, [...words, ...args], {
        detached: true,
        stdio: ['ignore', 'ignore', stderr],
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      working.set(run, child);
      if (cancelled.has(run)) child.kill('SIGINT');
      child.once('exit', (code, signal) => {
        if (code !== 0 || later.length === 0) return end(run, code, signal && `signal ${signal}`);
        working.set(run, null);
        // A process that cannot be started is told as an end, since nobody waits for it here.
        start({ run, steps: later, log }).catch((error) => end(run, null, String(error)));
      });
    } finally {
      closeSync(stderr);
    }
  }

  return {
    capacity,
    async submit(jobs) {
      for (const job of jobs) await start(job);
    },
    async query(): Promise<LaunchedJobs> {
      const since = ended;
      ended = [];
      return { active: [...working.keys()], queued: [], ended: since };
    },
    async cancel(runs) {
      for (const run of runs) {
        if (working.get(run) === null) cancelled.add(run);
        else working.get(run)?.kill('SIGINT');
      }
    },
  };
}
