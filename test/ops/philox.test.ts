import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fillPhiloxWords, philox4x32, philoxWords, STREAM, wordToUnit } from '../../src/ops/philox.js';

interface Vector {
  readonly counter: string[];
  readonly key: string[];
  readonly result: string[];
}

const golden = new URL('../golden/random123_philox4x32.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(golden, 'utf8')) as { vectors: Vector[] };
const ADDRESS = { seed: 7, stream: STREAM.dropout, site: 3, step: 11 };

describe('philox4x32', () => {
  it.each(vectors.map((vector) => [vector.counter.join(' '), vector] as const))(
    "philox4x32 gives Random123's answer for counter %s",
    (_, { counter, key, result }) => {
      const [c0, c1, c2, c3] = counter.map((word) => Number.parseInt(word, 16));
      const [k0, k1] = key.map((word) => Number.parseInt(word, 16));
      const out = new Uint32Array(4);
      philox4x32(out, 0, c0, c1, c2, c3, k0, k1);
      expect(Array.from(out, (word) => word.toString(16).padStart(8, '0'))).toEqual(result);
    },
  );

  it('philox4x32 multiplies as 64-bit integers do', () => {
    // Ten rounds in BigInt, over counters that reach every size of product.
    const exact = (counter: number[], key: number[]) => {
      let [c0, c1, c2, c3] = counter.map(BigInt);
      let [k0, k1] = key.map(BigInt);
      const low = 0xffffffffn;
      for (let round = 0; round < 10; round++) {
        const [p0, p1] = [c0 * 0xd2511f53n, c2 * 0xcd9e8d57n];
        [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & low, (p0 >> 32n) ^ c3 ^ k1, p0 & low];
        [k0, k1] = [(k0 + 0x9e3779b9n) & low, (k1 + 0xbb67ae85n) & low];
      }
      return [c0, c1, c2, c3].map(Number);
    };
    const out = new Uint32Array(4);
    for (let n = 0; n < 2000; n++) {
      const [c0, c1, c2, c3] = [n, 2 ** 32 - 1 - n, (n * 2654435761) % 2 ** 32, 2 ** (n % 32)];
      philox4x32(out, 0, c0, c1, c2, c3, n, 2 ** 31 + n);
      expect(Array.from(out)).toEqual(exact([c0, c1, c2, c3], [n, 2 ** 31 + n]));
    }
  });
});

describe('philoxWords', () => {
  it('philoxWords puts the address into counter (block, step, site, 0) and key (seed, stream)', () => {
    const block = new Uint32Array(4);
    philox4x32(block, 0, 2, ADDRESS.step, ADDRESS.site, 0, ADDRESS.seed, ADDRESS.stream);
    expect(philoxWords(ADDRESS, 12).subarray(8)).toEqual(block);
  });

  it('philoxWords gives the same words for any number of them', () => {
    const all = philoxWords(ADDRESS, 23);
    for (let count = 0; count <= 23; count++) {
      expect(philoxWords(ADDRESS, count)).toEqual(all.subarray(0, count));
    }
  });

  it('philoxWords fills its part of an array and nothing else', () => {
    for (const count of [0, 1, 3, 4, 5, 8]) {
      const out = new Uint32Array(14);
      fillPhiloxWords(out, 3, count, ADDRESS);
      expect(Array.from(out)).toEqual([
        0,
        0,
        0,
        ...philoxWords(ADDRESS, count),
        ...Array(11 - count).fill(0),
      ]);
    }
  });

  it('philoxWords begins with any block', () => {
    const all = philoxWords(ADDRESS, 23);
    for (const first of [0, 4, 12, 20]) {
      const out = new Uint32Array(23 - first);
      fillPhiloxWords(out, 0, out.length, ADDRESS, first);
      expect(out).toEqual(all.subarray(first));
    }
  });

  it('philoxWords gives different words for different seeds, streams, sites and steps', () => {
    const addresses = [0, 1, 2, 2 ** 32 - 1].flatMap((seed) =>
      Object.values(STREAM).flatMap((stream) =>
        [0, 1, 2].flatMap((site) => [0, 1, 2, 1000].map((step) => ({ seed, stream, site, step }))),
      ),
    );
    const blocks = addresses.map((address) => philoxWords(address, 4).join(' '));
    expect(new Set(blocks).size).toBe(addresses.length);
  });

  it('philoxWords looks uniform', () => {
    const words = philoxWords(ADDRESS, 100_000);
    const counts = new Array<number>(16).fill(0);
    for (const word of words) counts[word >>> 28]++;
    const expected = words.length / 16;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(37.7); // 15 degrees of freedom, one chance in a thousand
  });
});

it('wordToUnit never gives 0 or 1 and is symmetric', () => {
  const largest = 2 ** 32 - 1;
  expect(wordToUnit(0)).toBeGreaterThan(0);
  expect(wordToUnit(largest)).toBeLessThan(1);
  expect(wordToUnit(0) + wordToUnit(largest)).toBe(1);
  expect(wordToUnit(2 ** 31)).toBeCloseTo(0.5, 9);
});
