/** A launcher that runs jobs in this process, by the services behind the commands: no process has to start for each. */

import { UserError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import type { EndedJob, Job, Launcher } from '../../src/sweeps/launchers/launcher.js';
import { openRun } from '../../src/systems/open-run.js';
import { resultOf, train } from '../../src/systems/train.js';

/** Exit codes of the command line. */
const CODES = { diverged: 6, interrupted: 130, data: 4, spec: 3, usage: 2, backend: 5, launcher: 7 } as const;

/** A launcher, and the command lines that it was given. */
export interface InProcessLauncher extends Launcher {
  readonly jobs: Job[];
}

/** The end of the last job: they run one after the other, since a process has one backend. */
let last: Promise<unknown> = Promise.resolve();

/** @param capacity jobs that it takes at once */
export function inProcessLauncher(capacity = 2): InProcessLauncher {
  const jobs: Job[] = [];
  const active = new Map<string, AbortController>();
  let ended: EndedJob[] = [];
  return {
    capacity,
    jobs,
    async submit(submitted) {
      for (const job of submitted) {
        jobs.push(job);
        const controller = new AbortController();
        active.set(job.run, controller);
        last = last
          .then(() => (controller.signal.aborted ? CODES.interrupted : run(job, controller.signal)))
          .then((code) => {
            active.delete(job.run);
            ended.push({ run: job.run, code, reason: null });
          });
      }
    },
    async query() {
      const since = ended;
      ended = [];
      return { active: [...active.keys()], queued: [], ended: since };
    },
    async cancel(runs) {
      for (const name of runs) active.get(name)?.abort(new UserError('interrupted', 'Interrupted'));
    },
  };
}

async function run({ steps: [args], log }: Job, signal: AbortSignal): Promise<number> {
  try {
    return await (args[0] === 'train' ? trainJob(args, signal) : evaluateJob(args, signal));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { mkdirSync, appendFileSync } = await import('node:fs');
    const { dirname } = await import('node:path');
    mkdirSync(dirname(log), { recursive: true });
    appendFileSync(log, `Error: ${error.message}\n`);
    return CODES[error.kind];
  }
}

async function trainJob(args: readonly string[], signal: AbortSignal): Promise<number> {
  const resume = valuesOf(args, '--resume')[0] ?? null;
  const outcome = await resultOf(
    train(
      {
        spec: resume === null ? args[1] : null,
        resume,
        overrides: valuesOf(args, '--set'),
        name: valuesOf(args, '--name')[0] ?? null,
        continueNamed: args.includes('--continue'),
        dataFolder: valuesOf(args, '--data')[0],
        runsFolder: valuesOf(args, '--runs')[0],
        backend: 'wasm',
        command: 'zlm train',
        version: '0.0.0',
      },
      { signal },
    ),
  );
  return outcome.outcome === 'interrupted' ? CODES.interrupted : 0;
}

async function evaluateJob(args: readonly string[], signal: AbortSignal): Promise<number> {
  const opened = await openRun(
    {
      run: args[1],
      runsFolder: valuesOf(args, '--runs')[0],
      dataFolder: valuesOf(args, '--data')[0],
      checkpoint: 'best',
      backend: 'wasm',
    },
    { signal },
  );
  try {
    await evaluate(opened, { split: 'test', batch: 1 }, { signal });
    return 0;
  } finally {
    opened.dispose();
  }
}

/** Returns the values of a flag. */
function valuesOf(args: readonly string[], flag: string): string[] {
  return args.flatMap((word, index) => (word === flag ? [args[index + 1]] : []));
}
