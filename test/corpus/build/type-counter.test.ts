import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { TypeCounter } from '../../../src/corpus/build/type-counter.js';

it('counts words', () => {
  const counter = new TypeCounter('text.txt');
  for (const word of ['a', 'b', 'a', 'é', '\u{1F600}', 'a']) counter.add(word);
  expect([...counter]).toEqual([
    ['a', 3],
    ['b', 1],
    ['é', 1],
    ['\u{1F600}', 1],
  ]);
  expect(counter.size).toBe(4);
});

it('refuses more different words than memory holds', () => {
  const counter = new TypeCounter('text.txt', 2);
  counter.add('a');
  counter.add('b');
  counter.add('a');
  expect(() => counter.add('c')).toThrow('text.txt has more than 2 different words');
});

it('does not keep the text alive that its words were cut out of', () => {
  const counter = new TypeCounter('text.txt');
  const before = heapInUse();
  for (let chunk = 0; chunk < 200; chunk++) {
    const text = `word-number-${chunk} ${'x'.repeat(2 ** 20)}${chunk}`;
    // Flattened, as decoded text is: a slice of it would keep a megabyte.
    counter.add(Buffer.from(text).toString().slice(0, 16).trimEnd());
  }
  expect(heapInUse() - before).toBeLessThan(10 * 2 ** 20);
  expect(counter.size).toBe(200);
});

/** Bytes of what is still in use: garbage is collected first. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
