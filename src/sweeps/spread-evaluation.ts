/** Evaluates an ensemble by the jobs of a launcher: each reads the split with one member, and this process takes the mean. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import type { EvaluationHooks } from '../evaluation/evaluate.js';
import { hasReading, loadReading, meanOfReadings, type ReadingKey } from '../evaluation/member-reading.js';
import type { CombinedEvaluation } from '../evaluation/report.js';
import { keepOrNote } from '../runs/evaluations.js';
import { findRun } from '../runs/list-runs.js';
import type { RunFolder } from '../runs/run-folder.js';
import { commonWords, type JobSettings } from './job-words.js';
import type { EndedJob, Launcher } from './launchers/launcher.js';
import { lastLinesOf } from './sweep-folder.js';

/** Request to evaluate an ensemble by jobs. */
export interface SpreadRequest extends ReadingKey, JobSettings {
  /** Names of runs, in the order of the ensemble. */
  readonly runs: readonly string[];
}

/** Folder of the jobs of an ensemble: in that of its first run, which keeps the report, too. */
export function spreadFolder(first: RunFolder): string {
  return join(first.evaluations, 'slurm');
}

/** Seconds between two looks at the jobs. */
const INTERVAL = 5;

/**
 * Evaluates an ensemble. Members whose checkpoint has been read before are not read again, so the same command continues after an
 * interruption, which leaves the jobs at work.
 *
 * @param interval seconds between two looks at the jobs
 * @throws UserError when a job is refused or fails, or the members do not fit each other; the signal's reason when it is aborted
 */
export async function spreadEvaluation(
  request: SpreadRequest,
  launcher: Launcher,
  hooks: EvaluationHooks = {},
  interval = INTERVAL,
): Promise<CombinedEvaluation> {
  const runs = await Promise.all(request.runs.map((name) => findRun(request.runsFolder, name)));
  const missing = async () => {
    const isThere = await Promise.all(runs.map((run) => hasReading(run, request)));
    return runs.filter((_, index) => !isThere[index]);
  };
  const { active } = await launcher.query();
  const toRead = (await missing()).filter(({ name }) => !active.includes(name));
  const logs = join(spreadFolder(runs[0]), 'logs');
  await launcher.submit(
    toRead.map(({ name }) => ({ run: name, steps: [words(name, request)], log: join(logs, `${name}.log`) })),
  );
  if (toRead.length > 0) hooks.onNote?.(`Submitted ${toRead.length} of ${runs.length} members`);
  const ended: EndedJob[] = [];
  for (;;) {
    const jobs = await launcher.query();
    ended.push(...jobs.ended);
    const left = await missing();
    hooks.onProgress?.({
      ...{ label: 'members', done: runs.length - left.length, total: runs.length, unit: 'members' },
    });
    const working = left.filter(({ name }) => jobs.active.includes(name));
    if (left.length > 0 && working.length === 0) throw await notRead(left, ended, logs);
    if (left.length === 0) break;
    await sleep(1000 * interval, undefined, { signal: hooks.signal }).catch(() => {});
    hooks.signal?.throwIfAborted();
  }
  const report = await meanOfReadings(readings(runs, request));
  const { checkpointSha256 } = report.members[0];
  return await keepOrNote({ run: runs[0], checkpointSha256 }, report, hooks.onNote);
}

async function* readings(runs: readonly RunFolder[], key: ReadingKey) {
  for (const run of runs) yield await loadReading(run, key);
}

function words(run: string, request: SpreadRequest): string[] {
  const { split, batch, checkpoint } = request;
  const protocol = ['--split', split, '--batch', `${batch}`, '--checkpoint', checkpoint];
  return ['eval', run, '--keep-nlls', ...protocol, ...commonWords(request)];
}

async function notRead(
  left: readonly RunFolder[],
  ended: readonly EndedJob[],
  logs: string,
): Promise<UserError> {
  const [{ name }] = left;
  const job = ended.findLast(({ run }) => run === name);
  const how = job?.reason ?? (job?.code ? `exit code ${job.code}` : 'no reading in its run folder');
  const tail = await lastLinesOf(join(logs, `${name}.log`));
  const others = left.length > 1 ? `, and ${left.length - 1} more` : '';
  const message = `The job that reads with ${name} has ended without a result${others}: ${how}\n${tail}`;
  return new UserError('launcher', message.trim(), [
    'Run the same command again: only members that are missing are read.',
  ]);
}
