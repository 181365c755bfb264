import { Ansis } from 'ansis';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/cli/table.js';
import { visibleWidth } from '../../src/cli/text-width.js';

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

describe('a table that is wider than the terminal', () => {
  const columns = [
    { title: 'name' },
    { title: 'size', align: 'right' as const, rank: 2 },
    { title: 'free', align: 'right' as const, rank: 1 },
    { title: 'remark', wraps: true },
  ];
  const remark = 'the remark has so many words that it takes more than one line';
  const rows = [
    ['data', '9 MB', '78 GB', remark],
    ['runs', '1 MB', '78 GB', 'short'],
  ];

  it('the column of words gets narrower first', () => {
    expect(renderTable(columns, rows, 60)).toBe(
      [
        'name  size   free  remark',
        'data  9 MB  78 GB  the remark has so many words that it',
        '                   takes more than one line',
        'runs  1 MB  78 GB  short',
      ].join('\n'),
    );
  });

  it('then the least important columns are left out, one after the other', () => {
    const titles = (width: number) => renderTable(columns, rows, width).split('\n', 1)[0];
    expect(titles(38)).toBe('name  size  remark');
    expect(titles(31)).toBe('name  remark');
    expect(titles(10)).toBe('name  remark');
  });

  it.each(Array.from({ length: 60 }, (_, index) => 26 + index))('it fits %i columns', (width) => {
    const lines = renderTable(columns, rows, width).split('\n');
    expect(Math.max(...lines.map(visibleWidth))).toBeLessThanOrEqual(width);
    const words = lines.join(' ').split(/ +/);
    for (const word of remark.split(' ')) expect(words).toContain(word);
  });
});
