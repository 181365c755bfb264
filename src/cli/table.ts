/** Plain text tables for a terminal, which fit its width. */
import ansis from 'ansis';
import { visibleWidth, wrapWords } from './text-width.js';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Default: left. */
  readonly align?: 'left' | 'right';
  /** Importance where the terminal is too narrow: low numbers are left out first. A column without a number stays. */
  readonly rank?: number;
  /** Whether its cells may take several lines, broken between words. */
  readonly wraps?: boolean;
}

const GAP = '  ';

/** Least width of a column that wraps, if its cells are not narrower. */
const LEAST_WRAPPED = 20;

/**
 * Aligns rows of cells under their titles, with two spaces between columns and none at the ends of lines.
 *
 * Where that is wider than the terminal, columns that wrap get narrower, and then the least important columns are left out. A
 * table is still too wide if neither helps.
 *
 * @param columns the columns from left to right
 * @param rows    one array of cells for each row, as long as `columns`; cells may be colored
 * @param width   of the terminal, in columns; infinite without one
 * @returns the lines joined by newlines, without one at the end
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): string {
  return tableRows(columns, rows, width).flat().join('\n');
}

/** Renders a table like {@link renderTable}, row by row. @returns the lines of the titles, then those of each row */
export function tableRows(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): string[][] {
  let shown = columns.map((column, index) => ({
    ...column,
    cells: [ansis.dim(column.title), ...rows.map((row) => row[index] ?? '')],
  }));
  while (leastWidth(shown) > width) {
    const least = shown.filter(({ rank }) => rank !== undefined).sort(byRank)[0];
    if (least === undefined) break;
    shown = shown.filter((column) => column !== least);
  }
  const widths = fittedWidths(shown, width);
  return Array.from({ length: rows.length + 1 }, (_, row) => renderRow(shown, row, widths));
}

/** A column with its cells, the title first. */
interface FilledColumn extends Column {
  readonly cells: readonly string[];
}

function byRank({ rank: a = 0 }: Column, { rank: b = 0 }: Column): number {
  return a - b;
}

function naturalWidth({ cells }: FilledColumn): number {
  return Math.max(...cells.map(visibleWidth));
}

function gaps(columns: readonly unknown[]): number {
  return GAP.length * (columns.length - 1);
}

function leastWidth(columns: readonly FilledColumn[]): number {
  const widths = columns.map((column) =>
    column.wraps ? Math.min(naturalWidth(column), LEAST_WRAPPED) : naturalWidth(column),
  );
  return sum(widths) + gaps(columns);
}

/** Returns the widths of columns; those that wrap share what the others leave. */
function fittedWidths(columns: readonly FilledColumn[], width: number): number[] {
  const widths = columns.map(naturalWidth);
  let excess = sum(widths) + gaps(columns) - width;
  return columns.map(({ wraps }, index) => {
    const natural = widths[index] ?? 0;
    if (!wraps || excess <= 0) return natural;
    const fitted = Math.max(Math.min(natural, LEAST_WRAPPED), natural - excess);
    excess -= natural - fitted;
    return fitted;
  });
}

function renderRow(columns: readonly FilledColumn[], row: number, widths: readonly number[]): string[] {
  const blocks = columns.map(({ cells, wraps }, index) => {
    const cell = cells[row] ?? '';
    return wraps ? wrapWords(cell, widths[index] ?? 0) : [cell];
  });
  const height = Math.max(1, ...blocks.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => {
    const padded = columns.map(({ align }, index) => {
      const text = blocks[index]?.[line] ?? '';
      const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - visibleWidth(text)));
      return align === 'right' ? padding + text : text + padding;
    });
    return padded.join(GAP).trimEnd();
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
