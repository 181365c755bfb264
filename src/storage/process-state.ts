// Whether a process that left its id in a file still runs. Process ids are used again, so where the system
// tells when a process started (Linux: /proc), that counts too.
import { readFile } from 'node:fs/promises';
import { fileErrorCode } from './file-error.js';

/**
 * When a process of this machine started, in clock ticks since boot, as /proc tells it: together with the
 * process id it names one process. Undefined where there is no /proc, or no such process.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  return (await readStat(pid))?.start;
}

/**
 * True when no process `pid` runs on this machine any more. A zombie (killed, not yet collected by its
 * parent) is dead. When in doubt, the answer is false.
 *
 * @param start what {@link processStart} said while it lived: another start means another process
 */
export async function processIsDead(pid: number, start?: string): Promise<boolean> {
  if (!signalReaches(pid)) return true;
  const stat = await readStat(pid);
  if (!stat) return false;
  if (stat.state === 'Z' || stat.state === 'X') return true;
  return start !== undefined && stat.start !== start;
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return fileErrorCode(error) !== 'ESRCH';
  }
}

async function readStat(pid: number): Promise<{ state: string; start: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // "pid (command) state ppid ...": the command may hold spaces and brackets. Start time is field 22.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return state && start ? { state, start } : undefined;
}
