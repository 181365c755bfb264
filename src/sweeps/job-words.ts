/** The command lines of the jobs of a sweep. */
import type { BackendName } from '../backends/backend.js';
import type { PlannedRun } from './plan.js';

/** What every job of a sweep is told. */
export interface JobSettings {
  readonly runsFolder: string;
  readonly dataFolder: string;
  readonly backend: BackendName | 'auto';
  /** Threads of each job; null leaves it to the backend. */
  readonly threads: number | null;
  /** More words for every job, such as `--cache FOLDER`. */
  readonly jobFlags?: readonly string[];
}

/** Returns the words that train a run: those that begin it also continue it. */
export function trainWords({ name, spec, overrides }: PlannedRun, settings: JobSettings): string[] {
  const set = overrides.flatMap((override) => ['--set', override]);
  return ['train', spec, ...set, '--name', name, '--continue', ...commonWords(settings)];
}

/** Returns the words that evaluate the best checkpoint of a run on test, in one sequential pass. */
export function testWords({ name }: PlannedRun, settings: JobSettings): string[] {
  return ['eval', name, '--split', 'test', ...commonWords(settings)];
}

/** Returns the flags of folders and backend. */
export function commonWords({
  runsFolder,
  dataFolder,
  backend,
  threads,
  jobFlags = [],
}: JobSettings): string[] {
  return [
    ...['--runs', runsFolder, '--data', dataFolder, '--backend', backend],
    ...(threads === null ? [] : ['--threads', `${threads}`]),
    ...jobFlags,
  ];
}
