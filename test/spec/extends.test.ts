import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadSpec } from '../../src/spec/load.js';
import type { NetworkSpec } from '../../src/spec/systems.js';
import { MINIMAL, networkOf, specErrorOf, specFolder } from './spec-files.js';

const PARENT = `${MINIMAL}dropout: { input: { rate: 0.5, mask: sequence } }
training:
  bptt: 20
  schedule: { decay: { factor: 0.5, afterEpoch: 4 } }
`;

/** Loads the spec of a child of {@link PARENT}. */
async function child(...lines: string[]): Promise<NetworkSpec> {
  const folder = specFolder({
    'parent.yaml': PARENT,
    'child.yaml': ['extends: ./parent.yaml', ...lines].join('\n'),
  });
  return networkOf((await loadSpec(join(folder, 'child.yaml'))).spec);
}

it('a child inherits everything that it does not set', async () => {
  const spec = await child();
  expect(spec.training.schedule).toEqual({ decay: { factor: 0.5, afterEpoch: 4 } });
  expect(spec).not.toHaveProperty('extends');
});

it('maps are merged key by key', async () => {
  const spec = await child(
    'dropout: { input: { rate: 0.2 }, output: { rate: 0.3 } }',
    'training: { seed: 7 }',
  );
  expect(spec.dropout.input).toEqual({ rate: 0.2, mask: 'sequence', perGate: false });
  expect(spec.dropout.output).toEqual({ rate: 0.3, mask: 'step' });
  expect(spec.training).toMatchObject({ seed: 7, bptt: 20 });
});

it('lists are replaced as a whole', async () => {
  const spec = await child('model: { layers: [{ lstm: 9 }, { lstm: 10 }] }');
  expect(spec.model).toMatchObject({ embedding: 8, layers: [{ lstm: 9 }, { lstm: 10 }] });
});

it('schedules of the same kind are merged', async () => {
  const spec = await child('training: { schedule: { decay: { afterEpoch: 9 } } }');
  expect(spec.training.schedule).toEqual({ decay: { factor: 0.5, afterEpoch: 9 } });
});

it('a schedule of another kind is replaced', async () => {
  const spec = await child('training: { schedule: { constant: {} } }');
  expect(spec.training.schedule).toEqual({ constant: {} });
});

it('several parents are followed, each path relative to its own file', async () => {
  const folder = specFolder({
    'top.yaml': MINIMAL,
    'lib/middle.yaml': 'extends: ../top.yaml\ntraining: { bptt: 5, seed: 2 }',
    'lib/deep/low.yaml': 'extends: ../middle.yaml\ntraining: { seed: 3 }',
  });
  const { spec } = await loadSpec(join(folder, 'lib/deep/low.yaml'));
  expect(networkOf(spec).training).toMatchObject({ bptt: 5, seed: 3 });
});

it('a fault of the parent is shown in the parent, one of the child in the child', async () => {
  const folder = specFolder({
    'parent.yaml': `${MINIMAL}training: { bptt: 0 }`,
    'child.yaml': 'extends: parent.yaml\ntraining: { seed: -1 }',
  });
  const { message } = await specErrorOf(loadSpec(join(folder, 'child.yaml')));
  expect(message).toContain(`${folder}/parent.yaml:3:19  training.bptt`);
  expect(message).toContain(`${folder}/child.yaml:2:19  training.seed`);
});

it('a fault of the parent that the child overrides is ignored', async () => {
  const folder = specFolder({
    'parent.yaml': `${MINIMAL}training: { bptt: 0 }`,
    'child.yaml': 'extends: parent.yaml\ntraining: { bptt: 1 }',
  });
  const { spec } = await loadSpec(join(folder, 'child.yaml'));
  expect(networkOf(spec).training.bptt).toBe(1);
});

it.each([
  ['itself', { 'a.yaml': 'extends: a.yaml' }, 'a.yaml → a.yaml'],
  [
    'a child of its own',
    { 'a.yaml': 'extends: b.yaml', 'b.yaml': 'extends: ./a.yaml' },
    'a.yaml → b.yaml → a.yaml',
  ],
])('a spec that extends %s is refused', async (_name, files, chain) => {
  const folder = specFolder(files);
  const { message } = await specErrorOf(loadSpec(join(folder, 'a.yaml')));
  expect(message.replaceAll(`${folder}/`, '')).toContain(`The specs extend each other in a circle: ${chain}`);
});

it.each([
  ['a file that does not exist', 'extends: gone.yaml', '1:10  Cannot read gone.yaml: no such file or folder'],
  ['a folder', 'extends: .', 'it is a folder, not a file'],
  ['an empty file', 'extends: empty.yaml', '1:10  empty.yaml is empty'],
  ['a number', 'extends: 3', '1:10  extends must be the path of another spec'],
  ['nothing', 'extends:', '1:1  extends must be the path of another spec'],
  ['a list', 'extends: [a.yaml]', '1:10  extends must be the path of another spec'],
  ['a file with a tab', 'extends: tab.yaml', 'tab.yaml:2:1  A tab cannot indent YAML'],
])('%s cannot be extended', async (_name, yaml, expected) => {
  const folder = specFolder({ 'child.yaml': yaml, 'empty.yaml': '', 'tab.yaml': 'model:\n\tembedding: 8' });
  const { message } = await specErrorOf(loadSpec(join(folder, 'child.yaml')));
  expect(message.replaceAll(`${folder}/`, '')).toContain(expected);
});
