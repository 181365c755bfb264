/** The beginning and the end of what works on a sweep, by processes or by a queue: its requests, checks, records and tables. */
import { UserError } from '../errors.js';
import { checkCorpora, checkRuns } from './checks.js';
import { writeCurves } from './curves.js';
import type { JobSettings } from './job-words.js';
import type { Launcher, LauncherName } from './launchers/launcher.js';
import { querySlurm } from './launchers/slurm-queue.js';
import { planSweep, runsOf, type SweepPlan } from './plan.js';
import type { SweepReport } from './report.js';
import { clearFailures, readRecord, type SweepFolder, sweepFolder, writeRecord } from './sweep-folder.js';
import { writeTables } from './tables.js';

/** Folders of a sweep. */
export interface SweepPlace {
  /** The sweep file. */
  readonly path: string;
  readonly sweepsFolder: string;
  readonly runsFolder: string;
}

/** Request to work on a sweep. */
export interface SweepRequest extends SweepPlace, JobSettings {
  readonly launcher: Launcher;
  /** Try again what failed, diverged or was cancelled. */
  readonly retry: boolean;
}

/** Events of a sweep. */
export type SweepEvent =
  | { readonly kind: 'report'; readonly report: SweepReport }
  | { readonly kind: 'note'; readonly line: string };

/** Options of what works on a sweep. */
export interface SweepOptions {
  /** Aborted to interrupt. */
  readonly signal?: AbortSignal;
  /** Seconds between two looks at the runs. */
  readonly interval?: number;
}

/**
 * Plans a sweep and checks it before anything is trained, and records how it is now.
 *
 * @param launcher that will have the jobs
 * @throws SpecError for faults of the sweep file and its specs, and for runs that do not fit their corpus; UserError('data') when
 *   a run of the sweep was trained with another spec, no corpus of the sweep is prepared, or a folder cannot be written;
 *   UserError('launcher') when processes of this machine are to train runs that are in the queue of a cluster
 */
export async function* startSweep(
  request: SweepRequest,
  launcher: LauncherName,
): AsyncGenerator<SweepEvent, { readonly plan: SweepPlan; readonly folder: SweepFolder }, void> {
  const plan = await planSweep(request.path);
  const folder = sweepFolder(request.sweepsFolder, plan.name);
  await checkCorpora(plan, await checkRuns(plan, request.runsFolder), request.dataFolder);
  if (launcher === 'local') await checkNotQueued(folder);
  yield* noteChanges(folder, plan);
  await writeRecord(folder, plan, launcher);
  if (request.retry) await clearFailures(folder);
  return { plan, folder };
}

/** Writes the tables and curves of a sweep into its folder. */
export async function writeResults(
  folder: SweepFolder,
  report: SweepReport,
  runsFolder: string,
): Promise<void> {
  await writeTables(folder, report);
  await writeCurves(folder, report, runsFolder);
}

async function checkNotQueued(folder: SweepFolder): Promise<void> {
  const { active } = await querySlurm(folder.queue);
  if (active.length === 0) return;
  const [count, them] = active.length === 1 ? ['A run', 'it'] : [`${active.length} runs`, 'them'];
  const message = `${count} of sweep ${folder.name} ${active.length === 1 ? 'is' : 'are'} in the queue of Slurm or running there`;
  throw new UserError('launcher', message, [
    `Wait for ${them}: --launcher slurm --wait.`,
    `Cancel ${them} first: \`zlm sweep cancel ${folder.name}\`.`,
  ]);
}

/** Notes of a changed sweep, shown one by one; the tables show how things are, not how they were. */
async function* noteChanges(folder: SweepFolder, plan: SweepPlan): AsyncGenerator<SweepEvent, void, void> {
  const record = await readRecord(folder);
  if (record === null) return;
  const before = new Set(record.runs.map(({ name }) => name));
  const now = new Set(runsOf(plan).map(({ name }) => name));
  const added = [...now].filter((name) => !before.has(name)).length;
  const gone = [...before].filter((name) => !now.has(name)).length;
  if (added === 0 && gone === 0) return;
  const parts = [
    ...(added > 0 ? [`${added} ${added === 1 ? 'run is' : 'runs are'} new`] : []),
    ...(gone > 0 ? [`${gone} ${gone === 1 ? 'is' : 'are'} no longer in it`] : []),
  ];
  yield { kind: 'note', line: `The sweep file has changed since it was last started: ${parts.join(', ')}` };
}
