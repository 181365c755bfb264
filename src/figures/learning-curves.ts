/** The figures of trainings: perplexity per epoch, and final perplexities with their spread over seeds. */
import { type Bar, type BarFigure, type LineFigure, type Point, type Series, spreadOf } from './figure.js';

/** Perplexities of one epoch of one run; an `EpochRow` of its metrics has them. */
export interface EpochPerplexities {
  /** From 1. */
  readonly epoch: number;
  readonly trainPerplexity: number | null;
  readonly validPerplexity: number | null;
}

/** Runs of one spec that differ in their seed. */
export interface CurveGroup {
  readonly name: string;
  /** The epochs of each run. */
  readonly runs: readonly (readonly EpochPerplexities[])[];
  /** Its color, where the group has the same in other figures; its index by default. */
  readonly color?: number;
}

/**
 * Makes the figure of perplexity per epoch: for each group a line through the means of its runs, and the range of the runs around it.
 *
 * @param withTrain whether the perplexity on the training text is drawn as well, as a dashed line of the same color
 */
export function learningCurves(groups: readonly CurveGroup[], withTrain = groups.length <= 3): LineFigure {
  const several = groups.some(({ runs }) => runs.length > 1);
  const lines = groups.flatMap(({ name, runs, color: own }, index): Series[] => {
    const color = own ?? index;
    const valid = {
      name: withTrain ? `${name}, valid` : name,
      points: pointsOf(runs, 'validPerplexity'),
      color,
    };
    const train = { name: `${name}, train`, points: pointsOf(runs, 'trainPerplexity'), color, dashed: true };
    return withTrain ? [valid, train] : [valid];
  });
  const spread = several
    ? ' Lines are means over seeds; the bands reach from the lowest to the highest.'
    : '';
  const train = withTrain
    ? ' The perplexity on the training text is measured during training, with dropout.'
    : '';
  return {
    kind: 'lines',
    title: 'Perplexity per epoch',
    caption: `Perplexity on the valid split after each epoch; lower is better.${train}${spread}`,
    x: { label: 'epoch', whole: true },
    y: { label: 'perplexity', scale: 'log' },
    series: lines.filter(({ points }) => points.length > 0),
  };
}

/**
 * Makes the figure of one perplexity per run: for each group a bar as long as the mean, and a dot for each run.
 *
 * @param split the split that was measured, for title and axis
 */
export function perplexityBars(groups: readonly Bar[], split: 'valid' | 'test'): BarFigure {
  const several = groups.some(({ values }) => values.length > 1);
  const spread = several
    ? ' Bars are means over seeds, dots the seeds, and the line reaches from the lowest to the highest.'
    : '';
  return {
    kind: 'bars',
    title: `Perplexity on ${split}`,
    caption: `${split === 'valid' ? 'Best perplexity on the valid split' : 'Perplexity on the test split'}; lower is better.${spread}`,
    value: { label: `${split} perplexity` },
    bars: groups.filter(({ values }) => values.length > 0),
  };
}

/** Returns mean and range of each epoch over the runs that reached it with a finite perplexity. */
function pointsOf(runs: CurveGroup['runs'], key: 'trainPerplexity' | 'validPerplexity'): Point[] {
  const last = Math.max(0, ...runs.flat().map(({ epoch }) => epoch));
  const epochs = Array.from({ length: last }, (_, index) => index + 1);
  return epochs.flatMap((epoch) => {
    const values = runs.flatMap((rows) =>
      rows.filter((row) => row.epoch === epoch).map((row) => row[key] ?? Number.NaN),
    );
    const finite = values.filter(Number.isFinite);
    if (finite.length === 0) return [];
    const { mean, low, high } = spreadOf(finite);
    return [finite.length > 1 ? { x: epoch, y: mean, low, high } : { x: epoch, y: mean }];
  });
}
