/** Every shipped spec is valid, and the paper's three are the paper's. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import type { Edge } from '../../src/spec/spec.generated.js';
import { ROOT } from '../cli/capture.js';

const FOLDER = join(ROOT, 'configs');
const FILES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.ya?ml$/.test(file),
);

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
  const depth = file.split(/[/\\]/).length;
  const [modeline, ...rest] = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  expect(modeline).toBe(`# yaml-language-server: $schema=${'../'.repeat(depth)}schemas/spec.schema.json`);
  const head = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('#')),
  );
  expect(head.join('\n')).toMatch(/^# Run: +\S/m);
});

it.each(Object.entries(PAPER))('configs/%s.yaml is exactly the model of the paper', async (name, paper) => {
  const { spec } = await loadSpec(join(FOLDER, `${name}.yaml`));
  const vertical: Edge = { rate: paper.drop, mask: 'step' };
  expect(spec).toEqual({
    corpus: 'ptb',
    model: {
      embedding: paper.units,
      layers: [{ lstm: paper.units }, { lstm: paper.units }],
      tieEmbedding: false,
      init: { uniform: paper.init },
    },
    dropout: { input: vertical, between: vertical, output: vertical, recurrent: { rate: 0, mask: 'step' } },
    training: {
      batchSize: 20,
      bptt: paper.bptt,
      epochs: paper.epochs,
      windowsPerEpoch: null,
      clipNorm: paper.clip,
      optimizer: { sgd: { learningRate: 1 } },
      schedule: { decay: { factor: paper.factor, afterEpoch: paper.fullEpochs } },
      checkpoint: { everyMinutes: 10 },
      precision: 'f32',
      seed: 1,
    },
  });
});

it('configs/naive.yaml differs from the medium model in its recurrent edge alone', async () => {
  const { spec } = await loadSpec(join(FOLDER, 'naive.yaml'));
  const { spec: medium } = await loadSpec(join(FOLDER, 'medium.yaml'));
  expect(spec).toEqual({ ...medium, dropout: { ...medium.dropout, recurrent: { rate: 0.5, mask: 'step' } } });
});
