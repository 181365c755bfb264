/** Folders, backend and defaults of the public API. */
import { readFile } from 'node:fs/promises';
import type { BackendName } from '../backends/backend.js';
import { userCacheFolder } from '../storage/user-cache.js';

/** Default folders of the command line. */
export const DATA_FOLDER = 'data';
export const RUNS_FOLDER = 'runs';
export const SWEEPS_FOLDER = 'sweeps';

/** Folders and backend. */
export interface Surroundings {
  /** Folder of the prepared corpora; `data` by default. */
  readonly dataFolder?: string;
  /** Folder of the run folders; `runs` by default. */
  readonly runsFolder?: string;
  /** `auto`, the fastest that works here, by default. */
  readonly backend?: BackendName | 'auto';
  /** As many as processors by default. */
  readonly threads?: number;
  /** Folder of downloads and compiled kernels; zlm's folder in the user's cache by default. */
  readonly cacheFolder?: string;
  /** Aborted to interrupt: a training saves first. */
  readonly signal?: AbortSignal;
}

/** Returns the options of the backend. */
export function backendOptionsOf({ threads, cacheFolder = defaultCacheFolder() }: Surroundings) {
  return withoutUndefined({ threads, cacheFolder });
}

/** Returns zlm's folder in the user's cache; undefined without a home folder: then no kernels are compiled, and nothing can be downloaded. */
export function defaultCacheFolder(): string | undefined {
  return userCacheFolder(process.env) ?? undefined;
}

/** Reads zlm's version. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Leaves out the options that were not given. */
export function withoutUndefined<T extends object>(value: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(value).filter(([, given]) => given !== undefined)) as never;
}
