/** `environment.json`: what a run was trained on, one entry for each session that trained it. */
import { readFile } from 'node:fs/promises';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { UserError } from '../errors.js';
import type { RunFolder } from '../runs/run-folder.js';
import { shellWord } from '../shell-word.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { isThere } from '../storage/files.js';

/** What one training session ran on. */
export interface Environment {
  /** The command as typed. */
  readonly command: string;
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

/** Describes this machine and process. */
export function describeEnvironment(facts: { command: string; zlm: string; backend: string }): Environment {
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

/** Adds a session to a run's `environment.json`. */
export async function writeEnvironment(run: RunFolder, environment: Environment): Promise<void> {
  const sessions = [...(await earlierSessions(run)), environment];
  await writeFileAtomically(run.environment, `${JSON.stringify({ sessions }, null, 2)}\n`);
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
  throw new UserError('data', `${run.path} is no run: it has a spec, but nothing that zlm has trained`, [
    `Begin a run with that spec: \`zlm train ${shellWord(run.spec)}\`.`,
  ]);
}

/** An unreadable file is started anew: it is a record, and no reason to keep a run from going on. */
async function earlierSessions(run: RunFolder): Promise<Environment[]> {
  try {
    const { sessions } = JSON.parse(await readFile(run.environment, 'utf8'));
    return Array.isArray(sessions) ? sessions : [];
  } catch {
    return [];
  }
}
