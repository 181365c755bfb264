/** Measures the memory that is free for a computation, in the machine and in the process's container. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

/** Reads a system file; null if it does not exist. */
type ReadText = (path: string) => string | null;

/**
 * Returns the bytes that this process may still use: the memory that the system can give without swapping, or the rest of
 * the limits of its control groups (version 1 or 2), whichever is less.
 *
 * @param read replaces the file system in tests
 */
export function availableMemory(read: ReadText = readText): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '')?.[1];
  const ofMachine = kilobytes === undefined ? freemem() : 1024 * Number(kilobytes);
  return Math.min(ofMachine, ...controlGroups(read).map((group) => leftIn(group, read)));
}

/** Files of a control group with its limit and use, and the line of its statistics that counts reclaimable memory. */
interface ControlGroup {
  readonly limit: string;
  readonly usage: string;
  readonly statistics: string;
  readonly reclaimable: RegExp;
}

/** Returns the groups of this process and their ancestors, each of which may have a limit. */
function controlGroups(read: ReadText): ControlGroup[] {
  return (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = line.split(':');
    if (path === undefined) return [];
    if (controllers === '') return ancestors(path).map(ofVersion2);
    return controllers.split(',').includes('memory') ? ancestors(path).map(ofVersion1) : [];
  });
}

/** "/a/b" → "/a/b", "/a", "/". A container may not see its own path; the root then represents it. */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return [...parts.keys()].map((index) => `/${parts.slice(0, parts.length - index).join('/')}`).concat('/');
}

function ofVersion2(path: string): ControlGroup {
  const folder = join('/sys/fs/cgroup', path);
  return {
    limit: join(folder, 'memory.max'),
    usage: join(folder, 'memory.current'),
    statistics: join(folder, 'memory.stat'),
    reclaimable: /^inactive_file (\d+)$/m,
  };
}

function ofVersion1(path: string): ControlGroup {
  const folder = join('/sys/fs/cgroup/memory', path);
  return {
    limit: join(folder, 'memory.limit_in_bytes'),
    usage: join(folder, 'memory.usage_in_bytes'),
    statistics: join(folder, 'memory.stat'),
    reclaimable: /^total_inactive_file (\d+)$/m,
  };
}

/** Returns bytes; infinity for a group without a limit, which version 1 writes as an absurdly large one. */
function leftIn({ limit, usage, statistics, reclaimable }: ControlGroup, read: ReadText): number {
  const [most, used] = [limit, usage].map((path) => Number.parseInt(read(path) ?? '', 10));
  if (!Number.isFinite(most) || !Number.isFinite(used)) return Number.POSITIVE_INFINITY;
  const cache = Number(reclaimable.exec(read(statistics) ?? '')?.[1] ?? 0);
  return Math.max(0, most - Math.max(0, used - cache));
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
