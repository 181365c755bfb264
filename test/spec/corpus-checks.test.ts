import { beforeAll, expect, it } from 'vitest';
import { type CorpusFacts, crossFieldFaults } from '../../src/spec/cross-field.js';
import { parseResolvedSpec } from '../../src/spec/load.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { MINIMAL, MINIMAL_NGRAM, networkOf } from './spec-files.js';

/** Ten columns of 101 tokens: ten windows of ten tokens. */
const CORPUS: CorpusFacts = {
  name: 'tiny',
  vocabulary: 50,
  trainTokens: 1010,
  validTokens: 20,
};
const TRAINING = { batchSize: 10, bptt: 10, epochs: 5 };

let base: NetworkSpec;

beforeAll(async () => {
  base = networkOf(await parseResolvedSpec(MINIMAL, 'spec.yaml'));
});

function faultKeys(training: Partial<NetworkSpec['training']>, corpus?: CorpusFacts): string[] {
  const spec = { ...base, training: { ...base.training, ...TRAINING, ...training } };
  return crossFieldFaults(spec, corpus).map((fault) => fault.key);
}

it('a spec that fits its corpus is accepted', () => {
  expect(faultKeys({}, CORPUS)).toEqual([]);
  expect(faultKeys({ windowsPerEpoch: 10 }, CORPUS)).toEqual([]);
  expect(faultKeys({ bptt: 100 }, CORPUS)).toEqual([]);
});

it.each(['trainTokens', 'validTokens'])('a batch wider than half of %s is refused', (split) => {
  expect(faultKeys({}, { ...CORPUS, [split]: 19 })).toEqual(['training.batchSize']);
});

it('the fault names the widest batch that fits both splits, or says that there is none', () => {
  const spec = { ...base, training: { ...base.training, ...TRAINING } };
  const message = (trainTokens: number, validTokens: number) =>
    crossFieldFaults(spec, { ...CORPUS, trainTokens, validTokens })[0].message;
  expect(message(19, 10)).toContain('whose valid split has 10 tokens; training.batchSize can be 5 at most');
  expect(message(19, 1)).toContain('whose valid split has 1 tokens; prepare it with a longer one');
});

it('a window longer than a column is refused', () => {
  expect(faultKeys({ bptt: 101 }, CORPUS)).toEqual(['training.bptt']);
});

it('an epoch longer than one pass is refused', () => {
  expect(faultKeys({ windowsPerEpoch: 11 }, CORPUS)).toEqual(['training.windowsPerEpoch']);
});

it('an epoch longer than the expected pass of random windows is refused', () => {
  // 100 steps in a column; half of the windows have 5 of them on average, the others 10.
  const randomBptt = { halve: 0.5, deviation: 1, minimum: 2 };
  expect(faultKeys({ randomBptt, windowsPerEpoch: 13 }, CORPUS)).toEqual([]);
  expect(faultKeys({ randomBptt, windowsPerEpoch: 14 }, CORPUS)).toEqual(['training.windowsPerEpoch']);
  expect(faultKeys({ randomBptt: { ...randomBptt, minimum: 10 }, windowsPerEpoch: 11 }, CORPUS)).toEqual([
    'training.windowsPerEpoch',
  ]);
});

it('more topics than words are refused', () => {
  const withTopics = (topics: number) => {
    const model = { ...base.model, context: { topics, decay: 0.95 } };
    const spec = { ...base, model, training: { ...base.training, ...TRAINING } };
    return crossFieldFaults(spec, CORPUS).map((fault) => fault.key);
  };
  expect(withTopics(51)).toEqual(['model.context.topics']);
  expect(withTopics(50)).toEqual([]);
});

it('the corpus is checked only when it is given', () => {
  expect(faultKeys({ batchSize: 60_000, bptt: 60_000 })).toEqual([]);
});

it('an n-gram model fits every corpus', async () => {
  const ngram = await parseResolvedSpec(MINIMAL_NGRAM, 'spec.yaml');
  expect(crossFieldFaults(ngram, { ...CORPUS, trainTokens: 1, validTokens: 1 })).toEqual([]);
});
