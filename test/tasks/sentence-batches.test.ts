import { expect, it } from 'vitest';
import { sentenceBatches } from '../../src/tasks/sentence-batches.js';

const EOS = 0;
/** Lines of 1 to 7 tokens, every token of a line being its number; 40 lines. */
const LINES = Array.from({ length: 40 }, (_, line) => [...Array((line * 5) % 7).fill(line + 1), EOS]);
const TOKENS = Int32Array.from(LINES.flat());
const SOURCE = {
  length: TOKENS.length,
  read: (position: number, count: number) => TOKENS.slice(position, position + count),
};
const batchesOf = (seed: number) => sentenceBatches(SOURCE, { eos: EOS, batchSize: 6, seed });

/** The lines of a batch, read back from its targets. */
function linesIn(batch: ReturnType<ReturnType<typeof batchesOf>['batch']>): number[][] {
  const lines: number[][] = Array.from({ length: batch.batch }, () => []);
  for (const row of batch.rows ?? []) lines[row % batch.batch].push(batch.targets[row]);
  return lines;
}

const sorted = (lines: readonly number[][]) => lines.map(String).sort();

it('every pass has every line once, and predicts every token', () => {
  const batches = batchesOf(1);
  for (const pass of [0, 1, 5]) {
    expect(batches.batchesIn(pass)).toBe(7);
    const all = Array.from({ length: 7 }, (_, inPass) => batches.batch(pass, inPass));
    expect(sorted(all.flatMap(linesIn))).toEqual(sorted(LINES));
    const predictions = all.reduce((sum, { rows }) => sum + (rows?.length ?? 0), 0);
    expect(predictions).toBe(TOKENS.length);
  }
});

it('a batch is described before it is read', () => {
  const batches = batchesOf(1);
  for (let inPass = 0; inPass < 7; inPass++) {
    const { steps, rows } = batches.batch(2, inPass);
    expect(batches.stepsOf(2, inPass)).toBe(steps);
    expect(batches.predictionsOf(2, inPass)).toBe(rows?.length);
    expect(batches.startsFromZero(2, inPass)).toBe(true);
  }
});

it('lines of similar length are in one batch', () => {
  const batches = batchesOf(3);
  const padding = Array.from({ length: 7 }, (_, inPass) => batches.batch(0, inPass)).reduce(
    (sum, { steps, batch, rows }) => sum + steps * batch - (rows?.length ?? 0),
    0,
  );
  expect(padding).toBeLessThan(TOKENS.length / 5);
});

it('passes and seeds have orders of their own, which do not change', () => {
  const [a, b] = [batchesOf(1), batchesOf(1)];
  const order = (batches: typeof a, pass: number) =>
    Array.from({ length: 7 }, (_, inPass) => [...batches.batch(pass, inPass).targets]);
  expect(order(a, 1)).not.toEqual(order(a, 0));
  expect(order(b, 1)).toEqual(order(a, 1));
  expect(order(b, 0)).toEqual(order(a, 0));
  expect(order(batchesOf(2), 0)).not.toEqual(order(a, 0));
});
