/** What the words of `zlm report` mean: runs, and sweeps, which are groups of runs with a name. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import type { LineFigure } from '../figures/figure.js';
import { recallCurves } from '../figures/recall.js';
import { findRun } from '../runs/list-runs.js';
import { isThere } from '../storage/files.js';
import type { SweepReport } from '../sweeps/report.js';
import { findSweepFolder } from '../sweeps/sweep-folder.js';
import { groupName } from '../sweeps/tables.js';
import { groupBySeed, type RunGroup, readRecord } from './run-record.js';

/** Runs to report on. */
export interface ReportSource {
  readonly title: string;
  readonly groups: readonly RunGroup[];
  /** Figures that belong to a sweep as a whole. */
  readonly figures: readonly LineFigure[];
  /** The folder of the only run or sweep; null for several. */
  readonly folder: string | null;
}

/** Where names are looked up. */
export interface ReportPlaces {
  readonly runsFolder: string;
  readonly sweepsFolder: string;
}

/**
 * Finds runs and sweeps.
 *
 * @param names names or paths of runs or sweeps, one or more
 * @throws UserError when there is none of a name, or it cannot be read
 */
export async function findReported(names: readonly string[], places: ReportPlaces): Promise<ReportSource> {
  const sweeps: ReportSource[] = [];
  const runs: string[] = [];
  for (const name of new Set(names)) {
    const sweep = await findSweep(name, places);
    if (sweep) sweeps.push(sweep);
    else runs.push(name);
  }
  const found = await Promise.all(runs.map((name) => findRun(places.runsFolder, name)));
  const groups = groupBySeed(await Promise.all(found.map(readRecord)));
  const named = [...sweeps.map(({ title }) => title), ...groups.map(({ name }) => name)];
  return {
    title:
      named.length > 3 ? `${named.slice(0, 2).join(', ')} and ${named.length - 2} more` : named.join(', '),
    groups: [...sweeps.flatMap((sweep) => sweep.groups), ...groups],
    figures: sweeps.flatMap(({ figures }) => figures),
    folder: names.length === 1 ? (sweeps[0]?.folder ?? found[0]?.path ?? null) : null,
  };
}

/** The part of a sweep's table.json that a report reads. */
type SweepTable = Pick<SweepReport, 'sweep' | 'groups' | 'runs'>;

/** Finds a sweep by its path or its name; null when there is none. */
async function findSweep(
  name: string,
  { runsFolder, sweepsFolder }: ReportPlaces,
): Promise<ReportSource | null> {
  const folder = await findSweepFolder(sweepsFolder, name);
  return folder && (await readSweep(folder.path, runsFolder));
}

/** Groups the runs of a sweep as the sweep does: those that it compares, where their training has begun. */
async function readSweep(folder: string, runsFolder: string): Promise<ReportSource> {
  const { sweep, groups, runs } = await readTable(folder);
  const labels = [...new Set(groups.map(groupName))];
  const read = await Promise.all(
    labels.map(async (name): Promise<RunGroup> => {
      const members = runs.filter((run) => run.chosen && groupName(run) === name);
      const records = await Promise.all(
        members.map(async ({ run }) => readIfBegun(join(runsFolder, run), run, runsFolder)),
      );
      return { name, records: records.filter((record) => record !== null) };
    }),
  );
  const begun = read.filter(({ records }) => records.length > 0);
  if (begun.length === 0) throw notBegun(sweep, runsFolder);
  const figures = recallCurves(groups.map((group) => ({ name: groupName(group), ...group })));
  return { title: sweep, groups: begun, figures, folder };
}

async function readIfBegun(path: string, name: string, runsFolder: string) {
  if (!(await isThere(join(path, 'spec.yaml')))) return null;
  return readRecord(await findRun(runsFolder, name));
}

async function readTable(folder: string): Promise<SweepTable> {
  const path = join(folder, 'table.json');
  try {
    const table: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isTable(table)) return table;
  } catch {
    // falls through to the one message
  }
  throw new UserError('data', `${path} is missing or damaged`, [
    'Write it again: run the sweep again, which skips what is finished.',
  ]);
}

function isTable(value: unknown): value is SweepTable {
  if (typeof value !== 'object' || value === null) return false;
  const { sweep, groups, runs } = value as Partial<SweepTable>;
  const isMap = (inner: unknown): inner is Record<string, unknown> =>
    typeof inner === 'object' && inner !== null;
  return (
    typeof sweep === 'string' &&
    Array.isArray(groups) &&
    groups.every((group) => isMap(group) && isMap(group.grid)) &&
    Array.isArray(runs) &&
    runs.every((run) => isMap(run) && isMap(run.grid) && typeof run.run === 'string')
  );
}

function notBegun(sweep: string, runsFolder: string): UserError {
  return new UserError('data', `No run of sweep ${sweep} has begun in ${runsFolder}`, [
    'Start the sweep first, or name the folder of its runs with --runs.',
  ]);
}
