/** The figures of trainings: perplexity per epoch, and final perplexities with their spread over seeds. */
import { type Bar, type BarFigure, type LineFigure, type Point, type Series, spreadOf } from './figure.js';

/** Perplexities of one epoch of one run; an `EpochRow` of its metrics has them. */
export interface EpochPerplexities {
  /** From 1. */
  readonly epoch: number;
  readonly trainPerplexity: number | null;
  readonly validPerplexity: number | null;
  /** Of a recognizer of speech. */
  readonly validPhoneErrorRate?: number;
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
 * Where all runs recognize speech, it is the figure of their phone error rate.
 *
 * @param withTrain whether the perplexity on the training text is drawn as well, as a dashed line of the same color
 */
export function learningCurves(groups: readonly CurveGroup[], withTrain = groups.length <= 3): LineFigure {
  const several = groups.some(({ runs }) => runs.length > 1);
  const rows = groups.flatMap(({ runs }) => runs.flat());
  const isSpeech =
    rows.length > 0 && rows.every(({ validPhoneErrorRate }) => validPhoneErrorRate !== undefined);
  if (isSpeech) return phoneErrorCurves(groups, several);
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
  const spread = spreadNote(several);
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

function spreadNote(several: boolean): string {
  return several ? ' Lines are means over seeds; the bands reach from the lowest to the highest.' : '';
}

function phoneErrorCurves(groups: readonly CurveGroup[], several: boolean): LineFigure {
  const lines = groups.map(({ name, runs, color: own }, index): Series => {
    const points = pointsOf(runs, 'validPhoneErrorRate', PERCENT);
    return { name, points, color: own ?? index };
  });
  return {
    kind: 'lines',
    title: 'Phone error rate per epoch',
    caption: `Phone error rate on the valid split after each epoch, in percent; lower is better.${spreadNote(several)}`,
    x: { label: 'epoch', whole: true },
    y: { label: 'phone error rate, %' },
    series: lines.filter(({ points }) => points.length > 0),
  };
}

/** Scale of a share in percent. */
const PERCENT = 100;

/**
 * Makes the figure of one perplexity per run: for each group a bar as long as the mean, and a dot for each run.
 *
 * @param split  the split that was measured, for title and axis
 * @param metric what it is where it is no perplexity
 */
export function perplexityBars(
  groups: readonly Bar[],
  split: 'valid' | 'test',
  metric?: 'phoneErrorRate',
): BarFigure {
  const several = groups.some(({ values }) => values.length > 1);
  const spread = several
    ? ' Bars are means over seeds, dots the seeds, and the line reaches from the lowest to the highest.'
    : '';
  const [name, unit] = metric ? ['phone error rate', ', in percent'] : ['perplexity', ''];
  const Name = name.replace(/^./, (letter) => letter.toUpperCase());
  const scale = metric ? PERCENT : 1;
  return {
    kind: 'bars',
    title: `${Name} on ${split}`,
    caption: `${split === 'valid' ? `Best ${name} on the valid split` : `${Name} on the test split`}${unit}; lower is better.${spread}`,
    value: { label: metric ? `${split} ${name}, %` : `${split} ${name}` },
    bars: groups
      .filter(({ values }) => values.length > 0)
      .map((bar) => ({ ...bar, values: bar.values.map((value) => scale * value) })),
  };
}

/** Returns mean and range of each epoch over the runs that reached it with a finite figure. */
function pointsOf(
  runs: CurveGroup['runs'],
  key: 'trainPerplexity' | 'validPerplexity' | 'validPhoneErrorRate',
  scale = 1,
): Point[] {
  const last = Math.max(0, ...runs.flat().map(({ epoch }) => epoch));
  const epochs = Array.from({ length: last }, (_, index) => index + 1);
  return epochs.flatMap((epoch) => {
    const values = runs.flatMap((rows) =>
      rows.filter((row) => row.epoch === epoch).map((row) => scale * (row[key] ?? Number.NaN)),
    );
    const finite = values.filter(Number.isFinite);
    if (finite.length === 0) return [];
    const { mean, low, high } = spreadOf(finite);
    return [finite.length > 1 ? { x: epoch, y: mean, low, high } : { x: epoch, y: mean }];
  });
}
