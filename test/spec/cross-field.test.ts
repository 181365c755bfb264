import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type CorpusFacts, crossFieldFaults } from '../../src/spec/cross-field.js';
import { parseResolvedSpec } from '../../src/spec/load.js';
import type { Spec } from '../../src/spec/spec.generated.js';
import { MINIMAL } from './spec-files.js';

/** Ten columns of 101 tokens: ten windows of ten tokens. */
const CORPUS: CorpusFacts = {
  name: 'tiny',
  vocabulary: 50,
  trainTokens: 1010,
  validTokens: 20,
  testTokens: 20,
};
const TRAINING = { batchSize: 10, bptt: 10, epochs: 5 };

let base: Spec;

beforeAll(async () => {
  base = await parseResolvedSpec(MINIMAL, join('test', 'spec.yaml'));
});

function faultKeys(training: Partial<Spec['training']>, corpus?: CorpusFacts): string[] {
  const spec = { ...base, training: { ...base.training, ...TRAINING, ...training } };
  return crossFieldFaults(spec, corpus).map((fault) => fault.key);
}

it('accepts what goes together', () => {
  expect(faultKeys({}, CORPUS)).toEqual([]);
  expect(faultKeys({ schedule: { decay: { factor: 0.5, afterEpoch: 4 } } }, CORPUS)).toEqual([]);
  expect(faultKeys({ windowsPerEpoch: 10 }, CORPUS)).toEqual([]);
  expect(faultKeys({ bptt: 100 }, CORPUS)).toEqual([]);
});

it('refuses a decay that starts after the last epoch', () => {
  const decay = { factor: 0.5, afterEpoch: 5 };
  expect(faultKeys({ schedule: { decay } })).toEqual(['training.schedule.decay.afterEpoch']);
});

it('refuses a learning rate that decays to nothing in float32', () => {
  const decay = { factor: 1e-13, afterEpoch: 2 };
  expect(faultKeys({ schedule: { decay } })).toEqual(['training.schedule.decay.factor']);
  expect(faultKeys({ schedule: { decay: { ...decay, factor: 1e-12 } } })).toEqual([]);
});

it.each(['trainTokens', 'validTokens', 'testTokens'])('refuses a batch wider than half of %s', (split) => {
  expect(faultKeys({}, { ...CORPUS, [split]: 19 })).toEqual(['training.batchSize']);
});

it('refuses a window longer than a column', () => {
  expect(faultKeys({ bptt: 101 }, CORPUS)).toEqual(['training.bptt']);
});

it('refuses an epoch longer than one pass', () => {
  expect(faultKeys({ windowsPerEpoch: 11 }, CORPUS)).toEqual(['training.windowsPerEpoch']);
});

it('checks the corpus only when it is there', () => {
  expect(faultKeys({ batchSize: 60_000, bptt: 60_000 })).toEqual([]);
});

it('refuses a tied embedding of another width than the last layer', () => {
  const model = { ...base.model, tieEmbedding: true, layers: [{ lstm: 9 }, { lstm: 8 }] };
  expect(crossFieldFaults({ ...base, model })).toEqual([]);
  const narrow = crossFieldFaults({ ...base, model: { ...model, embedding: 9 } });
  expect(narrow.map((fault) => fault.key)).toEqual(['model.tieEmbedding']);
});
