import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { MINIMAL, networkOf, specErrorOf, specFolder } from './spec-files.js';

const DECAYING = `${MINIMAL}training: { schedule: { decay: { factor: 0.5, afterEpoch: 4 } } }\n`;

async function load(...overrides: string[]): Promise<NetworkSpec> {
  const folder = specFolder({ 'spec.yaml': DECAYING });
  return networkOf((await loadSpec(join(folder, 'spec.yaml'), overrides)).spec);
}

it.each([
  ['a number', 'training.bptt=5', { training: { bptt: 5 } }],
  ['spaces around the equals sign', 'training.bptt = 5', { training: { bptt: 5 } }],
  ['null', 'training.clipNorm=null', { training: { clipNorm: null } }],
  [
    'a map that is not there yet',
    'dropout.input.rate=0.5',
    { dropout: { input: { rate: 0.5, mask: 'step' } } },
  ],
  ['an item of a list', 'model.layers.0.lstm=9', { model: { layers: [{ lstm: 9 }] } }],
  ['an item in brackets', 'model.layers[0].lstm=9', { model: { layers: [{ lstm: 9 }] } }],
  ['an item more', 'model.layers.1.lstm=9', { model: { layers: [{ lstm: 8 }, { lstm: 9 }] } }],
  ['a whole list', 'model.layers=[{lstm: 1}, {lstm: 2}]', { model: { layers: [{ lstm: 1 }, { lstm: 2 }] } }],
  ['a text with an equals sign in YAML', 'corpus="ptb"', { corpus: 'ptb' }],
  [
    'a key of the chosen kind',
    'training.schedule.decay.factor=0.25',
    { training: { schedule: { decay: { factor: 0.25, afterEpoch: 4 } } } },
  ],
])('an override sets %s', async (_name, override, expected) => {
  expect(await load(override)).toMatchObject(expected);
});

it('an override switches to another kind by naming it', async () => {
  expect((await load('training.schedule.constant={}')).training.schedule).toEqual({ constant: {} });
});

it('an override replaces a whole choice', async () => {
  const spec = await load('training.schedule={constant: {}}');
  expect(spec.training.schedule).toEqual({ constant: {} });
});

it.each([
  'training..epochs=1',
  '.training.epochs=1',
  'training.epochs.=1',
  'training epochs=1',
  'model.layers[]=1',
  'model.layers[0=1',
])('the key of --set %s is refused: it is not names with dots between', async (override) => {
  const folder = specFolder({ 'spec.yaml': DECAYING });
  const error = await specErrorOf(loadSpec(join(folder, 'spec.yaml'), [override]));
  expect(error.message).toContain('A key has names with a dot between, as in training.epochs');
});

it('overrides are applied in order', async () => {
  expect((await load('training.seed=2', 'training.seed=3')).training.seed).toBe(3);
});

it('an override creates a missing list', async () => {
  const folder = specFolder({ 'spec.yaml': 'corpus: ptb\nmodel: { embedding: 8 }' });
  const { spec } = await loadSpec(join(folder, 'spec.yaml'), ['model.layers.0.lstm=9']);
  expect(networkOf(spec).model.layers).toEqual([{ lstm: 9 }]);
});

it.each([
  ['training.bptt', 'An override has the form key=value', 'training.bptt'],
  ['=5', 'An override has the form key=value', '='],
  ['', 'An override has the form key=value', ''],
  ['training.bptt=', 'A value is missing after "="', '='],
  ['training.bptt=x', 'training.bptt must be a whole number from 1 to 65536, but is the text "x"', 'x'],
  ['training.bppt=3', 'training.bppt is not a key; did you mean training.bptt?', 'bppt'],
  ['training.bptt=[', 'A "[" before this is not closed', ''],
  ['training.bp\u200btt=3', 'The invisible character U+200B, zero-width space, is here', '\u200b'],
  ['training.bptt=\u00a03', 'The invisible character U+00A0, no-break space, is here', '\u00a0'],
  ['training.seed.a=1', 'training.seed must be a whole number from 0 to 4294967295, but is a map', 'a'],
  ['corpus.name=ptb', 'corpus is a single value and has no key name', 'name'],
  ['model.layers.lstm=3', 'model.layers is a list: name an item by its number, as in model.layers.0', 'lstm'],
  ['model.layers.2.lstm=3', 'model.layers has no item 2: it has 1, counted from 0, and 1 appends one', '2'],
  ['extends=x.yaml', 'extends is only allowed in a file', 'extends'],
  ['__proto__.corpus=x', '__proto__ is not a key', '__proto__'],
  [
    'training.schedule.decay=null',
    'training.schedule.decay must be a map of factor and afterEpoch, but is null',
    'null',
  ],
])('the fault of --set %s is shown', async (override, message, underlined) => {
  const folder = specFolder({ 'spec.yaml': DECAYING });
  const error = await specErrorOf(loadSpec(join(folder, 'spec.yaml'), [override]));
  const fault = error.faults[0];
  expect(error.faults).toHaveLength(1);
  expect(fault?.message).toContain(message);
  expect(error.message.split('\n')[0]).toMatch(`--set ${override}  `);
  const { source, start, end } = fault?.place ?? expect.fail('the fault has no place');
  expect(source.text.slice(start, end)).toBe(underlined);
});
