import { expect, it } from 'vitest';
import {
  allKeys,
  formatKey,
  isChoice,
  resolveReference,
  schemaAt,
  specSchema,
} from '../../src/spec/schema.js';

it('explains every key and closes every map', () => {
  for (const { path, schema } of allKeys()) {
    const key = formatKey(path);
    expect(schema, key).toMatchObject({
      title: expect.stringMatching(/./),
      description: expect.stringMatching(/\.$/),
    });
    expect(schema, key).toHaveProperty('type');
    if (schema.type === 'object') expect(schema, key).toMatchObject({ additionalProperties: false });
  }
});

it('asks for exactly the keys that have no default', () => {
  const withoutDefault = allKeys()
    .filter(({ path, schema, parent }) => {
      const mayBeAbsent =
        schema.default !== undefined || isChoice(parent) || parent.items || path[0] === 'extends';
      return !mayBeAbsent;
    })
    .map(({ path }) => formatKey(path));
  expect(requiredKeys(specSchema().$defs?.Complete, [])).toEqual(withoutDefault);
});

/** The dotted keys under every `required` of a schema, in its order. */
function requiredKeys(node: unknown, path: readonly string[]): string[] {
  const { required = [], properties = {} } = node as {
    required?: string[];
    properties?: Record<string, unknown>;
  };
  return Object.entries(properties).flatMap(([key, property]) => {
    const here = [...path, key];
    const below = property === true ? [] : requiredKeys(property, here);
    return required.includes(key) ? [formatKey(here), ...below] : below;
  });
}

it('lets what stands beside a reference win over what it refers to', () => {
  const edge = resolveReference({ $ref: '#/$defs/Edge', title: 'Own title' });
  expect(edge.title).toBe('Own title');
  expect(edge.properties).toHaveProperty('rate');
});

it('walks lists by any index and knows no keys that are not there', () => {
  expect(schemaAt(['model', 'layers', 7, 'lstm'])?.title).toBe('LSTM layer');
  expect(schemaAt(['model', 'layers', 'lstm'])).toBeUndefined();
  expect(schemaAt(['constructor'])).toBeUndefined();
});
