import { Ansis } from 'ansis';
import { expect, it } from 'vitest';
import { renderTable } from '../../src/cli/table.js';

it('cells are aligned under their titles, without white space at the ends of lines', () => {
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

it('colored and non-ASCII cells are measured by their visible width', () => {
  const red = new Ansis(1).red('✖');
  expect(renderTable([{ title: '' }, { title: 'b' }], [[red, 'x']])).toBe(`   b\n${red}  x`);
});

it('an empty table shows its titles', () => {
  expect(renderTable([{ title: 'a' }, { title: 'b' }], [])).toBe('a  b');
});
