/** Names for what is still being written, which tell who writes it, so that what a killed writer left can be removed. */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileErrorCode } from './file-error.js';
import { processIsDead } from './process-state.js';

/** A path beside `target` that is free: `.NAME.HOST.PID.RANDOM.tmp`. */
export function temporaryPath(target: string): string {
  const name = `.${basename(target)}.${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  return join(dirname(target), name);
}

/** Removes the temporary files and folders that dead processes of this host left beside `target`. */
export async function removeLeftovers(target: string): Promise<void> {
  await removeLeftoversIn(dirname(target), (name) => name === basename(target));
}

/**
 * Removes the temporary files and folders that dead processes of this host left in a folder. What cannot be removed,
 * such as that of another user, stays: no work depends on it.
 *
 * @param isOurs whether what was to become `name`, and lies at `path`, may be removed
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

/** What a temporary name of this host says of its target and its writer. */
function writerOf(entry: string): { readonly name: string; readonly pid: number } | undefined {
  const match = /^\.(.+)\.(\d+)\.[0-9a-f]{8}\.tmp$/.exec(entry);
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
