import ansis from 'ansis';
import { expect, it } from 'vitest';
import { renderCurve, showsUnicode } from '../../src/cli/terminal-curve.js';
import { visibleWidth } from '../../src/cli/text-width.js';
import type { LineFigure } from '../../src/figures/figure.js';

const figure = (...lines: number[][]): LineFigure => ({
  kind: 'lines',
  title: '',
  caption: '',
  x: { label: 'epoch' },
  y: { label: 'perplexity', scale: 'log' },
  series: lines.map((ys, index) => ({ name: `run ${index}`, points: ys.map((y, x) => ({ x: x + 1, y })) })),
});

it('a curve in ASCII falls from its first value to its last, with both on the axis', () => {
  expect(renderCurve(figure([400, 200, 100]), { width: 30, height: 5, unicode: false })).toBe(
    [
      '     perplexity',
      '400 |***',
      '    |   ******',
      '200 |         ******',
      '    |               ******',
      '100 |                     ****',
      '    +-------------------------',
      '     1         epoch         3',
      '     ** run 0',
    ].join('\n'),
  );
});

it.each([40, 80, 200])('no line of a curve is wider than a terminal of %i columns', (width) => {
  for (const unicode of [true, false]) {
    const text = renderCurve(figure([900, 300, 120], [800, 250]), { width, unicode });
    expect(text).not.toBe('');
    for (const line of text.split('\n')) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
  }
});

it('a line that falls is drawn in Braille from the top left to the bottom right', () => {
  const rows = renderCurve(figure([400, 100]), { width: 40, height: 4, unicode: true })
    .split('\n')
    .slice(1, 5);
  const first = rows.map((row) =>
    ansis
      .strip(row)
      .split('│')[1]
      .search(/[\u2801-\u28ff]/),
  );
  expect(first).toEqual(first.toSorted((a, b) => a - b));
  expect(first[0]).toBe(0);
});

it('every run has its own letter and its name', () => {
  const text = renderCurve(figure([400, 300], [200, 100]), { width: 40, unicode: false });
  expect(text).toMatch(/\*\* run 0\n.*\+\+ run 1$/);
});

it.each([
  ['a single epoch', figure([100]), 80],
  ['no finite perplexity', figure([Number.NaN, Number.POSITIVE_INFINITY]), 80],
  ['a terminal of ten columns', figure([200, 100]), 10],
])('nothing is drawn of %s', (_, drawn, width) => {
  expect(renderCurve(drawn, { width, unicode: true })).toBe('');
});

it('values that are all alike are drawn in the middle', () => {
  const rows = renderCurve(figure([100, 100]), { width: 40, height: 5, unicode: false }).split('\n');
  expect(rows.findIndex((row) => row.includes('*'))).toBe(3);
});

it.each([
  [{ TERM: 'dumb', LANG: 'en_US.UTF-8' }, 'linux', false],
  [{ TERM: 'xterm', LANG: 'en_US.UTF-8' }, 'linux', true],
  [{ TERM: 'xterm', LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux', false],
  [{ TERM: 'xterm' }, 'linux', false],
  [{}, 'win32', true],
] as const)('with %j on %s, the terminal shows Unicode: %s', (env, platform, expected) => {
  expect(showsUnicode(env, platform)).toBe(expected);
});
