import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FolderLock, lockFolder, lockOwner } from '../../storage/folder-lock.js';
import { stopIfAborted } from '../interrupt.js';

const POLL_MS = 250;

/**
 * Runs `action` while no other process of this machine does the same in `folder`: whoever comes second waits, and then
 * finds the first one's work done.
 * @throws UserError('data') when a process on another machine holds the folder
 * @throws UserError('interrupted') when the signal fires while waiting
 */
export async function inTurn<T>(
  folder: string,
  action: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const lock = await waitForLock(folder, signal);
  try {
    return await action();
  } finally {
    await lock.release();
  }
}

async function waitForLock(folder: string, signal: AbortSignal | undefined): Promise<FolderLock> {
  for (;;) {
    try {
      return await lockFolder(folder);
    } catch (error) {
      const owner = await lockOwner(folder);
      if (owner === undefined || owner.host !== hostname()) throw error;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    stopIfAborted(signal);
  }
}
