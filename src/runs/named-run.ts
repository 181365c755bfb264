/** The run of a name, for commands that begin it or continue it, whichever is to be done: those of batch systems. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { shellWord } from '../shell-word.js';
import { diffSpecs, specHash } from '../spec/load.js';
import type { Spec } from '../spec/systems.js';
import { isThere } from '../storage/files.js';
import { lockFolder } from '../storage/folder-lock.js';
import { resumeCommand } from './next-step.js';
import { checkRunName, RunFolder } from './run-folder.js';
import { runSpec } from './run-spec.js';

/** Differences that are named in a message, at most. */
const MOST_NAMED = 3;

/**
 * Returns the run of a name; null when it is to be begun, also where a killed process has left a folder without a spec, which is
 * removed.
 *
 * @param spec with which the run would begin
 * @throws UserError('data') when the run has another spec, or files that are no run are in its place;
 *   UserError('usage') when the name cannot be that of a run
 */
export async function namedRun(runsFolder: string, name: string, spec: Spec): Promise<RunFolder | null> {
  checkRunName(name);
  const run = new RunFolder(join(runsFolder, name));
  if (!(await isThere(run.spec))) {
    await clearRemnant(run);
    return null;
  }
  const trained = await runSpec(run);
  if (specHash(trained) === specHash(spec)) return run;
  throw new UserError('data', `Run ${name} has another spec: ${differencesText(trained, spec)}`, [
    'Take another --name for the changed spec.',
    `Continue the run with its own spec, and change it there: \`${resumeCommand(run)}\`.`,
  ]);
}

/** Names the keys in which two specs differ: "training.bptt is 5, now 6". */
export function differencesText(before: Spec, after: Spec): string {
  return diffSpecs(before, after)
    .slice(0, MOST_NAMED)
    .map((one) => `${one.key} is ${JSON.stringify(one.before)}, now ${JSON.stringify(one.after)}`)
    .join('; ');
}

/**
 * Removes the folder of a run that was killed before its spec was written: `zlm train` would find its name taken. The lock is held
 * meanwhile, so that no other process begins the run in it.
 *
 * @throws UserError('data') when there are files that zlm has not written
 */
export async function clearRemnant(run: RunFolder): Promise<void> {
  if (!(await isThere(run.path)) || (await isThere(run.spec))) return;
  const lock = await lockFolder(run.path).catch(() => null);
  if (lock === null) return;
  try {
    if (await isThere(run.spec)) return;
    const known = ['overrides.txt', 'environment.json'];
    const foreign = (await readdir(run.path)).filter(
      (name) => !known.includes(name) && !name.startsWith('.') && !name.startsWith('lock.'),
    );
    if (foreign.length > 0) {
      throw new UserError('data', `${run.path} is not a run, but has ${foreign[0]} in it`, [
        `Move the folder away: \`mv ${shellWord(run.path)} ${shellWord(`${run.path}.old`)}\`.`,
        'Or take another name.',
      ]);
    }
    await rm(run.path, { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}
