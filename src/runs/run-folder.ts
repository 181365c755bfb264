/** The folder of one training run, and the paths of the files in it. */
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../errors.js';
import { describeFileError } from '../storage/atomic-write.js';
import { isThere, makeFolder } from '../storage/files.js';
import { isLockFile, lockOwner } from '../storage/folder-lock.js';
import { isTemporary } from '../storage/temporary.js';
import { trainOnCure } from './next-step.js';

/** Name of the link to the newest run. */
export const LATEST = 'latest';

/** One of the two checkpoints of a run: the newest, or the best on valid. */
export type CheckpointName = 'last' | 'best';

/** Paths of one run. */
export class RunFolder {
  /**
   * @param reference what a command calls it: its name, or a path where it was found by one
   */
  constructor(
    readonly path: string,
    readonly reference: string = basename(path),
  ) {}

  get name(): string {
    return basename(this.path);
  }
  /** The resolved spec. */
  get spec(): string {
    return join(this.path, 'spec.yaml');
  }
  /** The `--set` overrides as typed, one per line. */
  get overrides(): string {
    return join(this.path, 'overrides.txt');
  }
  /** The environment of the training. */
  get environment(): string {
    return join(this.path, 'environment.json');
  }
  /** The training metrics: one JSON object per line; see `metrics.ts`. */
  get metrics(): string {
    return join(this.path, 'metrics.jsonl');
  }
  /** State of the run for `zlm runs`. */
  get status(): string {
    return join(this.path, 'status.json');
  }
  /** Progress of a running training, see `live-progress.ts`; absent otherwise. */
  get progress(): string {
    return join(this.path, 'progress.json');
  }
  /** Measurements by `zlm eval`, one file per protocol, see `evaluations.ts`. */
  get evaluations(): string {
    return join(this.path, 'evaluations');
  }
  /** Reports of `zlm inspect`. */
  get inspections(): string {
    return join(this.path, 'inspections');
  }
  /** Statistics for dynamic evaluation, see `gradient-statistics.ts`. */
  gradientStatistics(checkpoint: CheckpointName): string {
    return join(this.path, 'statistics', `gradients-${checkpoint}.safetensors`);
  }
  /** Folder of the TensorBoard event files. */
  get tensorboard(): string {
    return join(this.path, 'tensorboard');
  }
  checkpoint(name: CheckpointName): string {
    return join(this.path, 'checkpoints', `${name}.safetensors`);
  }
}

/**
 * Makes a new run folder.
 *
 * @param runsFolder the folder of the runs; created when it is missing
 * @param name       null for the moment and the spec's name, as in `2026-01-31-235959-small`
 * @returns the folder, which may be one of that name that a training has left which was killed before it began; so others may be about
 *   to train into it, too, until it is locked
 * @throws UserError('usage') for an invalid name, UserError('data') when a run of that name exists or the folder cannot
 *   be written
 */
export async function createRunFolder(
  runsFolder: string,
  name: string | null,
  specName: string,
  now: Date,
): Promise<RunFolder> {
  if (name !== null) checkRunName(name);
  const stem = name ?? `${timestamp(now)}-${specName}`;
  await makeFolder(runsFolder);
  for (let attempt = 1; ; attempt++) {
    const path = join(runsFolder, attempt === 1 ? stem : `${stem}-${attempt}`);
    try {
      await mkdir(path);
      return new RunFolder(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw describeFileError(error, path, 'create') ?? error;
      }
      const taken = new RunFolder(path);
      if (name !== null && (await hasNotBegun(taken))) return taken;
      if (name !== null) throw await nameTaken(taken);
    }
  }
}

/** Tells whether nothing but what a killed process leaves is in a folder: before the spec, which makes it a run. */
async function hasNotBegun(run: RunFolder): Promise<boolean> {
  const records = [run.overrides, run.environment].map((path) => basename(path));
  const names = await readdir(run.path).catch(() => null);
  if (!names?.every((name) => records.includes(name) || isLockFile(name) || isTemporary(name))) return false;
  return (await lockOwner(run.path)) === undefined;
}

/**
 * Checks the name of a run. It is not a path and not hidden, so that the run is listed, and it is not the name of the
 * link to the newest run.
 */
export function checkRunName(name: string): void {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(name) && name !== LATEST) return;
  throw new UserError('usage', `"${name}" cannot be the name of a run`, [
    `Use letters, digits, dots, dashes and underscores, and another word than ${LATEST}.`,
  ]);
}

/** `2026-01-31-235959`, local time. */
function timestamp(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}

/** Makes the error for a new run whose name another one has. */
export async function nameTaken(run: RunFolder): Promise<UserError> {
  const cures = [await cureOf(run), 'Take another --name for a new run.'];
  return new UserError('data', `${run.path} exists already`, cures);
}

async function cureOf(run: RunFolder): Promise<string> {
  if (await isThere(run.spec)) return await trainOnCure(run, 'Continue it');
  const owner = await lockOwner(run.path);
  if (owner) return `Process ${owner.pid} on ${owner.host} is about to train into it: wait for that.`;
  return 'It is not a run: move it away.';
}
