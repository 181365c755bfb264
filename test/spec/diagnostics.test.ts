import { expect, it } from 'vitest';
import { type Fault, renderFault, SpecError } from '../../src/spec/diagnostics.js';

function faultIn(text: string, found: string): Fault {
  const start = text.indexOf(found);
  const source = { name: 'a.yaml', text, kind: 'file' as const };
  return { key: '', message: 'wrong', place: { source, start, end: start + found.length } };
}

it('a fault shows line and column, the line, and carets under the place', () => {
  expect(renderFault(faultIn('one: 1\r\ntwo: 22\r\n', '22'))).toBe(
    ['a.yaml:2:6  wrong', '  2 | two: 22', '    |      ^^'].join('\n'),
  );
});

it('a tab is shown as one space, so that the carets stay below their place', () => {
  expect(renderFault(faultIn('a:\t1\tx', 'x'))).toBe(
    ['a.yaml:1:6  wrong', '  1 | a: 1 x', '    |      ^'].join('\n'),
  );
});

it('a long place is shown on its first line alone', () => {
  expect(renderFault(faultIn('a: [1,\n  2]', '[1,\n  2]')).split('\n').at(-1)).toBe('    |    ^^^');
});

it('a long line is cut on both sides', () => {
  const text = `${'a'.repeat(500)}X${'b'.repeat(500)}`;
  expect(renderFault(faultIn(text, 'X')).split('\n')).toEqual([
    'a.yaml:1:501  wrong',
    `  1 | …${'a'.repeat(80)}X${'b'.repeat(59)}`,
    `    | ${' '.repeat(81)}^`,
  ]);
});

it('each cure is shown once, and three at most', () => {
  const keys = ['model.layers.0', 'model.layers.3', 'training.nonsense', 'corpus', 'dropout', 'nonsense'];
  const error = new SpecError(keys.map((key) => ({ key, message: `${key} is wrong` })));
  expect(error.cures).toEqual([
    'See its allowed values: zlm spec explain model.layers.0',
    'See its allowed values: zlm spec explain training',
    'See its allowed values: zlm spec explain corpus',
  ]);
});
