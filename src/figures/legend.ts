/** The legend of a figure: a short line and a name for each series, in as many rows as the width needs. */
import type { Figure, LineFigure } from './figure.js';
import {
  clipped,
  estimatedWidth,
  type SvgDocument,
  type SvgElement,
  svgElement,
  text,
} from './svg-element.js';
import { seriesColor, seriesDash } from './theme.js';

/** An entry with its place. */
export interface LegendItem {
  readonly row: number;
  /** Draws it below `top`. */
  draw(document: SvgDocument, top: number): SvgElement;
}

const FONT = 12;
const ROW_HEIGHT = 19;
const SAMPLE = 22;
const GAP = 18;

/** Lays out the legend; bars have their names beside them and need none. */
export function legendOf(figure: Figure, width: number): LegendItem[] {
  if (figure.kind === 'bars') return [];
  let [x, row] = [0, 0];
  return figure.series.map(({ name, ...series }, index) => {
    const label = clipped(name, FONT, width - SAMPLE - 6);
    const itemWidth = SAMPLE + 6 + estimatedWidth(label, FONT);
    if (x > 0 && x + itemWidth > width) [x, row] = [0, row + 1];
    const [left, place] = [x, row];
    x += itemWidth + GAP;
    return {
      row: place,
      draw: (document, top) => draw(document, left, top + place * ROW_HEIGHT, label, series, index),
    };
  });
}

/** Returns the height of a legend, with the space below it. */
export function legendHeight(items: readonly LegendItem[]): number {
  return items.length === 0 ? 0 : (Math.max(...items.map(({ row }) => row)) + 1) * ROW_HEIGHT + 6;
}

function draw(
  document: SvgDocument,
  x: number,
  y: number,
  label: string,
  { color, dashed }: Omit<LineFigure['series'][number], 'name'>,
  index: number,
): SvgElement {
  const group = svgElement(document, 'g', {});
  const middle = y + ROW_HEIGHT / 2;
  const dash = seriesDash(color ?? index, dashed);
  const sample = svgElement(document, 'path', {
    d: `M${x} ${middle}h${SAMPLE}`,
    stroke: seriesColor(color ?? index),
    'stroke-width': 2,
    ...(dash !== '' && { 'stroke-dasharray': dash }),
  });
  group.append(sample, text(document, label, { x: x + SAMPLE + 6, y: middle + 4 }));
  return group;
}
