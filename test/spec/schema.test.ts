import { expect, it } from 'vitest';
import { explainAll } from '../../src/spec/explain.js';
import {
  allKeys,
  formatKey,
  resolveReference,
  type SchemaNode,
  schemaAt,
  specSchema,
} from '../../src/spec/schema.js';

it('the schema explains every key and closes every map', () => {
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

it('the schema requires exactly the keys that are explained as required', () => {
  const { Complete, CompleteNetwork, CompleteWords } = specSchema().$defs ?? {};
  const once = [Complete, CompleteNetwork, CompleteWords].flatMap((node) => requiredKeys(node, []));
  const always = allKeys()
    .filter(({ path, parent }) => requiredOf(parent).includes(String(path.at(-1))))
    .map(({ path }) => formatKey(path));
  const explained = explainAll().filter(({ presence }) => presence === 'required');
  expect(explained.map(({ key }) => key).sort()).toEqual([...once, ...always].sort());
});

/** The dotted keys under every `required` of a schema. */
function requiredKeys(node: SchemaNode | undefined, path: readonly string[]): string[] {
  return Object.entries(node?.properties ?? {}).flatMap(([key, property]) => {
    const here = [...path, key];
    const below = requiredKeys(property, here);
    return node && requiredOf(node).includes(key) ? [formatKey(here), ...below] : below;
  });
}

function requiredOf(node: SchemaNode): readonly string[] {
  return (node as { required?: string[] }).required ?? [];
}

it('a key beside a reference has priority over the key that the reference defines', () => {
  const edge = resolveReference({ $ref: '#/$defs/Edge', title: 'Own title' });
  expect(edge.title).toBe('Own title');
  expect(edge.properties).toHaveProperty('rate');
});

it('schemaAt follows lists by any index and knows no keys that are not there', () => {
  expect(schemaAt(['model', 'layers', 7, 'lstm'])?.title).toBe('LSTM layer');
  expect(schemaAt(['model', 'layers', 'lstm'])).toBeUndefined();
  expect(schemaAt(['constructor'])).toBeUndefined();
});
