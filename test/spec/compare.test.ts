import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { diffSpecs, loadSpec, parseResolvedSpec, specHash } from '../../src/spec/load.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { ROOT } from '../cli/capture.js';
import { MINIMAL, MINIMAL_NGRAM, networkOf } from './spec-files.js';

let base: NetworkSpec;

beforeAll(async () => {
  base = networkOf(await parseResolvedSpec(MINIMAL, 'spec.yaml'));
});

function changed(training: Partial<NetworkSpec['training']>): NetworkSpec {
  return { ...base, training: { ...base.training, ...training } };
}

it('specHash hashes the content of a spec, whatever the order of its keys', () => {
  const { corpus, task, model, dropout, training } = base;
  expect(specHash({ training, dropout, model, task, corpus })).toBe(specHash(base));
  expect(specHash(base)).toMatch(/^[0-9a-f]{64}$/);
  expect(specHash(changed({ seed: 2 }))).not.toBe(specHash(base));
  expect(specHash(changed({ clipNorm: null }))).not.toBe(specHash(base));
});

// The SHA-256 of {"corpus":"ptb","model":{"embedding":8,"layers":[{"lstm":8}]}}: checkpoints depend on it.
it('specHash leaves defaults out, so that new keys do not change it', () => {
  expect(specHash(base)).toBe('d8ae812c14c3b07f5e16e90f258d9170d88c306fe4b16d828663d99cca2bbba1');
});

// Recorded before the keys of the whole family were added: runs of that time can still be resumed.
it.each([
  ['small', 'f294cd6c5b50f8740a7d5d26c620d2cc8d1b65b62d24a69b18a05491e9d7e74c'],
  ['medium', '135b86091188ad59aea5ad776eff0608e579a4c1d96dae89897c6f483882d9f1'],
  ['large', '9116c40255af8cbd79ba4e41dadc484a8149592f2078ab5f4da23c9ece5459ea'],
  ['naive', '8504f2613fbef0f09d3dcda4afe570d2cd19f7e94758cdf2b6479cc3ec14d7a6'],
])('configs/%s.yaml keeps its hash', async (name, hash) => {
  expect(specHash((await loadSpec(join(ROOT, 'configs', `${name}.yaml`))).spec)).toBe(hash);
});

it('specHash distinguishes an n-gram model from another and from a network', async () => {
  const five = await parseResolvedSpec(MINIMAL_NGRAM, 'spec.yaml');
  const four = await parseResolvedSpec(MINIMAL_NGRAM.replace('{}', '{ order: 4 }'), 'spec.yaml');
  expect(specHash(four)).not.toBe(specHash(five));
  expect(diffSpecs(five, four)).toEqual([{ key: 'model.ngram.order', before: 5, after: 4 }]);
  expect(diffSpecs(five, base).map(({ key }) => key)).toEqual(['model', 'task', 'dropout', 'training']);
});

it('diffSpecs finds no difference between equal specs', () => {
  expect(diffSpecs(base, structuredClone(base))).toEqual([]);
});

it('diffSpecs names the innermost keys that differ', () => {
  const other = changed({ epochs: 50, optimizer: { sgd: { learningRate: 2 } } });
  const model = { ...base.model, layers: [{ lstm: 9 }] };
  expect(diffSpecs(base, { ...other, model })).toEqual([
    { key: 'model.layers.0.lstm', before: 8, after: 9 },
    { key: 'training.epochs', before: 39, after: 50 },
    { key: 'training.optimizer.sgd.learningRate', before: 1, after: 2 },
  ]);
});

it('diffSpecs names a choice of another kind, and a list of another length, as a whole', () => {
  const decay = { decay: { factor: 0.5, afterEpoch: 4 } };
  const model = { ...base.model, layers: [{ lstm: 8 }, { lstm: 8 }] };
  expect(diffSpecs(base, { ...changed({ schedule: decay }), model })).toEqual([
    { key: 'model.layers', before: [{ lstm: 8 }], after: model.layers },
    { key: 'training.schedule', before: { constant: {} }, after: decay },
  ]);
});
