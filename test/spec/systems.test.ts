import { expect, it } from 'vitest';
import { keysOf } from '../../src/spec/schema.js';
import { isForeignToNgram, schemaFor, systemSchema } from '../../src/spec/systems.js';

it('the schema of an n-gram spec has the corpus and the n-gram model alone', () => {
  const schema = systemSchema('NgramSpec');
  expect(keysOf(schema)).toEqual(['extends', 'corpus', 'model']);
  expect(keysOf(schema.properties?.model)).toEqual(['ngram']);
});

it('the schema of a network has everything else', () => {
  const schema = systemSchema('NetworkSpec');
  expect(keysOf(schema)).toEqual(['extends', 'corpus', 'task', 'model', 'dropout', 'training']);
  expect(keysOf(schema.properties?.model)).toContain('layers');
  expect(keysOf(schema.properties?.model)).not.toContain('ngram');
});

it.each([
  ['a network', { model: { layers: [] } }, 'NetworkSpec'],
  ['an n-gram model', { model: { ngram: {} } }, 'NgramSpec'],
  ['a broken model', { model: null }, 'NetworkSpec'],
  ['nothing', null, 'NetworkSpec'],
] as const)('schemaFor chooses the schema of %s', (_name, spec, system) => {
  expect(schemaFor(spec)).toEqual(systemSchema(system));
});

it('isForeignToNgram knows the keys that an n-gram model lacks', () => {
  expect(isForeignToNgram(['model', 'layers'])).toBe(true);
  expect(isForeignToNgram(['training', 'seed'])).toBe(true);
  expect(isForeignToNgram(['corpus'])).toBe(false);
  expect(isForeignToNgram(['model', 'ngram', 'order'])).toBe(false);
  expect(isForeignToNgram(['nothing'])).toBe(false);
});
