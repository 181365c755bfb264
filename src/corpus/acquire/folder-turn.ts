import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderHeldError, type FolderLock, lockFolder } from '../../storage/folder-lock.js';
import { stopIfAborted } from '../interrupt.js';

const POLL_MS = 250;

/** How a turn is waited for. */
export interface TurnOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told once of the process that is waited for. */
  readonly onWait: (pid: number) => void;
}

/**
 * Runs `action` while no other process of this machine does the same in `folder`: whoever comes second waits, and then
 * finds the first one's work done.
 * @throws UserError('data') when a process on another machine holds the folder, or it cannot be written
 * @throws UserError('interrupted') when the signal fires while waiting
 */
export async function inTurn<T>(folder: string, action: () => Promise<T>, options: TurnOptions): Promise<T> {
  const lock = await waitForLock(folder, options);
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

async function waitForLock(folder: string, { signal, onWait }: TurnOptions): Promise<FolderLock> {
  for (let waits = false; ; waits = true) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderHeldError) || error.owner.host !== hostname()) throw error;
      if (!waits) onWait(error.owner.pid);
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    stopIfAborted(signal);
  }
}
