/** A parallel text that a tiny network learns in seconds: numbers in words, which their translation has in reverse order. */
import { randomIds, randomNumbers } from './ops/arrays.js';

const ENGLISH = ['one', 'two', 'three', 'four', 'five'];
const FRENCH = ['un', 'deux', 'trois', 'quatre', 'cinq'];

/** Makes pairs of so many numbers, none of them twice. */
export function numberPairs(
  count: number,
  seed: number,
  { fewest = 1, most = 3 } = {},
): [source: string, target: string][] {
  const random = randomNumbers(seed);
  const pairs = new Map<string, string>();
  while (pairs.size < count) {
    const length = fewest + randomIds(random, 1, most - fewest + 1)[0];
    const numbers = randomIds(random, length, ENGLISH.length);
    pairs.set(
      `${numbers.map((n) => ENGLISH[n]).join(' ')}.`,
      `${numbers
        .map((n) => FRENCH[n])
        .reverse()
        .join(' ')} !`,
    );
  }
  return [...pairs];
}
