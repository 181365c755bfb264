/** How much memory there is for a computation: of the machine, and of the container that the process runs in. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

/** Reads a file of the system; null when there is none. */
type ReadText = (path: string) => string | null;

/**
 * Bytes that this process may still use: what the system can hand out without swapping, or what its control groups
 * (version 1 or 2) leave it, whichever is less.
 *
 * @param read for tests
 */
export function availableMemory(read: ReadText = readText): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '')?.[1];
  const ofMachine = kilobytes === undefined ? freemem() : 1024 * Number(kilobytes);
  return Math.min(ofMachine, ...controlGroups(read).map((group) => leftIn(group, read)));
}

/** Where a control group tells its limit and use, and which line of its statistics is memory that it can give back. */
interface ControlGroup {
  readonly limit: string;
  readonly usage: string;
  readonly statistics: string;
  readonly reclaimable: RegExp;
}

/** The groups of this process and those above them, each of which may have a limit. */
function controlGroups(read: ReadText): ControlGroup[] {
  return (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = line.split(':');
    if (path === undefined) return [];
    if (controllers === '') return ancestors(path).map(ofVersion2);
    return controllers.split(',').includes('memory') ? ancestors(path).map(ofVersion1) : [];
  });
}

/** "/a/b" → "/a/b", "/a", "/". Inside a container the own path may not be visible, and the root stands for it. */
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

/** Bytes; infinite for a group without a limit, which version 1 writes as an absurdly large one. */
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
