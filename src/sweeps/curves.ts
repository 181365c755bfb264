/** Learning curves of a sweep, as values and as figures: the perplexities of each epoch of the runs that are compared. */
import { join } from 'node:path';
import type { Figure } from '../figures/figure.js';
import { learningCurves, perplexityBars } from '../figures/learning-curves.js';
import { recallCurves } from '../figures/recall.js';
import { renderFigures } from '../figures/render.js';
import { RunFolder } from '../runs/run-folder.js';
import { writeFileAtomically } from '../storage/atomic-write.js';
import { type EpochRow, readAnyMetrics } from '../training/metrics.js';
import type { RunReport, SweepReport } from './report.js';
import type { SweepFolder } from './sweep-folder.js';
import { csvText, groupName } from './tables.js';

/** The epochs of the runs of one group, one list for each seed. */
export interface GroupCurves {
  /** "vertical, bptt 20" */
  readonly name: string;
  readonly runs: readonly { readonly run: RunReport; readonly epochs: readonly EpochRow[] }[];
}

/** Reads the learning curves of the groups of a sweep, in the order of its table. */
export async function readCurves(report: SweepReport, runsFolder: string): Promise<GroupCurves[]> {
  const compared = report.runs.filter(({ chosen, epoch }) => chosen && epoch > 0);
  const curves = await Promise.all(
    compared.map(async (run) => ({ run, epochs: await epochsOf(join(runsFolder, run.run)) })),
  );
  return report.groups.map((group) => {
    const name = groupName(group);
    return { name, runs: curves.filter(({ run }) => groupName(run) === name) };
  });
}

/**
 * Writes the curves as comma-separated values, a line for each epoch of each run, and draws the figures of the sweep: perplexity
 * per epoch, test perplexity with its spread over seeds, and on a recall corpus the recall by lag.
 */
export async function writeCurves(
  folder: SweepFolder,
  report: SweepReport,
  runsFolder: string,
): Promise<void> {
  const curves = await readCurves(report, runsFolder);
  await writeFileAtomically(folder.epochs, epochsCsv(curves));
  const figures = figuresOf(curves, report);
  if (figures.length > 0) await writeFileAtomically(folder.figures, await renderFigures(figures));
}

/** Makes the figures for which there is something to draw. */
function figuresOf(curves: readonly GroupCurves[], { groups, metric }: SweepReport): Figure[] {
  const epochs = learningCurves(
    curves.map(({ name, runs }) => ({ name, runs: runs.map((curve) => curve.epochs) })),
  );
  const test = perplexityBars(
    curves.map(({ name, runs }) => ({
      name,
      values: runs.flatMap(({ run }) => (run.test === null ? [] : [run.test])),
    })),
    'test',
    metric,
  );
  return [
    ...(epochs.series.length > 0 ? [epochs] : []),
    ...(test.bars.length > 0 ? [test] : []),
    ...recallCurves(groups.map((group) => ({ name: groupName(group), ...group }))),
  ];
}

function epochsCsv(curves: readonly GroupCurves[]): string {
  const isSpeech = curves.some(({ runs }) =>
    runs.some(({ epochs }) => epochs.some(({ validPhoneErrorRate }) => validPhoneErrorRate !== undefined)),
  );
  const rows = curves.flatMap(({ name, runs }) =>
    runs.flatMap(({ run, epochs }) =>
      epochs.map((row) => [
        name,
        run.run,
        run.seed,
        row.epoch,
        row.windows,
        row.learningRate,
        row.trainPerplexity,
        row.validPerplexity,
        ...(isSpeech ? [row.validPhoneErrorRate] : []),
      ]),
    ),
  );
  const head = ['group', 'run', 'seed', 'epoch', 'windows', 'learning rate', 'train', 'valid'];
  if (isSpeech) head.push('valid phone error rate');
  return csvText([head, ...rows]);
}

/** Reads the rows of epochs; none of an n-gram model, or where the figures cannot be read. */
async function epochsOf(path: string): Promise<EpochRow[]> {
  const rows = await readAnyMetrics(new RunFolder(path)).catch(() => []);
  return rows.flatMap((row) => (row.kind === 'epoch' ? [row] : []));
}
