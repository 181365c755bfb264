/** Commands that bring a run further, as the cures of errors name them. */
import { shellWord } from '../shell-word.js';
import { lockOwner } from '../storage/folder-lock.js';

/** What of a run folder these commands need. */
interface KnownRun {
  readonly path: string;
  /** What a command calls it. */
  readonly reference: string;
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
export async function trainOnCure(run: KnownRun, otherwise: string): Promise<string> {
  if (await isTraining(run.path)) return 'It is training now: wait, or watch it with `zlm runs --watch`.';
  return `${otherwise}: \`${resumeCommand(run)}\`.`;
}

/** Whether a process trains it; a lock that cannot be read counts as none, since resuming tells more of it. */
async function isTraining(folder: string): Promise<boolean> {
  const owner = await lockOwner(folder).catch(() => undefined);
  return owner !== undefined;
}
