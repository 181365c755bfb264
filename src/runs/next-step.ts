/** Commands that bring a run further, as the cures of errors name them. */
import { readFile } from 'node:fs/promises';
import { shellWord } from '../shell-word.js';
import { lockOwner } from '../storage/folder-lock.js';

/** The parts of a run folder that these commands need. */
interface KnownRun {
  readonly path: string;
  /** Its name in a command. */
  readonly reference: string;
  readonly spec: string;
  readonly overrides: string;
}

/** Returns the command that continues a run. */
export function resumeCommand({ reference }: Pick<KnownRun, 'reference'>): string {
  return `zlm train --resume ${shellWord(reference)}`;
}

/**
 * Returns the cure for a run that has not trained long enough: to wait while it trains, since it cannot be resumed then.
 *
 * @param otherwise begins the sentence of a run that nothing trains, as in "Continue its training"
 */
export async function trainOnCure(
  run: Pick<KnownRun, 'path' | 'reference'>,
  otherwise: string,
): Promise<string> {
  if (await isTraining(run.path)) return 'It is training now: wait, or watch it with `zlm runs --watch`.';
  return `${otherwise}: \`${resumeCommand(run)}\`.`;
}

/** Returns the cure for a lost or damaged spec of a run: to make it again from its source, with the overrides of the run. */
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

/** Returns whether a process trains it; an unreadable lock counts as none, since resuming reports it with more detail. */
async function isTraining(folder: string): Promise<boolean> {
  const owner = await lockOwner(folder).catch(() => undefined);
  return owner !== undefined;
}
