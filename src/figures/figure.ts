/**
 * Figures as data: what is drawn, without how. {@link renderFigures} (render.ts) draws them as SVG, `figureTable` (data-table.ts) lists their
 * values, and a terminal has a drawing of its own. All texts are plain and may come from anywhere: whoever draws escapes them.
 */

/** A chart. */
export type Figure = LineFigure | BarFigure;

/** One axis. */
export interface Axis {
  /** The quantity with its unit, as in "time (min)". */
  readonly label: string;
  /** `linear` by default. */
  readonly scale?: 'linear' | 'log';
  /** Whether its values are whole numbers, such as epochs, so that no tick is between two of them. */
  readonly whole?: boolean;
  /** Values that the axis reaches to, even if no line does. */
  readonly covers?: readonly number[];
}

/** A point of a line, and the spread around it where several measurements are behind it. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** A line. */
export interface Series {
  readonly name: string;
  /** From left to right. Points that are not finite, or not positive on a logarithmic axis, interrupt the line. */
  readonly points: readonly Point[];
  /** Lines of one color belong together; the line's index by default. */
  readonly color?: number;
  readonly dashed?: boolean;
}

/** Lines over a common axis. */
export interface LineFigure {
  readonly kind: 'lines';
  readonly title: string;
  /** What it shows and how the spread is defined, in a sentence or two: the caption. */
  readonly caption: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** A bar: the mean of measurements, which are drawn as dots. */
export interface Bar {
  readonly name: string;
  /** One for each seed, at least one. */
  readonly values: readonly number[];
  /** Bars of one color belong together; 0 by default. */
  readonly color?: number;
}

/** Bars from zero, one below the other. */
export interface BarFigure {
  readonly kind: 'bars';
  readonly title: string;
  /** What it shows and how the spread is defined, in a sentence or two: the caption. */
  readonly caption: string;
  /** The axis of the values. */
  readonly value: Axis;
  readonly bars: readonly Bar[];
}

/** Mean and range of a list. */
export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Computes the mean and the range of one value or more. */
export function spreadOf(values: readonly number[]): Spread {
  const sum = values.reduce((total, value) => total + value, 0);
  return { mean: sum / values.length, low: Math.min(...values), high: Math.max(...values) };
}
