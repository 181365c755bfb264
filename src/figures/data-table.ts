/** The values of a figure as a table: for readers who do not see it, and for other programs. */
import { plainNumber } from '../plain-number.js';
import { type BarFigure, type Figure, type LineFigure, type Point, spreadOf } from './figure.js';

/** Titles of columns, and rows of cells. The first column names the row. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Significant digits of a value in a table. */
const DIGITS = 5;

/** Lists the values of a figure: of lines a row for each x and a column for each line, of bars a row for each bar. */
export function figureTable(figure: Figure): DataTable {
  return figure.kind === 'lines' ? lineTable(figure) : barTable(figure);
}

function lineTable({ x, series }: LineFigure): DataTable {
  const places = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort(
    (a, b) => a - b,
  );
  const byPlace = series.map(({ points }) => new Map(points.map((point) => [point.x, point])));
  return {
    columns: [x.label, ...series.map(({ name }) => name)],
    rows: places.map((place) => [
      numberText(place),
      ...byPlace.map((points) => pointText(points.get(place))),
    ]),
  };
}

function barTable({ value, bars }: BarFigure): DataTable {
  const several = bars.some(({ values }) => values.length > 1);
  return {
    columns: ['', value.label, ...(several ? ['lowest', 'highest', 'seeds'] : [])],
    rows: bars.map(({ name, values }) => {
      const { mean, low, high } = spreadOf(values);
      const range = [numberText(low), numberText(high), String(values.length)];
      return [name, numberText(mean), ...(several ? range : [])];
    }),
  };
}

function pointText(point: Point | undefined): string {
  if (point === undefined) return '';
  const { y, low, high } = point;
  if (low === undefined || high === undefined) return numberText(y);
  return `${numberText(y)} (${numberText(low)} to ${numberText(high)})`;
}

function numberText(value: number): string {
  return Number.isFinite(value) ? plainNumber(value, DIGITS) : '–';
}
