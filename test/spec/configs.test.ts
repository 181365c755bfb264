/** Checks that every shipped spec is valid and that the three models of the paper are exactly those. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { architectureOf } from '../../src/model/architecture.js';
import { modelSize } from '../../src/model/size.js';
import { diffSpecs, loadSpec } from '../../src/spec/load.js';
import type { Edge } from '../../src/spec/spec.generated.js';
import type { Spec } from '../../src/spec/systems.js';
import { ROOT } from '../cli/capture.js';
import { networkOf } from './spec-files.js';

const FOLDER = join(ROOT, 'configs');
/** Without the sweeps in a folder of their own, which test/sweeps/plan.test.ts checks. */
const FILES = readdirSync(FOLDER).filter((file) => /\.ya?ml$/.test(file));

/** The table of section 4.1; it divides the learning rate by 2, 1.2 and 1.15 in each epoch after `fullEpochs`. */
const PAPER = {
  small: { units: 200, init: 0.1, drop: 0, bptt: 20, factor: 1 / 2, fullEpochs: 4, epochs: 13, clip: 5 },
  medium: {
    units: 650,
    init: 0.05,
    drop: 0.5,
    bptt: 35,
    factor: 10 / 12,
    fullEpochs: 6,
    epochs: 39,
    clip: 5,
  },
  large: {
    units: 1500,
    init: 0.04,
    drop: 0.65,
    bptt: 35,
    factor: 100 / 115,
    fullEpochs: 14,
    epochs: 55,
    clip: 10,
  },
};

it('there are specs to test', () => {
  expect(FILES).toEqual(
    expect.arrayContaining(['quickstart.yaml', 'small.yaml', 'medium.yaml', 'large.yaml']),
  );
});

it.each(FILES)('configs/%s is valid, names its schema and says how to run it', async (file) => {
  await loadSpec(join(FOLDER, file));
  const [modeline, ...rest] = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  expect(modeline).toBe('# yaml-language-server: $schema=../schemas/spec.schema.json');
  const head = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('#')),
  );
  expect(head.join('\n')).toMatch(/^# Run: +\S/m);
});

/** Number of word types in PTB. */
const PTB_VOCABULARY = 10_000;

const SIZED = FILES.filter((file) => /^# Parameters:/m.test(readFileSync(join(FOLDER, file), 'utf8')));

it.each(SIZED)('configs/%s states its size and cost correctly', async (file) => {
  const spec = networkOf((await loadSpec(join(FOLDER, file))).spec);
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const window = { steps: spec.training.bptt, batch: spec.training.batchSize };
  const size = modelSize(architectureOf(spec, PTB_VOCABULARY), window);
  const [, millions] = /^# Parameters: +([\d.]+) M/m.exec(text) ?? [];
  expect(millions).toBe((size.parameters / 1e6).toFixed(2));
  const [, megaflop] = /([\d.]+) MFLOP per token/.exec(text) ?? [];
  if (megaflop) expect(Number(megaflop)).toBe(Number((size.trainingFlopPerToken / 1e6).toPrecision(3)));
});

it.each(Object.entries(PAPER))('configs/%s.yaml is exactly the model of the paper', async (name, paper) => {
  const spec = await load(name);
  const vertical: Edge = { rate: paper.drop, mask: 'step', perGate: false };
  expect(spec).toEqual({
    corpus: 'ptb',
    task: { languageModelling: {} },
    model: {
      embedding: paper.units,
      layers: [{ lstm: paper.units }, { lstm: paper.units }],
      tieEmbedding: false,
      forgetBias: null,
      init: { uniform: paper.init },
      context: null,
    },
    dropout: {
      embedding: { rate: 0 },
      input: vertical,
      between: vertical,
      output: { rate: paper.drop, mask: 'step' },
      recurrent: { rate: 0, mask: 'step', perGate: false },
      recurrentWeight: { rate: 0 },
      zoneout: { cell: 0, hidden: 0 },
    },
    training: {
      batchSize: 20,
      batchTokens: null,
      bptt: paper.bptt,
      sentences: false,
      randomBptt: null,
      epochs: paper.epochs,
      tokens: null,
      windowsPerEpoch: null,
      loss: 'sum',
      clipNorm: paper.clip,
      clipValue: null,
      weightDecay: 0,
      activationRegularization: 0,
      temporalActivationRegularization: 0,
      optimizer: { sgd: { learningRate: 1 } },
      schedule: { decay: { factor: paper.factor, afterEpoch: paper.fullEpochs } },
      earlyStopping: null,
      checkpoint: { everyMinutes: 10 },
      precision: 'f32',
      seed: 1,
    },
  });
});

const VARIATIONAL = [
  'dropout.embedding.rate',
  'dropout.input.mask',
  'dropout.input.perGate',
  'dropout.between.mask',
  'dropout.between.perGate',
  'dropout.output.mask',
  'dropout.recurrent.rate',
  'dropout.recurrent.mask',
  'dropout.recurrent.perGate',
  'training.weightDecay',
];

it.each([
  ['naive', 'medium', ['dropout.recurrent.rate']],
  ['placement-none', 'small', []],
  ['placement-naive', 'placement-vertical', ['dropout.recurrent.rate']],
  ['zoneout', 'large', ['dropout.zoneout.cell', 'dropout.zoneout.hidden']],
  ['tied-large', 'large', ['model.tieEmbedding']],
  ['small-tied', 'small', ['model.tieEmbedding']],
  ['variational-medium', 'medium', VARIATIONAL],
  [
    'variational-large',
    'large',
    [
      ...VARIATIONAL,
      'dropout.input.rate',
      'dropout.between.rate',
      'dropout.output.rate',
      'training.schedule.decay.afterEpoch',
    ],
  ],
  [
    'awd-lstm-finetune',
    'awd-lstm',
    ['model.init', 'training.optimizer.averagedSgd.startEpoch', 'training.earlyStopping'],
  ],
  ['rnn-lda', 'rnn', ['model.context']],
])(
  'configs/%s.yaml differs from %s.yaml only in the keys that its name promises',
  async (name, parent, keys) => {
    const differences = diffSpecs(await load(parent), await load(name));
    expect(differences.map(({ key }) => key).sort()).toEqual([...keys].sort());
  },
);

it.each(['none', 'vertical', 'naive', 'variational'])(
  'configs/placement-%s.yaml differs from small.yaml in dropout alone, at one rate',
  async (placement) => {
    const name = `placement-${placement}`;
    const keys = diffSpecs(await load('small'), await load(name)).map(({ key }) => key);
    expect(keys.filter((key) => !key.startsWith('dropout.'))).toEqual([]);
    const { input, between, output, recurrent } = networkOf(await load(name)).dropout;
    const rates = [input, between, output, recurrent].map(({ rate }) => rate);
    expect(rates).toEqual(
      {
        none: [0, 0, 0, 0],
        vertical: [0.2, 0.2, 0.2, 0],
        naive: [0.2, 0.2, 0.2, 0.2],
        variational: [0.2, 0.2, 0.2, 0.2],
      }[placement],
    );
  },
);

it.each(['small-tied', 'gru', 'rnn', 'deep-rnn', 'rnn-lda'])(
  'configs/%s.yaml is as wide as the small model, on the same windows',
  async (name) => {
    const { model, training } = networkOf(await load(name));
    const small = networkOf(await load('small'));
    const widths = model.layers.flatMap((layer) =>
      JSON.stringify(layer)
        .match(/[0-9]{2,}/g)
        ?.map(Number),
    );
    expect(new Set([model.embedding, ...widths])).toEqual(new Set([small.model.embedding]));
    expect(training).toMatchObject({ batchSize: small.training.batchSize, bptt: small.training.bptt });
  },
);

it('configs/awd-small.yaml and vertical-300.yaml train the same network', async () => {
  const small = networkOf(await load('awd-small'));
  const vertical = networkOf(await load('vertical-300'));
  expect({ ...small.model, init: null }).toEqual({ ...vertical.model, init: null });
  expect(small.training.epochs).toBe(vertical.training.epochs);
});

it('configs/kn5.yaml is the n-gram model of the table of results', async () => {
  expect(await load('kn5')).toEqual({
    corpus: 'ptb',
    model: { ngram: { order: 5, smoothing: 'modified-kneser-ney' } },
  });
});

async function load(name: string): Promise<Spec> {
  return (await loadSpec(join(FOLDER, `${name}.yaml`))).spec;
}
