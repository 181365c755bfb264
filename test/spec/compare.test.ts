import { beforeAll, expect, it } from 'vitest';
import { diffSpecs, parseResolvedSpec, specHash } from '../../src/spec/load.js';
import type { Spec } from '../../src/spec/spec.generated.js';
import { MINIMAL } from './spec-files.js';

let base: Spec;

beforeAll(async () => {
  base = await parseResolvedSpec(MINIMAL, 'spec.yaml');
});

function changed(training: Partial<Spec['training']>): Spec {
  return { ...base, training: { ...base.training, ...training } };
}

it('hashes what a spec says, whatever the order of its keys', () => {
  const { corpus, model, dropout, training } = base;
  expect(specHash({ training, dropout, model, corpus })).toBe(specHash(base));
  expect(specHash(base)).toMatch(/^[0-9a-f]{64}$/);
  expect(specHash(changed({ seed: 2 }))).not.toBe(specHash(base));
  expect(specHash(changed({ clipNorm: null }))).not.toBe(specHash(base));
});

// The SHA-256 of {"corpus":"ptb","model":{"embedding":8,"layers":[{"lstm":8}]}}: checkpoints depend on it.
it('leaves defaults out of the hash, so that new keys do not change it', () => {
  expect(specHash(base)).toBe('d8ae812c14c3b07f5e16e90f258d9170d88c306fe4b16d828663d99cca2bbba1');
});

it('finds no difference between equals', () => {
  expect(diffSpecs(base, structuredClone(base))).toEqual([]);
});

it('names the innermost keys that differ', () => {
  const other = changed({ epochs: 50, optimizer: { sgd: { learningRate: 2 } } });
  const model = { ...base.model, layers: [{ lstm: 9 }] };
  expect(diffSpecs(base, { ...other, model })).toEqual([
    { key: 'model.layers.0.lstm', before: 8, after: 9 },
    { key: 'training.epochs', before: 39, after: 50 },
    { key: 'training.optimizer.sgd.learningRate', before: 1, after: 2 },
  ]);
});

it('names a choice of another kind and a list of another length as wholes', () => {
  const decay = { decay: { factor: 0.5, afterEpoch: 4 } };
  const model = { ...base.model, layers: [{ lstm: 8 }, { lstm: 8 }] };
  expect(diffSpecs(base, { ...changed({ schedule: decay }), model })).toEqual([
    { key: 'model.layers', before: [{ lstm: 8 }], after: model.layers },
    { key: 'training.schedule', before: { constant: {} }, after: decay },
  ]);
});
