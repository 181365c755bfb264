/** Finding runs: all of them for a table, one by name, path or `latest`. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { describeFileError } from '../storage/atomic-write.js';
import type { FileMemory } from '../storage/file-memory.js';
import { isFolder, isThere } from '../storage/files.js';
import { lockOwner } from '../storage/folder-lock.js';
import { type Evaluation, readEvaluations } from './evaluations.js';
import { isOurLink } from './latest-link.js';
import { type LiveProgress, readLiveProgress } from './live-progress.js';
import { restoreSpecCure } from './restore-spec.js';
import { differingKeys, type KeyValues, loadSpecMemory } from './run-differences.js';
import { LATEST, RunFolder } from './run-folder.js';
import { type RunState, readStatus } from './status.js';

/** One run as `zlm runs` shows it. */
export interface RunSummary {
  readonly name: string;
  readonly folder: string;
  readonly state: RunState | 'unreadable';
  readonly corpus: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly bestValidPerplexity: number | null;
  /** Of a recognizer of speech, once an epoch is validated. */
  readonly bestValidPhoneErrorRate?: number;
  /** Set when training ended before its last epoch because it had stopped improving. */
  readonly stoppedEarly?: true;
  readonly seconds: number;
  /** ISO 8601. */
  readonly updatedAt: string;
  /** Progress since its status was written; null while nothing trains it. */
  readonly live: LiveProgress | null;
  /** Measurements by `zlm eval`. */
  readonly evaluations: readonly Evaluation[];
  /** Its values of the spec's keys in which the listed runs differ; null when its spec cannot be read. */
  readonly differences: KeyValues | null;
  /** Whether the name `latest` means this run: `<runs>/latest` points to it, or nothing does and it is the newest. */
  readonly latest: boolean;
  /** The fault and the cure of a run that cannot be read. */
  readonly problem?: string;
}

/** A run without a comparison to others. */
type RunFacts = Omit<RunSummary, 'differences'>;

/**
 * Returns every run folder below `runsFolder`, newest first; [] when there is no such folder.
 *
 * @param memory of what the specs of the runs contain; without one, all are read
 * @param wanted names, paths or `latest`, to return these runs alone
 * @throws UserError('data') when there is no run of a wanted name
 */
export async function listRuns(
  runsFolder: string,
  memory?: FileMemory,
  wanted: readonly string[] = [],
): Promise<RunSummary[]> {
  const facts = await listFacts(runsFolder, wanted);
  const runs = facts.map(({ folder }) => new RunFolder(folder));
  const differences = await differingKeys(runs, memory ?? (await loadSpecMemory(runsFolder, null)));
  return facts.map((run, index) => ({ ...run, differences: differences[index] ?? null }));
}

async function listFacts(runsFolder: string, wanted: readonly string[] = []): Promise<RunFacts[]> {
  const [linked, folder] = await Promise.all(
    [join(runsFolder, LATEST), runsFolder].map((path) => realpath(path).catch(() => null)),
  );
  const facts: RunFacts[] = [];
  const runs =
    wanted.length > 0
      ? await Promise.all([...new Set(wanted)].map((name) => findRun(runsFolder, name)))
      : (await folderNames(runsFolder)).map((name) => new RunFolder(join(runsFolder, name)));
  for (const run of runs) {
    facts.push({ ...(await summarizeRun(run)), latest: linked === join(folder ?? '', run.name) });
  }
  facts.sort((a, b) => b.updatedAt.localeCompare(a.updatedAt) || b.name.localeCompare(a.name));
  const isKnown = facts.some(({ latest }) => latest) || wanted.length > 0;
  if (isKnown || (await isOurLink(runsFolder))) return facts;
  const newest = facts.findIndex(({ state }) => state !== 'unreadable');
  return newest === -1 ? facts : facts.with(newest, { ...facts[newest], latest: true });
}

/**
 * Returns the run that a person means: `latest`, a name below `runsFolder`, or a path.
 *
 * @throws UserError('data') when there is none
 */
export async function findRun(runsFolder: string, wanted: string): Promise<RunFolder> {
  for (const path of [join(runsFolder, wanted), wanted]) {
    const isRun = await stat(new RunFolder(path).spec).then(
      (found) => found.isFile(),
      () => false,
    );
    const reference = path === wanted ? path : undefined;
    if (isRun) return new RunFolder(await realpath(path), reference);
    if (await isFolder(join(path, 'checkpoints'))) throw await withoutSpec(new RunFolder(path, reference));
  }
  // Where the link cannot be made, or its name is taken, the newest run is known all the same.
  const latest = wanted === LATEST ? (await listFacts(runsFolder)).find((run) => run.latest) : undefined;
  if (latest) return new RunFolder(await realpath(latest.folder));
  throw await noSuchRun(runsFolder, wanted);
}

async function withoutSpec(run: RunFolder): Promise<UserError> {
  const message = `Run ${run.name} has lost its spec: ${run.spec} is missing or not a file`;
  const inPlace = (await isThere(run.spec))
    ? [`Move away what is in its place: \`mv ${shellWord(run.spec)} ${shellWord(`${run.spec}.old`)}\`.`]
    : [];
  return new UserError('data', message, [...inPlace, await restoreSpecCure(run)]);
}

async function noSuchRun(runsFolder: string, wanted: string): Promise<UserError> {
  const names = (await listFacts(runsFolder)).map((run) => run.name);
  if (names.length === 0) {
    return new UserError('data', `There is no run in ${runsFolder}`, [
      'Train one: `zlm train configs/quickstart.yaml`.',
      'If runs lie elsewhere, name their folder with --runs.',
    ]);
  }
  const [newest, ...others] = names.slice(0, 5);
  const some =
    others.length === 0 ? `there is only ${newest}` : `the newest are ${[newest, ...others].join(', ')}`;
  return new UserError('data', `There is no run "${wanted}" in ${runsFolder}; ${some}`, [
    'Name one of them; `zlm runs` lists them all.',
  ]);
}

/** Returns what one run folder says of itself. */
export async function summarizeRun(run: RunFolder): Promise<Omit<RunFacts, 'latest'>> {
  const evaluations = await readEvaluations(run);
  try {
    const { state, corpus, epoch, epochs, best, stoppedEarly, seconds, updatedAt } = await readStatus(run);
    const owner = state === 'running' ? await lockOwner(run.path) : undefined;
    const abandoned = state === 'running' && owner === undefined;
    const live = owner ? await readLiveProgress(run) : null;
    return {
      name: run.name,
      folder: run.path,
      state: abandoned ? 'interrupted' : state,
      corpus,
      epoch,
      epochs,
      bestValidPerplexity: best?.perplexity ?? null,
      ...(best?.phoneErrorRate !== undefined && { bestValidPhoneErrorRate: best.phoneErrorRate }),
      ...(stoppedEarly && { stoppedEarly }),
      seconds,
      updatedAt,
      // The progress of a killed training does not belong to the process that trains the run now.
      live: live && owner && live.updatedAt >= owner.since ? live : null,
      evaluations,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      name: run.name,
      folder: run.path,
      state: 'unreadable',
      corpus: '',
      epoch: 0,
      epochs: 0,
      bestValidPerplexity: null,
      seconds: 0,
      updatedAt: (await stat(run.path)).mtime.toISOString(),
      live: null,
      evaluations,
      problem: [`${error.message.replace(/\.$/, '')}.`, ...error.cures].join(' '),
    };
  }
}

async function folderNames(runsFolder: string): Promise<string[]> {
  try {
    const entries = await readdir(runsFolder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw describeFileError(error, runsFolder, 'read') ?? error;
  }
}
