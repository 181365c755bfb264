import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { TypeTable } from '../../../src/corpus/build/type-table.js';

it('tokens are numbered in order of first occurrence, after <eos>, with the place of each', () => {
  const types = new TypeTable();
  const tokens = ['a', 'b', 'a', 'é', '\u{1F600}', 'b'];
  expect(tokens.map((token, index) => types.number(token, 'text.txt', index + 1))).toEqual([
    1, 2, 1, 3, 4, 2,
  ]);
  expect([0, 1, 2, 3, 4].map((id) => types.word(id))).toEqual(['<eos>', 'a', 'b', 'é', '\u{1F600}']);
  expect(types.firstPlace(3)).toEqual({ name: 'text.txt', line: 4 });
  expect(types.size).toBe(5);
});

it('more different words than fit into memory are refused', () => {
  const types = new TypeTable(2);
  for (const word of ['a', 'b', 'a']) types.number(word, 'text.txt', 1);
  expect(() => types.number('c', 'text.txt', 2)).toThrow('text.txt has more than 2 different words');
});

it('a text with <eos> in it is refused, and its line is named', () => {
  expect(() => new TypeTable().number('<eos>', 'text.txt', 7)).toThrow(
    'text.txt:7: The text contains the word <eos>',
  );
});

it('the table does not keep the text alive that its words were cut out of', () => {
  const types = new TypeTable();
  const before = heapInUse();
  for (let chunk = 0; chunk < 200; chunk++) {
    const text = `word-number-${chunk} ${'x'.repeat(2 ** 20)}${chunk}`;
    // Flattened, as decoded text is: a slice of it would keep a megabyte.
    types.number(Buffer.from(text).toString().slice(0, 16).trimEnd(), 'text.txt', 1);
  }
  expect(heapInUse() - before).toBeLessThan(10 * 2 ** 20);
  expect(types.size).toBe(201);
});

/** Bytes of what is still in use: garbage is collected first. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
