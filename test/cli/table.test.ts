import { Ansis } from 'ansis';
import { expect, it } from 'vitest';
import { renderTable } from '../../src/cli/table.js';

it('aligns cells under their titles and leaves no white space at the ends of lines', () => {
  const columns = [{ title: 'run' }, { title: 'perplexity', align: 'right' as const }, { title: 'state' }];
  const rows = [
    ['small', '119.85', 'finished'],
    ['quickstart', '88.1', ''],
  ];
  expect(renderTable(columns, rows)).toBe(
    ['run         perplexity  state', 'small           119.85  finished', 'quickstart        88.1'].join(
      '\n',
    ),
  );
});

it('measures colored and non-ASCII cells by what is seen', () => {
  const red = new Ansis(1).red('✖');
  expect(renderTable([{ title: '' }, { title: 'b' }], [[red, 'x']])).toBe(`   b\n${red}  x`);
});

it('shows the titles of an empty table', () => {
  expect(renderTable([{ title: 'a' }, { title: 'b' }], [])).toBe('a  b');
});
