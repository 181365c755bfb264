/** Checks that fewer epochs only warn, and that faults among keys are shown at the value that was written last. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/spec/diagnostics.js';
import { renderWarning } from '../../src/spec/diagnostics.js';
import { assertFitsCorpus, loadSpec } from '../../src/spec/load.js';
import { isNgram } from '../../src/spec/systems.js';
import { ROOT } from '../cli/capture.js';
import { MINIMAL, specErrorOf, specFolder } from './spec-files.js';

const CONFIGS = join(ROOT, 'configs');
const DECAYING = `${MINIMAL}training:
  epochs: 6
  schedule: { decay: { factor: 0.5, afterEpoch: 4 } }
`;

/** Returns the source in which a fault is shown. */
function sourceOf({ place }: Fault): string | undefined {
  return place?.source.name;
}

it.each(readdirSync(CONFIGS).filter((file) => file.endsWith('.yaml')))(
  '%s can be trained for a single epoch',
  async (file) => {
    const path = join(CONFIGS, file);
    if (isNgram((await loadSpec(path)).spec)) return;
    const { warnings } = await loadSpec(path, ['training.epochs=1']);
    expect(warnings.map(sourceOf)).toEqual(warnings.map(() => '--set training.epochs=1'));
  },
);

it('one epoch of the small model warns of its decay, at the override', async () => {
  const { warnings } = await loadSpec(join(CONFIGS, 'small.yaml'), ['training.epochs=1']);
  expect(warnings.map(renderWarning)).toEqual([
    '--set training.epochs=1  Warning: Training ends with epoch 1, but training.schedule.decay starts after epoch 4: ' +
      'every epoch has the full learning rate',
  ]);
});

it('a warning about a file alone is shown at its line', async () => {
  const folder = specFolder({ 'spec.yaml': DECAYING.replace('6', '3') });
  const { warnings } = await loadSpec(join(folder, 'spec.yaml'));
  expect(warnings.map(renderWarning)).toEqual([
    expect.stringContaining('spec.yaml:5:49  Warning: Training ends'),
  ]);
});

it('a child that shortens its parent is shown, not the parent', async () => {
  const child = 'extends: ./parent.yaml\ntraining: { epochs: 2 }\n';
  const folder = specFolder({ 'parent.yaml': DECAYING, 'child.yaml': child });
  const { warnings } = await loadSpec(join(folder, 'child.yaml'));
  expect(warnings.map(sourceOf)).toEqual([join(folder, 'child.yaml')]);
});

describe('a fault among keys is shown at the override that causes it', () => {
  it.each([
    ['small', 'training.clipValue=1', 'training.clipValue'],
    ['small', 'training.epochs=999', 'training.schedule.decay.factor'],
    [
      'small',
      'training.optimizer.sgd.learningRate=1e-8',
      'training.schedule.decay.factor',
      'training.epochs=120',
    ],
    ['medium', 'model.layers=[{lstm: 8}]', 'dropout.between.rate'],
    ['medium', 'model.layers.0.gru=8', 'dropout.input.perGate', 'dropout.input.perGate=true'],
    ['variational-medium', 'model.layers.0.rnn=8', 'dropout.input.perGate'],
    ['awd-lstm', 'training.bptt=3', 'training.randomBptt.minimum'],
    ['awd-lstm', 'model.layers=[{deepTransition: {units: 8}}, {lstm: 8}]', 'dropout.recurrentWeight.rate'],
  ])('%s --set %s shows the fault at the override', async (name, override, key, ...before) => {
    const error = await specErrorOf(loadSpec(join(CONFIGS, `${name}.yaml`), [...before, override]));
    const fault = error.faults.find((found) => found.key === key);
    expect(fault && sourceOf(fault)).toBe(`--set ${override}`);
  });

  it('a value that no longer fits the corpus is shown at the override', async () => {
    const loaded = await loadSpec(join(CONFIGS, 'small.yaml'), ['corpus=tiny', 'training.bptt=50']);
    const facts = { name: 'tiny', vocabulary: 50, trainTokens: 1010, validTokens: 200 };
    const error = await specErrorOf((async () => assertFitsCorpus(loaded, facts))());
    expect(error.faults.map(({ key, place }) => [key, place?.source.name])).toEqual([
      ['training.bptt', '--set training.bptt=50'],
    ]);
    const wide = await loadSpec(join(CONFIGS, 'small.yaml'), ['corpus=tiny']);
    const tooWide = await specErrorOf((async () => assertFitsCorpus(wide, { ...facts, validTokens: 20 }))());
    expect(tooWide.faults.map(sourceOf)).toEqual(['--set corpus=tiny']);
  });
});
