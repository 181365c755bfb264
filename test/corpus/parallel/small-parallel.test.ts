import { expect, it } from 'vitest';
import { generatePairs } from '../../small-parallel.js';
import { tempFolder } from '../../temp-folder.js';
import { prepareTinyParallel } from './tiny-parallel.js';

it('the pairs of the small grammar are those of their seed, and make a corpus without unknown words', async () => {
  const pairs = generatePairs(300, 1);
  expect(pairs.slice(0, 2)).toMatchInlineSnapshot(`
    [
      {
        "source": "the heron follows the quiet mill",
        "target": "le héron suit le moulin calme",
      },
      {
        "source": "the mill follows the quiet heron",
        "target": "le moulin suit le héron calme",
      },
    ]
  `);
  expect(generatePairs(300, 1)).toEqual(pairs);
  expect(generatePairs(300, 2)).not.toEqual(pairs);
  const of = (seed: number, count: number) =>
    generatePairs(count, seed).map(({ source, target }) => [source, target] as const);
  const folder = tempFolder();
  const { manifest } = await prepareTinyParallel(
    folder,
    {},
    { train: of(1, 300), valid: of(2, 20), test: of(3, 20) },
  );
  expect(manifest.splits.test.target.unknown).toBe(0);
  expect(manifest.vocabulary).toEqual({ shared: false, source: 18, target: 22 });
});
