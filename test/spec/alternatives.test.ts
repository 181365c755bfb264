/** Checks that an override never replaces one alternative by naming a key inside another. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import { isNgram } from '../../src/spec/systems.js';
import { ROOT } from '../cli/capture.js';
import { MINIMAL, MINIMAL_NGRAM, networkOf, specErrorOf, specFolder } from './spec-files.js';

const ADAM = `${MINIMAL}training: { optimizer: { adam: { beta1: 0.8 } } }\n`;

function specOf(yaml: string): string {
  return join(specFolder({ 'spec.yaml': yaml }), 'spec.yaml');
}

/** The values of the `--set` flags that a text suggests, as a shell would pass them. */
function suggestedSets(text: string): string[] {
  return [...text.matchAll(/--set (?:'([^']*)'|([^\s`]+))/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

describe('a key inside of another kind', () => {
  it.each([
    [ADAM, 'training.optimizer.sgd.learningRate=0.5', 'training.optimizer is adam in this spec', 2],
    [ADAM, 'training.optimizer.averagedSgd.startEpoch=3', 'so there is no training.optimizer.averagedSgd', 1],
    // A default counts as chosen too.
    [MINIMAL, 'training.optimizer.adam.learningRate=0.01', 'training.optimizer is sgd in this spec', 2],
    [MINIMAL, 'training.schedule.plateau.patience=1', 'training.schedule is constant in this spec', 1],
    [MINIMAL, 'training.schedule.decay.factor=0.5', 'training.schedule is constant in this spec', 1],
    [MINIMAL, 'model.init.scaledUniform.embedding=0.5', 'model.init is uniform in this spec', 1],
    [MINIMAL, 'model.layers.0.deepTransition.depth=3', 'model.layers.0 is lstm in this spec', 1],
  ])(
    'a key of another kind is refused, with cures that work: %s --set %s',
    async (yaml, override, message, cures) => {
      const path = specOf(yaml);
      const error = await specErrorOf(loadSpec(path, [override]));
      expect(error.faults).toHaveLength(1);
      expect(error.faults[0]?.message).toContain(message);
      expect(error.faults[0]?.place?.source.name).toBe(`--set ${override}`);
      const suggested = suggestedSets(error.cures.join(' '));
      expect(suggested).toHaveLength(cures);
      const value = Number(override.split('=')[1]);
      for (const set of suggested) {
        const { spec } = await loadSpec(path, [set.replace(/\bN\b/, '8')]);
        expect(JSON.stringify(spec)).toContain(`${value}`);
      }
    },
  );

  it('the suggested switch contains the other keys that were set', async () => {
    const sets = ['training.schedule.decay.factor=0.5', 'training.schedule.decay.afterEpoch=4'];
    const error = await specErrorOf(loadSpec(specOf(MINIMAL), sets));
    expect(error.faults).toHaveLength(2);
    expect(error.cures).toEqual([
      "To switch to decay: `--set 'training.schedule={decay: {factor: 0.5, afterEpoch: 4}}'`.",
    ]);
  });

  it('a key of another kind may be set after the whole alternative is named', async () => {
    const { spec } = await loadSpec(specOf(ADAM), [
      'training.optimizer.sgd={}',
      'training.optimizer.sgd.learningRate=3',
    ]);
    expect(networkOf(spec).training.optimizer).toEqual({ sgd: { learningRate: 3 } });
  });
});

it.each([
  [MINIMAL, 'model.ngram.order=3', 'This spec describes a network, which has no model.ngram.order'],
  [MINIMAL, 'model.ngram={}', 'This spec describes a network, which has no model.ngram'],
  [MINIMAL_NGRAM, 'training.epochs=1', 'This spec describes an n-gram model, which has no training.epochs'],
  [
    MINIMAL_NGRAM,
    'model.layers.0.lstm=8',
    'This spec describes an n-gram model, which has no model.layers.0.lstm',
  ],
  [MINIMAL_NGRAM, 'dropout={}', 'This spec describes an n-gram model, which has no dropout'],
])('a key of the other system is refused: %s --set %s', async (yaml, override, message) => {
  const error = await specErrorOf(loadSpec(specOf(yaml), [override]));
  expect(error.faults.map((fault) => [fault.message, fault.place?.source.name])).toEqual([
    [message, `--set ${override}`],
  ]);
  expect(error.cures).toEqual([expect.stringMatching(/^Start from the spec of an? .*, such as (kn5|small)/)]);
});

it('a whole model may be replaced when the spec has no other key of a network', async () => {
  expect(isNgram((await loadSpec(specOf(MINIMAL), ['model={ngram: {order: 3}}'])).spec)).toBe(true);
});

describe('suggestions follow what the spec has', () => {
  it.each([
    ['training.learningRate=1', ADAM, 'did you mean training.optimizer.adam.learningRate?'],
    ['training.optimizer.learningRate=1', ADAM, 'did you mean training.optimizer.adam.learningRate?'],
    ['training.learningRate=1', MINIMAL, 'did you mean training.optimizer.sgd.learningRate?'],
    ['training.optimizer.learningRate=1', MINIMAL, 'did you mean training.optimizer.sgd.learningRate?'],
    ['training.optimizer.adm={}', MINIMAL, 'did you mean training.optimizer.adam?'],
    ['model.order=3', MINIMAL_NGRAM, 'did you mean model.ngram.order?'],
  ])('--set %s gets a suggestion that fits the spec', async (override, yaml, message) => {
    const error = await specErrorOf(loadSpec(specOf(yaml), [override]));
    expect(error.faults.map((fault) => fault.message)).toEqual([expect.stringContaining(message)]);
  });

  it('suggestions name no key that the spec has no place for', async () => {
    const order = await specErrorOf(loadSpec(specOf(MINIMAL), ['model.order=3']));
    expect(order.message).not.toContain('did you mean model.ngram');
    const beta = await specErrorOf(loadSpec(specOf(MINIMAL), ['training.beta2=0.9']));
    expect(beta.message).not.toContain('adam');
  });

  it('suggestions fit every spec that comes with zlm', async () => {
    for (const file of readdirSync(join(ROOT, 'configs')).filter((name) => name.endsWith('.yaml'))) {
      const path = join(ROOT, 'configs', file);
      const { spec } = await loadSpec(path);
      if (isNgram(spec)) continue;
      const kind = Object.keys(spec.training.optimizer)[0];
      const error = await specErrorOf(loadSpec(path, ['training.learningRate=1']));
      expect(error.message).toContain(`did you mean training.optimizer.${kind}.learningRate?`);
    }
  });
});
