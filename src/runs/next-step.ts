/** Commands that bring a run further, as the cures of errors name them. */
import { readFile } from 'node:fs/promises';
import { shellWord } from '../shell-word.js';
import { lockOwner } from '../storage/folder-lock.js';

/** What of a run folder these commands need. */
interface KnownRun {
  readonly path: string;
  /** What a command calls it. */
  readonly reference: string;
  readonly spec: string;
  readonly overrides: string;
}

/** The command that trains a run on. */
export function resumeCommand({ reference }: Pick<KnownRun, 'reference'>): string {
  return `zlm train --resume ${shellWord(reference)}`;
}

/**
 * What helps where a run has not come far enough: to wait while it trains, since it cannot be resumed then.
 *
 * @param otherwise begins the sentence of a run that nothing trains, as in "Let it train on"
 */
export async function trainOnCure(
  run: Pick<KnownRun, 'path' | 'reference'>,
  otherwise: string,
): Promise<string> {
  if (await isTraining(run.path)) return 'It is training now: wait, or watch it with `zlm runs --watch`.';
  return `${otherwise}: \`${resumeCommand(run)}\`.`;
}

/** Says how a spec that was lost or damaged is made again: from the file that it came from, with the overrides of its run. */
export async function restoreSpecCure({
  spec,
  overrides,
}: Pick<KnownRun, 'spec' | 'overrides'>): Promise<string> {
  const text = await readFile(overrides, 'utf8').catch(() => '');
  const flags = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ` --set ${shellWord(line)}`);
  return `Put back what it was trained with: \`zlm spec show SPEC.yaml${flags.join('')} > ${shellWord(spec)}\`.`;
}

/** Whether a process trains it; a lock that cannot be read counts as none, since resuming tells more of it. */
async function isTraining(folder: string): Promise<boolean> {
  const owner = await lockOwner(folder).catch(() => undefined);
  return owner !== undefined;
}
