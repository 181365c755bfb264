/** Specs, overrides, sweeps and methods at test time: everything in YAML. */
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMethodFile } from '../../../src/evaluation/method-file.js';
import { loadSpec, parseResolvedSpec, specToYaml } from '../../../src/spec/load.js';
import { readSweep } from '../../../src/sweeps/sweep-file.js';
import { assertSame, type FuzzTarget, fromFile } from '../target.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** YAML's own marks, and keys of specs. */
const YAML_WORDS = [
  '&a',
  '*a',
  '<<: *a',
  '!!binary ',
  '!!set ',
  '? ',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '|',
  '>-',
  '---\n',
  '\t',
]
  .concat(['...\n', '%YAML 1.1\n', "'", '"', '#', ': ', 'null', '~', 'true', '.inf', '.nan', '0o17', '1_000'])
  .concat([
    'extends: small.yaml\n',
    'extends: input.yaml\n',
    'model:\n',
    'layers: [{ lstm: 8 }]\n',
    '__proto__: 1\n',
  ])
  .concat([
    'training:\n',
    'dropout:\n',
    'task: { speech: {} }\n',
    'task: { translation: {} }\n',
    'constructor: {}\n',
  ]);

function yamlFiles(folder: string): Buffer[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => readFileSync(join(folder, name)));
}

/** Reads the spec, and once more what it comes to. */
async function readSpec(path: string, overrides: readonly string[] = []): Promise<void> {
  const { spec } = await loadSpec(path, overrides);
  assertSame('The spec', spec, await parseResolvedSpec(specToYaml(spec), path));
}

const spec: FuzzTarget = {
  name: 'spec',
  words: YAML_WORDS,
  share: 150,
  async open(folder) {
    cpSync(join(ROOT, 'configs'), folder, { recursive: true });
    const path = join(folder, 'input.yaml');
    return fromFile(path, yamlFiles(join(ROOT, 'configs')), () => readSpec(path));
  },
};

const OVERRIDES = ['training.epochs=5', 'dropout.input.rate=0.2', 'model.layers=[{ lstm: 8 }]', 'corpus=mine']
  .concat([
    'training.schedule={ decay: { factor: 0.5, afterEpoch: 3 } }',
    'model.layers[1].lstm=20',
    'training.seed=3',
  ])
  .concat([
    'training.optimizer.sgd.learningRate=1',
    'dropout.recurrent={ rate: 0.5, mask: sequence, perGate: true }',
  ])
  .concat([
    'task={ translation: { attention: none } }',
    'training.optimizer={ adam: {} }',
    'model.init.uniform=0.1',
  ]);

const override: FuzzTarget = {
  name: 'set',
  words: [
    '=',
    '.',
    '[0]',
    '[-1]',
    '[999999999]',
    '{',
    '}',
    '__proto__',
    'training.',
    'model.layers',
    ...YAML_WORDS,
  ],
  share: 200,
  async open() {
    const bases = ['small', 'quickstart', 'kn5', 'awd-small', 'translation', 'speech'];
    return {
      examples: OVERRIDES.map((text) => Buffer.from(text)),
      read: async (input, chance) => {
        await readSpec(join(ROOT, 'configs', `${chance.pick(bases)}.yaml`), [input.toString()]);
      },
    };
  },
};

const sweep: FuzzTarget = {
  name: 'sweep',
  words: ['variants:\n', 'seeds: [1]\n', 'grid:\n', 'budget: ', 'spec: ../small.yaml\n', ...YAML_WORDS],
  share: 50,
  async open(folder) {
    cpSync(join(ROOT, 'configs'), folder, { recursive: true });
    const path = join(folder, 'sweeps', 'input.yaml');
    return fromFile(path, yamlFiles(join(ROOT, 'configs', 'sweeps')), () => readSweep(path));
  },
};

const method: FuzzTarget = {
  name: 'method',
  words: YAML_WORDS,
  share: 50,
  async open(folder) {
    const path = join(folder, 'input.yaml');
    return fromFile(path, yamlFiles(join(ROOT, 'results', 'test-time-quickstart')), () =>
      readMethodFile(path),
    );
  },
};

export const SPEC_TARGETS: readonly FuzzTarget[] = [spec, override, sweep, method];
