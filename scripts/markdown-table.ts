/** Renders a Markdown table with aligned columns; the first row has the titles. */
export function renderTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  const padded = [head, rule, ...body].map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)),
  );
  return padded.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
