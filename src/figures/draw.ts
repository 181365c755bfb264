/** Draws the two kinds of figures with Observable Plot: marks, axes and their ticks. */
import type * as ObservablePlot from '@observablehq/plot';
import { plainNumber } from '../plain-number.js';
import { type BarFigure, type LineFigure, type Point, type Series, spreadOf } from './figure.js';
import { clipped, estimatedWidth, type SvgDocument, type SvgElement, text } from './svg-element.js';
import { seriesColor, seriesDash } from './theme.js';

type PlotLibrary = typeof ObservablePlot;

/** Space of a panel. */
export interface PanelSize {
  readonly width: number;
  /** Height above the plot for title and legend. */
  readonly above: number;
  readonly plotHeight: number;
}

/** A drawn panel: an `<svg>` element, and its height. */
export interface Panel {
  readonly element: SvgElement;
  readonly height: number;
}

const FONT = 12;
/** Space between the legend and the plot, for the label of the vertical axis. */
const LABEL_SPACE = 24;
const BELOW = 44;
const BAR_HEIGHT = 26;
/** More points than these on a line are drawn without dots. */
const MOST_DOTS = 30;
const GRID = { stroke: 'currentColor', strokeOpacity: 0.13 };

/** Draws lines with their spread as bands. */
export function drawLines(
  Plot: PlotLibrary,
  document: SvgDocument,
  { x, y, series }: LineFigure,
  { width, above, plotHeight }: PanelSize,
): Panel {
  const shown = series.map((line) => ({ ...line, points: drawable(line.points, x.scale, y.scale) }));
  const points = shown.flatMap((line) => line.points).filter((point) => Number.isFinite(point.y));
  const values = points.flatMap(({ y: value, low = value, high = value }) => [low, value, high]);
  const ys = [...values, ...(y.covers ?? [])];
  const yTicks = ticksOf(
    paddedRange(ys, y.scale),
    y.scale,
    Math.max(3, Math.round(plotHeight / 60)),
    y.whole,
  );
  const xTicks = ticksOf(
    rangeOf(points.map((point) => point.x)),
    x.scale,
    Math.max(3, Math.round(width / 75)),
    x.whole,
  );
  const tickWidth = Math.max(...yTicks.map((tick) => estimatedWidth(tickText(tick), FONT)));
  const height = above + LABEL_SPACE + plotHeight + BELOW;
  const marginLeft = Math.ceil(tickWidth) + 14;
  const element = plotElement(Plot, document, {
    width,
    height,
    marginTop: above + LABEL_SPACE,
    marginBottom: BELOW,
    marginLeft,
    marginRight: 14,
    x: { type: x.scale ?? 'linear', domain: rangeOf(points.map((point) => point.x)) },
    y: { type: y.scale ?? 'linear', domain: paddedRange(ys, y.scale) },
    marks: [
      Plot.gridY(yTicks, GRID),
      Plot.axisX(xTicks, { ...axis(x.label), labelAnchor: 'center', labelOffset: 38, tickFormat: tickText }),
      Plot.axisY(yTicks, { label: null, tickSize: 0, fontSize: FONT, tickFormat: tickText }),
      ...shown.flatMap((line, index) => lineMarks(Plot, line, line.color ?? index)),
    ],
  });
  // Above the axis and from the left edge, where Plot would put it on top of the figure's title.
  element.append(text(document, y.label, { x: 0, y: above + 12 }));
  return { element, height };
}

function lineMarks(Plot: PlotLibrary, { points, dashed }: Series, color: number): ObservablePlot.Markish[] {
  const stroke = seriesColor(color);
  const dash = seriesDash(color, dashed);
  const dots =
    points.length <= MOST_DOTS && !dashed ? [Plot.dot(points, { x: 'x', y: 'y', r: 2.6, fill: stroke })] : [];
  const band = points.some(({ low }) => low !== undefined)
    ? [
        Plot.areaY(points, {
          x: 'x',
          y1: ({ y, low = y }: Point) => low,
          y2: ({ y, high = y }: Point) => high,
          fill: stroke,
          fillOpacity: 0.16,
        }),
      ]
    : [];
  const line = { x: 'x', y: 'y', stroke, strokeWidth: 1.8, ...(dash !== '' && { strokeDasharray: dash }) };
  return [...band, Plot.line(points, line), ...dots];
}

/** Draws horizontal bars with their values, and the seeds behind them as dots. */
export function drawBars(
  Plot: PlotLibrary,
  document: SvgDocument,
  { value, bars }: BarFigure,
  { width, above }: PanelSize,
): Panel {
  const widest = Math.max(...bars.map(({ name }) => estimatedWidth(name, FONT)));
  const marginLeft = Math.min(Math.ceil(widest) + 12, Math.floor(width * 0.42));
  const spreads = bars.map(({ values }) => spreadOf(values));
  const domain = [0, Math.max(...spreads.map(({ high }) => high))];
  const ticks = ticksOf(domain, 'linear', Math.max(3, Math.round((width - marginLeft) / 90)), false);
  const rows = bars.map(({ name, values, color = 0 }, index) => ({
    name: `${index}`,
    label: clipped(name, FONT, marginLeft - 12),
    ...spreads[index],
    color: seriesColor(color),
    values,
  }));
  const height = above + rows.length * BAR_HEIGHT + BELOW;
  const dots = rows.flatMap(({ name, values }) =>
    values.length > 1 ? values.map((at) => ({ name, at })) : [],
  );
  const element = plotElement(Plot, document, {
    width,
    height,
    marginTop: above,
    marginBottom: BELOW,
    marginLeft,
    marginRight: 62,
    x: { domain },
    y: { domain: rows.map(({ name }) => name), padding: 0.3 },
    marks: [
      Plot.gridX(ticks, GRID),
      Plot.axisX(ticks, {
        ...axis(value.label),
        labelAnchor: 'center',
        labelOffset: 38,
        tickFormat: tickText,
      }),
      Plot.axisY({
        label: null,
        tickSize: 0,
        fontSize: FONT,
        tickFormat: (name: string) => rows[Number(name)].label,
      }),
      Plot.barX(rows, { x: 'mean', y: 'name', fill: 'color', fillOpacity: 0.7 }),
      Plot.ruleY(
        rows.filter(({ values }) => values.length > 1),
        { y: 'name', x1: 'low', x2: 'high', stroke: 'currentColor', strokeWidth: 1.5 },
      ),
      Plot.dot(dots, { x: 'at', y: 'name', r: 2.6, stroke: 'currentColor', fill: 'none' }),
      Plot.text(rows, {
        x: 'high',
        y: 'name',
        text: ({ mean }: { mean: number }) => plainNumber(mean, mean < 1000 ? 4 : 5, { grouping: true }),
        textAnchor: 'start',
        dx: 6,
        fontSize: FONT,
      }),
    ],
    color: { type: 'identity' },
  });
  return { element, height };
}

function axis(label: string) {
  return { label, labelArrow: 'none' as const, fontSize: FONT };
}

/** Draws a plot, or an empty panel of the same size if nothing can be drawn. */
function plotElement(
  Plot: PlotLibrary,
  document: SvgDocument,
  options: ObservablePlot.PlotOptions & { readonly width: number; readonly height: number },
): SvgElement {
  const drawn = Plot.plot({ ...options, document: document as ObservablePlot.PlotOptions['document'] });
  return drawn as unknown as SvgElement;
}

/** Makes what an axis cannot show a gap in the line. */
function drawable(points: readonly Point[], xScale?: string, yScale?: string): Point[] {
  const shows = (value: number, scale?: string) => Number.isFinite(value) && (scale !== 'log' || value > 0);
  return points
    .filter(({ x }) => shows(x, xScale))
    .map(({ x, y, low, high }) => {
      if (!shows(y, yScale)) return { x, y: Number.NaN };
      const spread = low !== undefined && high !== undefined && shows(low, yScale) && shows(high, yScale);
      return spread ? { x, y, low, high } : { x, y };
    });
}

function rangeOf(values: readonly number[]): [number, number] {
  if (values.length === 0) return [1, 2];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // A single value is in the middle.
  return low === high ? [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2] : [low, high];
}

/** Returns the range with a little space, so that no line lies on the frame. */
function paddedRange(values: readonly number[], scale: 'linear' | 'log' = 'linear'): [number, number] {
  const [low, high] = rangeOf(values);
  if (scale === 'log') {
    const ratio = (high / low) ** 0.04;
    return [low / ratio, high * ratio];
  }
  const space = (high - low) * 0.05;
  // An axis that begins a little above zero misleads.
  return [low >= 0 && low < 0.5 * high ? 0 : low - space, high + space];
}

/** Returns about `count` round values in a range. */
export function ticksOf(
  [low, high]: readonly number[],
  scale: 'linear' | 'log' = 'linear',
  count: number,
  whole = false,
): number[] {
  return scale === 'log' ? logTicks(low, high, count) : linearTicks(low, high, count, whole);
}

function linearTicks(low: number, high: number, count: number, whole: boolean): number[] {
  const least = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least * 0.999) ?? 10 * power;
  const rounded = whole ? Math.max(1, Math.round(step)) : step;
  const first = Math.ceil(low / rounded - 1e-9);
  const last = Math.floor(high / rounded + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * rounded).toPrecision(12)),
  );
}

/** Powers of ten, with more values between them the fewer powers there are. */
function logTicks(low: number, high: number, count: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const densities = [
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
    [1, 1.5, 2, 3, 4, 5, 7],
    [1, 2, 3, 5],
    [1, 2, 5],
    [1, 3],
    [1],
  ];
  const within = (factors: readonly number[], every = 1) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index)
      .filter((power) => (power - from) % every === 0)
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(3))))
      .filter((value) => value >= low * 0.999 && value <= high * 1.001);
  const fitting = densities.map((factors) => within(factors)).find((ticks) => ticks.length <= count + 2);
  if (fitting && fitting.length >= 2) return fitting;
  const powers = within([1], Math.ceil((to - from) / count));
  return powers.length >= 2 ? powers : linearTicks(low, high, count, false).filter((tick) => tick > 0);
}

/** Formats a tick: "0.001", "250", "12,000", and "10⁻⁶" for what needs too many digits. */
function tickText(value: number): string {
  const power = Math.log10(Math.abs(value));
  if (value !== 0 && (power < -4 || power >= 7)) {
    const exponent = Math.floor(power + 1e-9);
    const factor = Number((value / 10 ** exponent).toPrecision(3));
    return `${factor === 1 ? '' : `${factor}·`}10${superscript(exponent)}`;
  }
  return plainNumber(value, 6, { grouping: true });
}

function superscript(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
  return `${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}
