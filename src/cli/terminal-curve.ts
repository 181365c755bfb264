/** Draws the lines of a figure on a terminal: with dots of Braille characters, or with ASCII where these cannot be shown. */
import ansis from 'ansis';
import type { LineFigure, Point } from '../figures/figure.js';
import { plainNumber } from '../plain-number.js';
import { clip, visibleWidth } from './text-width.js';

/** Place for a drawing. */
export interface CurveOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Lines of the plot. */
  readonly height?: number;
  readonly unicode: boolean;
}

/** Dots of a Braille character, by row and column: its code is U+2800 and the sum of these. */
const BRAILLE = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const COLORS = [ansis.blue, ansis.red, ansis.green, ansis.magenta, ansis.yellow, ansis.cyan];
const LETTERS = '*+xo#@%&';
const MOST_COLUMNS = 64;

/** Tells whether a terminal shows characters beyond ASCII: its locale has to be one of UTF-8. */
export function showsUnicode(
  { TERM, LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv,
  platform = process.platform,
): boolean {
  if (TERM === 'dumb') return false;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return /utf-?8/i.test(locale) || (locale === '' && platform !== 'linux');
}

/**
 * Renders a figure as lines of text: the plot, its axes, and a line for each series.
 *
 * @returns empty when no series has two points, or the terminal is too narrow
 */
export function renderCurve(
  { x, y, series }: LineFigure,
  { width, height = 10, unicode }: CurveOptions,
): string {
  const isLog = y.scale === 'log';
  const shown = series
    .map((line) => ({ ...line, points: line.points.filter((point) => isDrawable(point, isLog)) }))
    .filter(({ points }) => points.length > 1);
  if (shown.length === 0) return '';
  const points = shown.flatMap((line) => line.points);
  const scaled = (value: number) => (isLog ? Math.log(value) : value);
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => scaled(point.y))];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const value = (share: number) =>
    numberText(isLog ? Math.exp(low + share * (high - low)) : low + share * (high - low));
  const labels = new Map([
    [0, value(1)],
    [height - 1, value(0)],
    ...(height > 4
      ? [[Math.round((height - 1) / 2), value(1 - Math.round((height - 1) / 2) / (height - 1))] as const]
      : []),
  ]);
  const margin = Math.max(...[...labels.values()].map((label) => label.length)) + 2;
  const columns = Math.min(MOST_COLUMNS, width - margin);
  if (columns < 8) return '';
  const canvas = new Canvas(columns, height, unicode);
  shown.forEach((line, index) => {
    const places = line.points.map((point) => ({
      across: (point.x - left) / (right - left),
      down: high === low ? 0.5 : (high - scaled(point.y)) / (high - low),
    }));
    canvas.draw(places, index);
  });
  const [bar, corner, dash] = unicode ? ['│', '└', '─'] : ['|', '+', '-'];
  const rows = canvas
    .rows()
    .map((row, index) => `${(labels.get(index) ?? '').padStart(margin - 2)} ${bar}${row}`);
  const [first, last] = [numberText(left), numberText(right)];
  const between = `${first}${x.label.padStart(Math.floor((columns + x.label.length) / 2) - first.length)}`;
  const axis = `${between}${last.padStart(Math.max(last.length + 1, columns - visibleWidth(between)))}`;
  const names = shown.map(({ name }, index) =>
    clip(`${' '.repeat(margin)}${canvas.sample(index)} ${name}`, width),
  );
  return [
    ansis.dim(`${' '.repeat(margin)}${y.label}`),
    ...rows,
    `${' '.repeat(margin - 1)}${corner}${dash.repeat(columns)}`,
    `${' '.repeat(margin)}${axis}`,
    ...names.map((name, index) => (unicode ? colorOf(index)(name) : name)),
  ].join('\n');
}

/** A grid of characters; lines are drawn between points with places from 0 to 1. */
class Canvas {
  readonly #cells: { bits: number; series: number }[];
  readonly #across: number;
  readonly #down: number;

  constructor(
    readonly columns: number,
    readonly lines: number,
    readonly unicode: boolean,
  ) {
    this.#cells = Array.from({ length: columns * lines }, () => ({ bits: 0, series: -1 }));
    [this.#across, this.#down] = unicode ? [2 * columns, 4 * lines] : [columns, lines];
  }

  draw(places: readonly { readonly across: number; readonly down: number }[], series: number): void {
    const dots = places.map(
      ({ across, down }) => [across * (this.#across - 1), down * (this.#down - 1)] as const,
    );
    dots.slice(1).forEach(([x1, y1], index) => {
      const [x0, y0] = dots[index];
      const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
      for (let step = 0; step <= steps; step++) {
        const share = step / steps;
        this.#set(Math.round(x0 + share * (x1 - x0)), Math.round(y0 + share * (y1 - y0)), series);
      }
    });
  }

  #set(x: number, y: number, series: number): void {
    const [wide, high] = this.unicode ? [2, 4] : [1, 1];
    const cell = this.#cells[Math.floor(y / high) * this.columns + Math.floor(x / wide)];
    cell.bits |= BRAILLE[y % high][x % wide];
    cell.series = series;
  }

  /** The character of a series in the legend. */
  sample(series: number): string {
    return this.unicode ? '⠤⠤' : LETTERS[series % LETTERS.length].repeat(2);
  }

  rows(): string[] {
    return Array.from({ length: this.lines }, (_, line) =>
      this.#cells
        .slice(line * this.columns, (line + 1) * this.columns)
        .map(({ bits, series }) => {
          if (series === -1) return ' ';
          if (!this.unicode) return LETTERS[series % LETTERS.length];
          return colorOf(series)(String.fromCodePoint(0x2800 + bits));
        })
        .join('')
        .trimEnd(),
    );
  }
}

function colorOf(series: number): (text: string) => string {
  return COLORS[series % COLORS.length];
}

function isDrawable({ x, y }: Point, isLog: boolean): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && (!isLog || y > 0);
}

function numberText(value: number): string {
  return plainNumber(value, 4);
}
