/** Draws figures and reads the SVG back: the places of points, the texts, and what must not be in it. */
import { DOMParser } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { figureTable } from '../../src/figures/data-table.js';
import type { BarFigure, Figure, LineFigure } from '../../src/figures/figure.js';
import { learningCurves, perplexityBars } from '../../src/figures/learning-curves.js';
import { renderFigures } from '../../src/figures/render.js';

/** Names as a corpus or a folder may have them. */
const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "it's & that",
  '\u001b[31mred\u202eder',
];

const lines = (
  points: LineFigure['series'][number]['points'],
  scale: 'linear' | 'log' = 'linear',
): LineFigure => ({
  kind: 'lines',
  title: 'Lines',
  caption: 'Of a test.',
  x: { label: 'x' },
  y: { label: 'y', scale },
  series: [{ name: 'only', points }],
});

const bars: BarFigure = {
  kind: 'bars',
  title: 'Bars',
  caption: 'Of a test.',
  value: { label: 'perplexity' },
  bars: [
    { name: 'a', values: [100, 110, 120] },
    { name: 'b', values: [55] },
  ],
};

async function drawn(figure: Figure) {
  return new DOMParser().parseFromString(await renderFigures([figure]), 'image/svg+xml');
}

/** Returns the vertices of the line of a figure with one series. */
async function vertices(figure: LineFigure): Promise<[number, number][]> {
  const svg = await drawn(figure);
  // The paths inside groups are marks; the vertices of the line are more than those of a tick.
  const paths = [...svg.querySelectorAll('path')].map((path) => path.getAttribute('d') ?? '');
  const line = paths.toSorted((a, b) => b.length - a.length)[0];
  return [...line.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

it('a point is drawn where its values are on linear axes', async () => {
  const found = await vertices(lines([0, 1, 2, 3].map((x) => ({ x, y: 10 * x }))));
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = found;
  for (const step of [x2 - x1, x3 - x2]) expect(step).toBeCloseTo(x1 - x0, 1);
  for (const step of [y1 - y2, y2 - y3]) expect(step).toBeCloseTo(y0 - y1, 1);
  expect(y0).toBeGreaterThan(y3);
});

it('on a logarithmic axis equal ratios are equal distances', async () => {
  const found = await vertices(
    lines(
      [1e-6, 1e-4, 1e-2, 1].map((y, x) => ({ x, y })),
      'log',
    ),
  );
  const steps = found.slice(1).map(([, y], index) => found[index][1] - y);
  for (const step of steps) expect(step).toBeCloseTo(steps[0], 1);
});

it('values that an axis cannot show interrupt the line', async () => {
  const values = [1, 2, Number.NaN, 4, 0, 6, Number.POSITIVE_INFINITY, 8, 9];
  const svg = await renderFigures([
    lines(
      values.map((y, x) => ({ x, y })),
      'log',
    ),
  ]);
  expect(svg).not.toMatch(/NaN|Infinity/);
  const found = await vertices(
    lines(
      values.map((y, x) => ({ x, y })),
      'log',
    ),
  );
  expect(found).toHaveLength(new Set([1, 2, 4, 6, 8, 9]).size);
});

it('bars are as long as their means, from zero', async () => {
  const svg = await drawn(bars);
  const widths = [...svg.querySelectorAll('rect')].map((rect) => Number(rect.getAttribute('width')));
  expect(widths[0] / widths[1]).toBeCloseTo(110 / 55, 2);
  expect(svg.querySelectorAll('circle')).toHaveLength(3);
});

it('the same figures give the same bytes', async () => {
  const figures = [lines([{ x: 1, y: 2 }]), bars];
  expect(await renderFigures(figures)).toBe(await renderFigures(figures));
});

it.each([
  ['no line', lines([])],
  ['a single point', lines([{ x: 3, y: 5 }])],
  ['values that are all zero', lines([0, 1, 2].map((x) => ({ x, y: 0 })))],
  ['a single bar', { ...bars, bars: [{ name: 'a', values: [0] }] }],
])('a figure with %s is drawn without NaN', async (_, figure) => {
  const svg = await renderFigures([figure as Figure]);
  expect(svg).toMatch(/^<svg .*<\/svg>$/s);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

describe('texts', () => {
  const named = (name: string): Figure[] => [
    {
      ...lines([{ x: 1, y: 2 }]),
      title: name,
      caption: name,
      x: { label: name },
      series: [name, 'b'].map((n) => ({ name: n, points: [{ x: 1, y: 2 }] })),
    },
    { ...bars, title: name, caption: name, bars: [{ name, values: [1] }] },
  ];

  it.each(HOSTILE)('%j is a text in the drawing and nothing else', async (name) => {
    const svg = await renderFigures(named(name));
    const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
    const elements = new Set([...parsed.querySelectorAll('*')].map(({ localName }) => localName));
    expect(
      [...elements].filter((element) => !/^(svg|g|path|text|title|style|line|rect|circle)$/.test(element)),
    ).toEqual([]);
    // Well-formed XML: no bare ampersand, no tag within an attribute.
    expect(svg.replace(/&(?:amp|lt|gt|quot|#\d+);/g, '')).not.toMatch(/&|="[^"]*</);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a control character is what must not be there
    expect(svg).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
  });

  it('a figure has a text alternative', async () => {
    const svg = await drawn(bars);
    expect(svg.querySelector('title')?.textContent).toBe('Bars');
    expect(svg.querySelector('svg')?.getAttribute('aria-label')).toBe('Bars. Of a test.');
    expect(svg.querySelector('svg')?.getAttribute('role')).toBe('img');
  });

  it('nothing in a drawing is fetched', async () => {
    const svg = (await renderFigures(named('a'))).replaceAll('http://www.w3.org/2000/svg', '');
    expect(svg).not.toMatch(/https?:|url\(|href|@import/);
  });
});

describe('figures of trainings', () => {
  const row = (epoch: number, validPerplexity: number) => ({
    epoch,
    trainPerplexity: 2 * validPerplexity,
    validPerplexity,
  });
  const groups = [
    { name: 'a', runs: [[row(1, 200), row(2, 100)], [row(1, 300)]] },
    { name: 'b', runs: [[row(1, 150)]] },
  ];

  it('a learning curve has the mean of the seeds that reached an epoch, and their range', () => {
    expect(learningCurves(groups, false).series).toEqual([
      {
        name: 'a',
        color: 0,
        points: [
          { x: 1, y: 250, low: 200, high: 300 },
          { x: 2, y: 100 },
        ],
      },
      { name: 'b', color: 1, points: [{ x: 1, y: 150 }] },
    ]);
  });

  it('the perplexity on the training text is a dashed line of the same color', () => {
    const [valid, train] = learningCurves(groups, true).series;
    expect([valid.dashed ?? false, train.dashed, train.color === valid.color]).toEqual([false, true, true]);
    expect(train.points[0].y).toBe(500);
  });

  it('the table of a figure has all its values', () => {
    expect(figureTable(learningCurves(groups, false))).toEqual({
      columns: ['epoch', 'a', 'b'],
      rows: [
        ['1', '250 (200 to 300)', '150'],
        ['2', '100', ''],
      ],
    });
    const ofBars = figureTable(
      perplexityBars(
        [
          { name: 'a', values: [1, 3] },
          { name: 'b', values: [5] },
        ],
        'test',
      ),
    );
    expect(ofBars.rows).toEqual([
      ['a', '2', '1', '3', '2'],
      ['b', '5', '5', '5', '1'],
    ]);
  });
});
