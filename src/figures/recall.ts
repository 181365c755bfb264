/** The figure of a recall corpus: how often a word is recalled, by the steps since it was read. */
import type { LineFigure } from './figure.js';

/** Runs of one spec that differ in their seed, and their mean accuracy at the recalled words after each lag. */
export interface RecallGroup {
  readonly name: string;
  readonly recall?: readonly { readonly lag: number; readonly accuracy: number }[];
}

/** Makes the figure of recall against the lag; none where no group recalled anything. */
export function recallCurves(groups: readonly RecallGroup[]): LineFigure[] {
  const series = groups.flatMap(({ name, recall = [] }, color) => {
    const points = recall.map(({ lag, accuracy }) => ({ x: lag, y: 100 * accuracy }));
    return points.length > 0 ? [{ name, color, points }] : [];
  });
  if (series.length === 0) return [];
  return [
    {
      kind: 'lines',
      title: 'Recall of a word k steps later',
      caption:
        'Share of the recalled words that are the likeliest of the model, by the steps since they were shown; means over seeds, on test.',
      x: { label: 'lag k (tokens)', whole: true },
      y: { label: 'recalled (%)', covers: [0, 100] },
      series,
    },
  ];
}
