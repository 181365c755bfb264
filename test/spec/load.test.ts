import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assertFitsCorpus, loadSpec, parseResolvedSpec, specToYaml } from '../../src/spec/load.js';
import { isNgram, type NetworkSpec } from '../../src/spec/systems.js';
import { MINIMAL, MINIMAL_NGRAM, networkOf, specErrorOf, specFolder } from './spec-files.js';

const RESOLVED: NetworkSpec = {
  corpus: 'ptb',
  task: { languageModelling: {} },
  model: {
    embedding: 8,
    layers: [{ lstm: 8 }],
    tieEmbedding: false,
    forgetBias: null,
    init: { uniform: 0.1 },
    context: null,
  },
  dropout: {
    embedding: { rate: 0 },
    input: { rate: 0, mask: 'step', perGate: false },
    between: { rate: 0, mask: 'step', perGate: false },
    output: { rate: 0, mask: 'step' },
    recurrent: { rate: 0, mask: 'step', perGate: false },
    recurrentWeight: { rate: 0 },
    zoneout: { cell: 0, hidden: 0 },
  },
  training: {
    batchSize: 20,
    batchTokens: null,
    bptt: 35,
    sentences: false,
    randomBptt: null,
    epochs: 39,
    tokens: null,
    windowsPerEpoch: null,
    loss: 'sum',
    clipNorm: 5,
    clipValue: null,
    weightDecay: 0,
    activationRegularization: 0,
    temporalActivationRegularization: 0,
    optimizer: { sgd: { learningRate: 1 } },
    schedule: { constant: {} },
    earlyStopping: null,
    checkpoint: { everyMinutes: 10 },
    precision: 'f32',
    seed: 1,
  },
};

async function load(yaml: string, overrides: readonly string[] = []): Promise<NetworkSpec> {
  const folder = specFolder({ 'spec.yaml': yaml });
  return networkOf((await loadSpec(join(folder, 'spec.yaml'), overrides)).spec);
}

it('every default is filled in', async () => {
  expect(await load(MINIMAL)).toEqual(RESOLVED);
});

it('defaults are filled in beside given keys, inside the chosen kind', async () => {
  const spec = await load(
    `${MINIMAL}dropout: { input: { rate: 0.5 } }\ntraining: { optimizer: { sgd: {} } }\n`,
  );
  expect(spec.dropout.input).toEqual({ rate: 0.5, mask: 'step', perGate: false });
  expect(spec.training.optimizer).toEqual({ sgd: { learningRate: 1 } });
});

it.each([
  ['training.randomBptt={}', { training: { randomBptt: { halve: 0.05, deviation: 5, minimum: 5 } } }],
  ['training.earlyStopping={}', { training: { earlyStopping: { patience: 10 } } }],
  ['model.context={topics: 9}', { model: { context: { topics: 9, decay: 0.95 } } }],
  [
    'model.layers=[{deepTransition: {units: 9}}]',
    { model: { layers: [{ deepTransition: { units: 9, depth: 2, shortcut: true } }] } },
  ],
  ['model.init={scaledUniform: {}}', { model: { init: { scaledUniform: { embedding: 0.1 } } } }],
  [
    'training.optimizer={averagedSgd: {}}',
    { training: { optimizer: { averagedSgd: { learningRate: 1, nonMonotonic: 5, startEpoch: null } } } },
  ],
])('defaults are filled in below --set %s', async (override, expected) => {
  expect(await load(MINIMAL, [override])).toMatchObject(expected);
});

it('an n-gram model is resolved without a network and its training', async () => {
  const folder = specFolder({ 'spec.yaml': MINIMAL_NGRAM });
  const { spec } = await loadSpec(join(folder, 'spec.yaml'));
  expect(spec).toEqual({
    corpus: 'ptb',
    model: { ngram: { order: 5, smoothing: 'modified-kneser-ney' } },
  });
  expect(isNgram(spec)).toBe(true);
  const yaml = 'corpus: ptb\nmodel:\n  ngram: { order: 5, smoothing: modified-kneser-ney }\n';
  expect(specToYaml(spec)).toBe(yaml);
  expect(await parseResolvedSpec(yaml, 'spec.yaml')).toEqual(spec);
});

it('null is kept where it is a value', async () => {
  const spec = await load(`${MINIMAL}training: { clipNorm: null, windowsPerEpoch: ~ }\n`);
  expect(spec.training).toMatchObject({ clipNorm: null, windowsPerEpoch: null });
});

it('keys are ordered as in the schema, whatever the order in the file', async () => {
  const spec = await load(
    'model: { layers: [{ lstm: 8 }], embedding: 8 }\ntraining: { seed: 1 }\ncorpus: ptb\n',
  );
  expect(JSON.stringify(spec)).toBe(JSON.stringify(RESOLVED));
});

it('a byte-order mark, CRLF line ends, anchors and aliases are read', async () => {
  const yaml = `\ufeffcorpus: ptb\r\nmodel: { embedding: 8, layers: [&layer { lstm: 8 }, *layer] }\r\n`;
  expect((await load(yaml)).model.layers).toEqual([{ lstm: 8 }, { lstm: 8 }]);
});

it('a loaded spec names the file, what it extends and the overrides', async () => {
  const folder = specFolder({ 'a.yaml': 'extends: lib/b.yaml\n', 'lib/b.yaml': MINIMAL });
  const loaded = await loadSpec(join(folder, 'a.yaml'), ['training.seed=2']);
  expect(loaded.path).toBe(join(folder, 'a.yaml'));
  expect(loaded.files).toEqual([join(folder, 'a.yaml'), join(folder, 'lib/b.yaml')]);
  expect(loaded.overrides).toEqual(['training.seed=2']);
  expect(loaded.spec).toEqual({ ...RESOLVED, training: { ...RESOLVED.training, seed: 2 } });
});

it('a spec that is written as YAML reads back the same', async () => {
  const spec = await load(
    `${MINIMAL}training:\n  weightDecay: 1e-7\n  schedule: { decay: { factor: 0.8695652173913043, afterEpoch: 14 } }\n`,
  );
  expect(await parseResolvedSpec(specToYaml(spec), 'spec.yaml')).toEqual(spec);
  expect(specToYaml(RESOLVED)).toContain('  input: { rate: 0, mask: step, perGate: false }\n');
});

it('missing keys of a resolved spec of an older version get their defaults', async () => {
  expect(await parseResolvedSpec(MINIMAL, 'runs/1/spec.yaml')).toEqual(RESOLVED);
});

it.each([
  ['a torn file', 'corpus: [', 'runs/1/spec.yaml:1:10'],
  ['an empty file', '', 'runs/1/spec.yaml is empty'],
  ['a file of comments', '# nothing\n', 'runs/1/spec.yaml contains only comments'],
  ['a list', '- 1', 'runs/1/spec.yaml:1:1  A spec must be a map of extends'],
  [
    'a spec that extends',
    `extends: x.yaml\n${MINIMAL}`,
    'runs/1/spec.yaml:1:1  A resolved spec cannot extend another one',
  ],
])('a resolved spec that is %s is refused', async (_name, yaml, message) => {
  const error = await specErrorOf(parseResolvedSpec(yaml, 'runs/1/spec.yaml'));
  expect(error.message).toContain(message);
});

it('a fault against the corpus is shown where the value was written', async () => {
  const folder = specFolder({ 'a.yaml': `${MINIMAL}training: { batchSize: 50 }\n` });
  const loaded = await loadSpec(join(folder, 'a.yaml'), ['training.windowsPerEpoch=9']);
  const corpus = { name: 'ptb', vocabulary: 10, trainTokens: 10_000, validTokens: 99 };
  const error = await specErrorOf((async () => assertFitsCorpus(loaded, corpus))());
  expect(error.message).toContain(`${folder}/a.yaml:3:24  A batch of 50 is too wide for corpus ptb`);
  expect(error.message).toContain(
    '--set training.windowsPerEpoch=9  training.windowsPerEpoch is 9, but one pass over corpus ptb has 5 windows',
  );
  assertFitsCorpus(loaded, { ...corpus, trainTokens: 100_000, validTokens: 1000 });
});
