/** The services behind `zlm report` and `zlm plot`: they find the runs, and draw. */
import { UserError } from '../errors.js';
import { learningCurves } from '../figures/learning-curves.js';
import { renderFigures } from '../figures/render.js';
import { findRun } from '../runs/list-runs.js';
import type { OpenHooks } from '../systems/system.js';
import { drawSamples, SAMPLING, type SamplingPlace } from './draw-samples.js';
import { renderReport } from './report.js';
import { findReported, type ReportPlaces } from './report-source.js';
import { curvesOf, groupBySeed, type RunGroup, readRecord } from './run-record.js';

/** Request for a page. */
export interface ReportRequest extends ReportPlaces, SamplingPlace {
  /** Names or paths of runs and sweeps, or `latest`; one or more. */
  readonly names: readonly string[];
  /** Null for the names of what it is about. */
  readonly title: string | null;
  /** Whether a sample of each group is drawn. */
  readonly samples: boolean;
  /** The command as typed and zlm's version, for the record. */
  readonly command: string;
  readonly version: string;
}

/** A page, and what it is about. */
export interface MadeReport {
  /** The HTML. */
  readonly page: string;
  readonly title: string;
  readonly groups: readonly RunGroup[];
  /** Number of samples in it. */
  readonly samples: number;
  /** The folder of the only run or sweep; null for several. */
  readonly folder: string | null;
}

/**
 * Makes the page about runs and sweeps.
 *
 * @throws UserError when one of them is not there or cannot be read; the signal's reason when it is aborted
 */
export async function makeReport(
  { names, title: wanted, samples: wantsSamples, command, version, ...places }: ReportRequest,
  hooks: OpenHooks & { readonly onNote: (line: string) => void },
): Promise<MadeReport> {
  const source = await findReported(names, places);
  const { groups, figures, folder } = source;
  const title = wanted ?? source.title;
  const samples = wantsSamples ? await drawSamples(groups, places, hooks) : [];
  const content = { title, groups, figures, samples, sampling: SAMPLING, command, version };
  return { page: await renderReport(content), title, groups, samples: samples.length, folder };
}

/**
 * Draws the perplexity per epoch of runs.
 *
 * @param names names or paths of runs, or `latest`; one or more
 * @returns the SVG, and the groups of runs that are its curves
 * @throws UserError when a run is not there or cannot be read, or none has trained an epoch
 */
export async function drawCurves(
  names: readonly string[],
  runsFolder: string,
): Promise<{ readonly svg: string; readonly groups: readonly RunGroup[] }> {
  const found = await Promise.all([...new Set(names)].map((name) => findRun(runsFolder, name)));
  const groups = groupBySeed(await Promise.all(found.map(readRecord))).filter(
    (group) => curvesOf([group]).length > 0,
  );
  if (groups.length === 0) {
    throw new UserError('data', `There is no epoch to draw in ${names.join(', ')}`, [
      'Name runs of networks that have trained an epoch: `zlm runs` lists them.',
    ]);
  }
  return { svg: await renderFigures([learningCurves(curvesOf(groups))]), groups };
}

/** Names groups and their runs, for a result. */
export function namesOf(
  groups: readonly RunGroup[],
): { readonly name: string; readonly runs: readonly string[] }[] {
  return groups.map(({ name, records }) => ({ name, runs: records.map((record) => record.name) }));
}
