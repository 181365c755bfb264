/**
 * Temporary files and folders. Their names say which process writes them, so that those of a killed process can be
 * removed. Process ids are reused, so where the system tells when a process started (Linux: /proc), the start counts
 * too.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileErrorCode } from './file-error.js';

/** Returns a path beside `target` that is free: `.NAME.HOST.PID.RANDOM.tmp`. */
export function temporaryPath(target: string): string {
  const name = `.${basename(target)}.${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  return join(dirname(target), name);
}

/** Tells whether a file may be one of {@link temporaryPath}, of any host and process. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Target with host, process and a random part. */
const TEMPORARY = /^\.(.+)\.(\d+)\.[0-9a-f]{8}\.tmp$/;

/** Error codes of a folder that may be written, but not listed. */
const UNLISTED = ['EACCES', 'EPERM'];

/**
 * Removes the temporary files and folders that dead processes of this host left beside `target`. A folder that may not be
 * listed keeps them.
 */
export async function removeLeftovers(target: string): Promise<void> {
  try {
    await removeLeftoversIn(dirname(target), (name) => name === basename(target));
  } catch (error) {
    if (!UNLISTED.includes(fileErrorCode(error) ?? '')) throw error;
  }
}

/**
 * Removes the temporary files and folders that dead processes of this host left in a folder. Those that cannot be
 * removed, such as files of another user, are skipped.
 *
 * @param isOurs whether the temporary file or folder at `path`, made for the target `name`, may be removed
 * @throws the error of the file system when the folder cannot be read
 */
export async function removeLeftoversIn(
  folder: string,
  isOurs: (name: string, path: string) => boolean | Promise<boolean>,
): Promise<void> {
  for (const entry of await readdir(folder)) {
    const writer = writerOf(entry);
    if (writer === undefined || !(await processIsDead(writer.pid))) continue;
    const path = join(folder, entry);
    if (await isOurs(writer.name, path)) await removeIfPossible(path);
  }
}

/** Parses a temporary name of this host into its target and its writer. */
function writerOf(entry: string): { readonly name: string; readonly pid: number } | undefined {
  const match = TEMPORARY.exec(entry);
  const host = `.${hostname()}`;
  if (!match?.[1].endsWith(host)) return undefined;
  return { name: match[1].slice(0, -host.length), pid: Number(match[2]) };
}

async function removeIfPossible(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
  }
}

/**
 * Returns the start time of a process of this machine, in clock ticks since boot, from /proc. Together with the process
 * id it identifies one process. Undefined where there is no /proc, or no such process.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  return (await readStat(pid))?.start;
}

/**
 * Tells whether no process `pid` runs on this machine any more. A zombie (killed, not yet collected by its parent)
 * counts as dead. When in doubt, the result is false.
 *
 * @param start result of {@link processStart} while the process lived: another start means another process
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
  // "pid (command) state ppid ...": the command may contain spaces and brackets. Start time is field 22.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return state && start ? { state, start } : undefined;
}
