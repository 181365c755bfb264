/** `<<: *name` takes over the keys of another map, as in YAML 1.1. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { positionOf } from '../../src/spec/diagnostics.js';
import { loadSpec } from '../../src/spec/load.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { MINIMAL, networkOf, specErrorOf, specFolder } from './spec-files.js';

async function dropoutOf(...lines: string[]): Promise<NetworkSpec['dropout']> {
  const folder = specFolder({ 'spec.yaml': [MINIMAL.trimEnd(), 'dropout:', ...lines, ''].join('\n') });
  return networkOf((await loadSpec(join(folder, 'spec.yaml'))).spec).dropout;
}

it('a merge key takes over the keys of a map', async () => {
  const dropout = await dropoutOf('  input: &d { rate: 0.5, mask: sequence }', '  output:', '    <<: *d');
  expect(dropout.output).toEqual({ rate: 0.5, mask: 'sequence' });
});

it.each(['{ <<: *d, rate: 0.25 }', '{ rate: 0.25, <<: *d }'])(
  'a merge key takes over only the keys that the map lacks: %s',
  async (map) => {
    const dropout = await dropoutOf('  input: &d { rate: 0.5, mask: sequence }', `  output: ${map}`);
    expect(dropout.output).toEqual({ rate: 0.25, mask: 'sequence' });
  },
);

it('a merge key takes the first of several maps that has a key', async () => {
  const anchors = ['  input: &a { rate: 0.5 }', '  recurrent: &b { rate: 0.25, mask: sequence }'];
  const dropout = await dropoutOf(...anchors, '  output: { <<: [*a, *b] }');
  expect(dropout.output).toEqual({ rate: 0.5, mask: 'sequence' });
});

it('a merge key takes over keys that a map has taken over itself', async () => {
  const dropout = await dropoutOf(
    '  input: &a { rate: 0.5 }',
    '  recurrent: &b { <<: *a }',
    '  output: { <<: *b }',
  );
  expect(dropout.output.rate).toBe(0.5);
});

it('a quoted merge key is an ordinary key', async () => {
  await specErrorOf(dropoutOf('  output: { "<<": { rate: 0.5 } }'));
});

it('a fault of a merged value is shown where the value was written', async () => {
  const error = await specErrorOf(
    dropoutOf('  input: &d { rate: 0.5, perGate: true }', '  output:', '    <<: *d'),
  );
  expect(error.faults.map(({ key, place }) => [key, place && positionOf(place)])).toEqual([
    ['dropout.output.perGate', { line: 4, column: 26 }],
  ]);
});
