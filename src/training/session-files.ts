/**
 * The run folder of a session: made or found, locked, and given the records of the session: the spec, its overrides, and in
 * `environment.json` an entry for each session that trained the run.
 */
import { readFile, rm } from 'node:fs/promises';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import { basename, extname, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors.js';
import { resumeCommand } from '../runs/next-step.js';
import { createRunFolder, nameTaken, type RunFolder } from '../runs/run-folder.js';
import { shellWord } from '../shell-word.js';
import { type LoadedSpec, specToYaml } from '../spec/load.js';
import { describeFileError, writeFileAtomically } from '../storage/atomic-write.js';
import { fileErrorCode, RUN_AGAIN } from '../storage/file-error.js';
import { isThere } from '../storage/files.js';
import { FolderHeldError, type FolderLock, lockFolder } from '../storage/folder-lock.js';

/** Machine and versions of a training session. */
export interface Environment {
  /** The command as typed. */
  readonly command: string;
  /** The file of the spec; that of the run itself where it was resumed without one. */
  readonly spec: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly zlm: string;
  readonly node: string;
  readonly tensorflowJs: string;
  readonly backend: string;
  /** Folder of the run that the first parameters came from, in the session that began with them. */
  readonly startedFrom?: string;
  readonly platform: string;
  readonly host: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

/** Run folder of a session. */
export interface RunChoice {
  /** The run to resume; null for a new one. */
  readonly resume: RunFolder | null;
  readonly loaded: LoadedSpec;
  readonly runsFolder: string;
  /** Name of a new run's folder; null for one made of the date and the spec's name. */
  readonly name: string | null;
}

/** A run folder that no other trainer can train into until the lock is released. */
export interface HeldRun {
  readonly run: RunFolder;
  readonly lock: FolderLock;
}

/**
 * Finds or makes the run folder of a session, and locks it.
 *
 * @throws UserError when the folder of a new run exists or cannot be written, the one to resume is not a run, or another
 *   trainer has locked it
 */
export async function holdRun({ resume, loaded, runsFolder, name }: RunChoice): Promise<HeldRun> {
  if (resume) await checkIsRun(resume);
  const specName = basename(loaded.path, extname(loaded.path));
  const run = resume ?? (await createRunFolder(runsFolder, name, specName, new Date()));
  let lock: FolderLock | undefined;
  try {
    lock = await lockFolder(run.path);
    if (!resume) await clearUnbegun(run);
    return { run, lock };
  } catch (error) {
    const shown = await afterFailure(error, run, resume);
    await lock?.release();
    throw shown;
  }
}

/**
 * Removes the records of a training that was killed before it began: they are no session of this run.
 *
 * @param run a new run's folder, locked
 * @throws UserError('data') when another process has begun and ended a training there before it was locked
 */
async function clearUnbegun(run: RunFolder): Promise<void> {
  if (await isThere(run.spec)) throw await nameTaken(run);
  for (const path of [run.overrides, run.environment]) await rm(path, { force: true });
}

/**
 * Cleans up after a session that failed. The folder of a run that had not begun goes again, so that the same command can be run
 * again. For any other run that command would find the name taken, so a fault of the disk says how to resume.
 *
 * @returns the error to throw
 */
export async function afterFailure(
  error: unknown,
  run: RunFolder,
  resume: RunFolder | null,
): Promise<unknown> {
  // The folder is that of another process, which has it first.
  if (error instanceof FolderHeldError) return error;
  if (resume === null && !(await isThere(run.spec))) {
    await rm(run.path, { recursive: true, force: true });
    return error;
  }
  if (!(error instanceof UserError) || fileErrorCode(error.cause) === undefined) return error;
  const cures = error.cures.filter((cure) => cure !== RUN_AGAIN);
  const goOn = `Then continue the run: \`${resumeCommand(run)}\`.`;
  return new UserError(error.kind, error.message, [...cures, goOn], { cause: error.cause });
}

/** Record of a session besides the machine. */
export interface SessionFacts {
  readonly command: string;
  readonly zlm: string;
  readonly backend: string;
  readonly startedFrom?: string;
}

/**
 * Records a session in the folder of its run: overrides, environment, resolved spec.
 *
 * @throws UserError('data') when one of them cannot be written; all are then as they were
 */
export async function recordSession(
  run: RunFolder,
  { loaded: { spec, path, overrides }, resume }: RunChoice,
  facts: SessionFacts,
): Promise<void> {
  const earlier = resume ? await earlierOverrides(run) : '';
  const lines = overrides.map((text) => `${text}\n`).join('');
  const environment = describeEnvironment({ ...facts, spec: resolve(path) });
  const sessions = [...(await earlierSessions(run)), environment];
  // The environment before the spec: it is what tells a run from a folder of the user's that has a spec in it.
  await writeAllOrNone([
    [run.overrides, `${earlier}${lines}`],
    [run.environment, `${JSON.stringify({ sessions }, null, 2)}\n`],
    [run.spec, specToYaml(spec)],
  ]);
}

/** Writes files one after the other. When one cannot be written, those before it get their earlier content again. */
async function writeAllOrNone(files: readonly (readonly [path: string, content: string])[]): Promise<void> {
  const written: { readonly path: string; readonly earlier: Buffer | null }[] = [];
  try {
    for (const [path, content] of files) {
      const earlier = await readFile(path).catch(() => null);
      await writeFileAtomically(path, content);
      written.push({ path, earlier });
    }
  } catch (error) {
    for (const { path, earlier } of written) {
      const restored = earlier === null ? rm(path) : writeFileAtomically(path, earlier);
      // A disk that refuses this as well is the fault that is thrown.
      await restored.catch(() => {});
    }
    throw error;
  }
}

/** Returns the overrides of the earlier sessions; empty where their file was removed. */
async function earlierOverrides(run: RunFolder): Promise<string> {
  try {
    return await readFile(run.overrides, 'utf8');
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return '';
    throw describeFileError(error, run.overrides, 'read') ?? error;
  }
}

/** Describes this machine and process. */
function describeEnvironment(facts: SessionFacts & Pick<Environment, 'spec'>): Environment {
  const processors = cpus();
  return {
    ...facts,
    startedAt: new Date().toISOString(),
    node: process.versions.node,
    tensorflowJs: tf.version_core,
    platform: `${platform()} ${release()} ${arch()}`,
    host: hostname(),
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
  };
}

/**
 * Checks that a folder with a spec in it is a run: resuming writes the spec again, and figures beside it, which in a folder of
 * the user's own might replace files of theirs.
 *
 * @throws UserError('data') when neither a session nor a checkpoint shows that zlm has trained there
 */
export async function checkIsRun(run: RunFolder): Promise<void> {
  if ((await earlierSessions(run)).length > 0) return;
  if ((await isThere(run.checkpoint('last'))) || (await isThere(run.checkpoint('best')))) return;
  throw new UserError('data', `${run.path} is not a run: it has a spec, but zlm has trained nothing in it`, [
    `Begin a run with that spec: \`zlm train ${shellWord(run.spec)}\`.`,
  ]);
}

/** An unreadable file is replaced by an empty one: it is only a record, and its loss must not stop a run. */
async function earlierSessions(run: RunFolder): Promise<Environment[]> {
  try {
    const { sessions } = JSON.parse(await readFile(run.environment, 'utf8'));
    return Array.isArray(sessions) ? sessions : [];
  } catch {
    return [];
  }
}
