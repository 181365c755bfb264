/** The members of an ensemble that names sweeps: all of their runs that are finished. */
import { extname, join } from 'node:path';
import { UserError } from '../errors.js';
import { summarizeRun } from '../runs/list-runs.js';
import { RunFolder } from '../runs/run-folder.js';
import { shellWord } from '../shell-word.js';
import { isThere } from '../storage/files.js';
import { readSweep } from './sweep-file.js';
import { findSweepFolder, readRecord, type SweepFolder } from './sweep-folder.js';

/** Members of an ensemble. */
export interface EnsembleMembers {
  /** Names of runs. */
  readonly runs: readonly string[];
  /** The sweeps that were named. */
  readonly sweeps: readonly SweepFolder[];
  /** What became of the names, a line for each sweep. */
  readonly notes: readonly string[];
}

/**
 * Replaces the sweeps among names by their finished runs. A run has priority over a sweep of its name.
 *
 * @param names of runs, of sweeps, or of sweep files
 * @throws UserError('data') when a sweep has no finished run
 */
export async function ensembleMembers(
  names: readonly string[],
  { runsFolder, sweepsFolder }: { readonly runsFolder: string; readonly sweepsFolder: string },
): Promise<EnsembleMembers> {
  const runs: string[] = [];
  const sweeps: SweepFolder[] = [];
  const notes: string[] = [];
  for (const name of names) {
    const isRun = await isThere(new RunFolder(join(runsFolder, name)).spec);
    const sweep = isRun ? null : await sweepOf(name, sweepsFolder);
    if (!sweep) {
      runs.push(name);
      continue;
    }
    const planned = (await readRecord(sweep))?.runs ?? [];
    const members = await finished(
      planned.map((run) => run.name),
      runsFolder,
    );
    if (members.length === 0) throw nothingFinished(sweep, planned.length);
    sweeps.push(sweep);
    runs.push(...members);
    notes.push(`sweep ${sweep.name}: ${members.length} of ${planned.length} runs are finished, and members`);
  }
  return { runs, sweeps, notes };
}

async function sweepOf(name: string, sweepsFolder: string): Promise<SweepFolder | null> {
  const isFile = extname(name) === '.yaml' && (await isThere(name));
  return await findSweepFolder(sweepsFolder, isFile ? (await readSweep(name)).name : name);
}

async function finished(names: readonly string[], runsFolder: string): Promise<string[]> {
  const states = await Promise.all(
    names.map(async (name) => {
      const run = new RunFolder(join(runsFolder, name));
      return (await isThere(run.spec)) ? (await summarizeRun(run)).state : null;
    }),
  );
  return names.filter((_, index) => states[index] === 'finished');
}

function nothingFinished({ name }: SweepFolder, planned: number): UserError {
  const message = `None of the ${planned} runs of sweep ${name} is finished, so there is no ensemble of them`;
  return new UserError('data', message, [`See how far it is: \`zlm sweep status ${shellWord(name)}\`.`]);
}
