/** Commands that bring a run further, as the cures of errors name them. */
import { shellWord } from '../shell-word.js';
import { lockOwner } from '../storage/folder-lock.js';

/** The parts of a run folder that these commands need. */
interface KnownRun {
  readonly path: string;
  /** Its name in a command. */
  readonly reference: string;
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
export async function trainOnCure(run: KnownRun, otherwise: string): Promise<string> {
  if (await isTraining(run.path)) return 'It is training now: wait, or watch it with `zlm runs --watch`.';
  return `${otherwise}: \`${resumeCommand(run)}\`.`;
}

/** Returns whether a process trains it; an unreadable lock counts as none, since resuming reports it with more detail. */
async function isTraining(folder: string): Promise<boolean> {
  const owner = await lockOwner(folder).catch(() => undefined);
  return owner !== undefined;
}
