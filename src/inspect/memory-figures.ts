/** The figures of reports on memory: one line for each network and noise. */
import type { Figure, LineFigure, Series } from '../figures/figure.js';
import type { LagNorms, MemoryReport, MemoryUnderNoise } from './memory.js';

const LAG = 'lag k (tokens)';

/** Makes the figures: gradient of the loss, Jacobian, agreement and survival under noise if there is any, and perplexity after contexts. */
export function memoryFigures(reports: readonly MemoryReport[]): Figure[] {
  const noisy = reports.some(({ gradients }) => gradients.some(({ noise }) => noise === 'training'));
  return [
    {
      ...overLags(reports, ({ lossHidden: { median, low, high } }) => ({ y: median, low, high })),
      title: 'What the loss receives from earlier states',
      caption:
        'Norm of ∂loss(t)/∂h(t−k), the gradient of the loss at step t for the hidden state k steps before: the median over positions of the valid split, and the middle half of them as a band.',
      y: { label: '‖∂loss(t)/∂h(t−k)‖', scale: 'log' },
    },
    {
      ...overLags(reports, ({ jacobian }) => ({ y: jacobian })),
      title: 'What the state keeps of earlier states',
      caption:
        'Frobenius norm of ∂h(t)/∂h(t−k) divided by the root of the number of units, so that it is 1 at lag 0: the root mean square over positions.',
      y: { label: '‖∂h(t)/∂h(t−k)‖ / √H', scale: 'log' },
    },
    ...(noisy ? [agreementFigure(reports), survivalFigure(reports)] : []),
    contextFigure(reports),
  ];
}

function agreementFigure(reports: readonly MemoryReport[]): LineFigure {
  return {
    ...overLags(reports, ({ agreement }) => ({ y: agreement }), 'training'),
    title: 'What the noise leaves of the gradient',
    caption:
      'Mean cosine between ∂loss(t)/∂s(t−k) under two independent draws of all masks: 1 where the masks change nothing, 0 where only noise comes back.',
    y: { label: 'cosine between two draws of the masks', covers: [0, 1] },
  };
}

function survivalFigure(reports: readonly MemoryReport[]): LineFigure {
  return {
    ...overLags(reports, ({ survival }) => ({ y: survival }), 'training'),
    title: 'Survival of a unit',
    caption:
      'Probability that no mask drops what a unit carries from the input at step t − k to the loss at step t. On the vertical edges alone it crosses L + 1 masks, however large k is; on the recurrent edge k more.',
    y: { label: 'probability of survival', scale: 'log', covers: [1] },
  };
}

function contextFigure(reports: readonly MemoryReport[]): LineFigure {
  const lines = reports.map(({ name, context }, color): Series => {
    const points = context.lengths.map(({ length, perplexity }) => ({ x: length, y: perplexity }));
    return { name, color, points };
  });
  const ends = reports.map(({ name, context: { lengths, full } }, color): Series => {
    const [first, last] = [lengths[0], lengths[lengths.length - 1]];
    const points = [first, last].map(({ length }) => ({ x: length, y: full }));
    return { name: `${name}, whole text`, color, dashed: true, points };
  });
  return {
    kind: 'lines',
    title: 'Perplexity after a limited context',
    caption:
      'Perplexity of the same words of the valid split after the last n tokens before them, read from the zero state, and after the whole text before them (dashed).',
    x: { label: 'context n (tokens)', scale: 'log' },
    y: { label: 'perplexity', scale: 'log' },
    series: reports.some(({ context }) => context.lengths.length > 1) ? [...lines, ...ends] : lines,
  };
}

/** Returns a line over the lags for each network and noise; those under noise are dashed where both are drawn. */
function overLags(
  reports: readonly MemoryReport[],
  valuesAt: (row: LagNorms) => { y: number; low?: number; high?: number },
  only?: MemoryUnderNoise['noise'],
): Pick<LineFigure, 'kind' | 'x' | 'series'> {
  const series = reports.flatMap(({ name, gradients, overrides }, color) =>
    gradients
      .filter(({ noise }) => only === undefined || noise === only)
      .map(({ noise, lags }): Series => {
        const points = lags.map((row) => ({ x: row.lag, ...valuesAt(row) }));
        const isMarked = noise === 'training' && only === undefined;
        const table = overrides.length > 0 ? overrides.join(' ') : 'with its dropout';
        const isNamed = noise === 'training' && (only === undefined || overrides.length > 0);
        return { name: isNamed ? `${name}, ${table}` : name, color, dashed: isMarked, points };
      }),
  );
  return { kind: 'lines', x: { label: LAG, whole: true }, series };
}
