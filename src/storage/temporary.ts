/** Names for what is still being written, which tell who writes it, so that what a killed writer left can be removed. */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { processIsDead } from './process-state.js';

/** A path beside `target` that is free: `.NAME.HOST.PID.RANDOM.tmp`. */
export function temporaryPath(target: string): string {
  return join(dirname(target), `${prefixOf(target)}${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

/** Removes the temporary files and folders that dead processes of this host left beside `target`. */
export async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const prefix = prefixOf(target);
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(prefix)) continue;
    const pid = /^(\d+)\.[0-9a-f]{8}\.tmp$/.exec(entry.slice(prefix.length))?.[1];
    if (pid === undefined || !(await processIsDead(Number(pid)))) continue;
    await rm(join(folder, entry), { recursive: true, force: true });
  }
}

function prefixOf(target: string): string {
  return `.${basename(target)}.${hostname()}.`;
}
