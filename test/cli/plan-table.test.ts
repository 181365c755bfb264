import { expect, it } from 'vitest';
import { planLine, renderPlan } from '../../src/cli/plan-table.js';
import type { NgramPlan } from '../../src/systems/system.js';
import type { NetworkPlan } from '../../src/training/plan.js';

const TIMING = { tokensPerSecond: 8000, gflops: 126.4, secondsPerEpoch: 116, seconds: 464 };

const PLAN: NetworkPlan = {
  system: 'network',
  backend: 'native',
  parameters: 4_650_000,
  memoryBytes: 2e8,
  availableMemoryBytes: 3e9,
  trainingFlopPerToken: 15_800_000,
  stepsPerWindow: 20,
  sentences: false,
  windowsPerEpoch: 2323,
  tokensPerEpoch: 929_200,
  epochs: 4,
  epochsTrained: 0,
  learningRates: [
    { firstEpoch: 1, lastEpoch: 3, learningRate: 1 },
    { firstEpoch: 4, lastEpoch: 4, learningRate: 0 },
  ],
  learningRateFalls: false,
  timing: TIMING,
};

const NOTE = 'It falls further when the valid perplexity does not.';

it('the table ends with the learning rates, and says when nobody can know them', () => {
  const lines = renderPlan(PLAN).split('\n');
  expect(lines.slice(-2).map((line) => line.trim().split(/\s+/))).toEqual([
    ['1–3', '1'],
    ['4', '0'],
  ]);
  expect(renderPlan({ ...PLAN, learningRateFalls: true }).split('\n')).toEqual([...lines, NOTE]);
});

it('the plan of a run to resume shows what is left', () => {
  expect(renderPlan(PLAN)).toMatch(/time in all +about 7 min 44 s/);
  expect(renderPlan({ ...PLAN, epochsTrained: 2, timing: { ...TIMING, seconds: 232 } })).toMatch(
    /time that is left +about 3 min 52 s/,
  );
  const over = renderPlan({
    ...PLAN,
    epochsTrained: 4,
    learningRates: [],
    timing: { ...TIMING, seconds: 0 },
  });
  expect(over).not.toContain('learning rate');
});

it('the plan of a training on sentences says that the corpus decides their length', () => {
  const large = { ...PLAN, memoryBytes: 24e9, timing: null, sentences: true, stepsPerWindow: 83 };
  expect(renderPlan(large)).toMatch(
    /lower training.batchSize, or prepare the corpus with lines shorter than 83 tokens/,
  );
  expect(renderPlan(large)).toMatch(/batches per epoch +2,323/);
});

it('the table reports too little memory with both figures, and times nothing', () => {
  const large = { ...PLAN, memoryBytes: 24e9, timing: null };
  const why = 'about 24.0 GB on backend native, but only 3.00 GB are available';
  expect(renderPlan(large)).toMatch(new RegExp(`memory +${why}: lower training.batchSize or training.bptt`));
  expect(renderPlan(large)).toContain('not timed');
  expect(planLine(large)).toContain(`${why}: lower training.batchSize or training.bptt; nothing is timed`);
  expect(planLine(PLAN)).toMatch(
    /memory about 200 MB on backend native of 3.00 GB available; timing a few windows$/,
  );
});

const COUNTING: NgramPlan = {
  ...{ system: 'ngram', order: 3, vocabulary: 27, trainTokens: 572, ngrams: [27, 130, 282] },
  ...{ fallbackOrders: [], memoryBytes: 18_000, checkpointBytes: 4160 },
};

it.each([
  [[], 'estimated from the text'],
  [[1], 'fixed for order 1: too few n-grams to estimate them'],
  [[1, 3], 'fixed for orders 1, 3: too few n-grams to estimate them'],
  [[1, 2, 3], 'fixed: too few n-grams to estimate them'],
])('says of an n-gram model which discounts it has: fallback for %j', (fallbackOrders, text) => {
  const line = renderPlan({ ...COUNTING, fallbackOrders })
    .split('\n')
    .find((row) => row.startsWith('discounts'));
  expect(line).toMatch(new RegExp(`^discounts +${text}$`));
});
