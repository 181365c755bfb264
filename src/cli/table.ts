/** Plain text tables for a terminal. */
import ansis from 'ansis';
import { visibleWidth } from './text-width.js';

/** A column: its title and the alignment of its cells (default: left). */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/**
 * Aligns rows of cells under their titles, with two spaces between columns and none at the ends of lines.
 *
 * @param columns the columns from left to right
 * @param rows    one array of cells for each row, as long as `columns`; cells may be colored
 * @returns the lines joined by newlines, without one at the end
 */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map((column) => ansis.dim(column.title));
  const lines = [titles, ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => visibleWidth(line[index] ?? ''))));
  return lines.map((line) => renderLine(line, columns, widths)).join('\n');
}

function renderLine(cells: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  const padded = columns.map((column, index) => {
    const cell = cells[index] ?? '';
    const padding = ' '.repeat((widths[index] ?? 0) - visibleWidth(cell));
    return column.align === 'right' ? padding + cell : cell + padding;
  });
  return padded.join(GAP).trimEnd();
}
