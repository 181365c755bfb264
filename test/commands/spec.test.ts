/** Checks whole outputs of `zlm spec …`. After an intended change: `npx vitest run test/commands/spec.test.ts --update`. */
import { expect, it, onTestFinished } from 'vitest';
import checkSchema from '../../schemas/output/spec-check.schema.json' with { type: 'json' };
import explainSchema from '../../schemas/output/spec-explain.schema.json' with { type: 'json' };
import showSchema from '../../schemas/output/spec-show.schema.json' with { type: 'json' };
import SpecCheck from '../../src/commands/spec/check.js';
import SpecExplain from '../../src/commands/spec/explain.js';
import SpecShow from '../../src/commands/spec/show.js';
import { parseResolvedSpec } from '../../src/spec/load.js';
import { type CommandRun, ROOT, runCommand } from '../cli/capture.js';
import { expectSchema } from '../cli/expect-schema.js';
import { MINIMAL, MINIMAL_NGRAM, networkOf, specFolder } from '../spec/spec-files.js';

/** A spec with a fault of nearly every kind. */
const BAD = `corpos: PTB
batch_size: 3
model:
  embedding: 0
  layers: [{ lstm: 200 }, 200, { qrnn: 3 }]
  init:
dropout:
  inputs: { rate: 1.5 }
  output: { rate: 1, mask: stp }
training:
  bptt: 0.5
  epochs: "13"
  learningRate: 1
  optimizer: {}
  schedule:
    decay: { factor: 1.15 }
    constant: {}
  seed: -1
  clipNorm: .inf
  checkpoint: 3
`;

const FILES = {
  'good.yaml': MINIMAL,
  'bad.yaml': BAD,
  'late.yaml': `${MINIMAL}training: { epochs: 3, schedule: { decay: { factor: 0.5, afterEpoch: 4 } } }\n`,
  'child.yaml': 'extends: ./bad.yaml\ncorpus: ptb\n',
  'circle.yaml': 'extends: ./ring.yaml\n',
  'ring.yaml': 'extends: ./circle.yaml\n',
  'tab.yaml': 'corpus: ptb\nmodel:\n\tembedding: 8\n',
  'empty.yaml': '',
  'mixed.yaml': `${MINIMAL_NGRAM}training: { epochs: 3 }\n`,
};

/** Makes a folder of specs the current one, so that the outputs name relative paths. */
function enterSpecs(): void {
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(specFolder(FILES));
}

/** A command's streams and exit code as one text. */
function transcript(command: string, { stdout, stderr, exitCode }: CommandRun): string {
  const streams = [stdout && `── stdout\n${stdout}`, stderr && `── stderr\n${stderr}`].filter(Boolean);
  return `$ zlm ${command}\n${streams.join('')}── exit code ${exitCode}\n`;
}

it('spec check prints the listing of the golden file for good and bad specs', async () => {
  enterSpecs();
  const files = [
    'good.yaml',
    'bad.yaml',
    'late.yaml',
    'circle.yaml',
    'tab.yaml',
    'empty.yaml',
    'mixed.yaml',
    'god.yaml',
    '.',
  ];
  const run = await runCommand(SpecCheck, files);
  await expect(transcript(`spec check ${files.join(' ')}`, run)).toMatchFileSnapshot(
    '../golden/cli/spec-check.txt',
  );
});

it('spec check shows faults of a parent and of overrides', async () => {
  enterSpecs();
  const sets = [
    'training.bptt=20',
    'training.epochs=x',
    'model.layers.9.lstm=3',
    'training.schedule.constant={}',
    'x',
  ];
  const run = await runCommand(SpecCheck, ['child.yaml', ...sets.flatMap((set) => ['--set', set])]);
  const command = `spec check child.yaml ${sets.map((set) => `--set ${set}`).join(' ')}`;
  await expect(transcript(command, run)).toMatchFileSnapshot('../golden/cli/spec-check-overrides.txt');
});

it('spec check prints one line a file and ends with exit code 0 when all are good', async () => {
  enterSpecs();
  const run = await runCommand(SpecCheck, ['good.yaml', './good.yaml']);
  expect(run).toMatchObject({ stdout: 'good.yaml ok\n./good.yaml ok\n', stderr: '', exitCode: 0 });
});

it('spec check takes overrides between the files', async () => {
  enterSpecs();
  const run = await runCommand(SpecCheck, ['good.yaml', '--set', 'training.seed=2', 'tab.yaml']);
  expect(run.stdout).toMatch(/^good\.yaml ok\n\ntab\.yaml:3:/);
  expect(run.exitCode).toBe(3);
});

it('spec check accepts a spec with a warning, as text and as JSON', async () => {
  enterSpecs();
  const run = await runCommand(SpecCheck, ['late.yaml', '--json']);
  expectSchema(checkSchema, run.stdout);
  expect(run.exitCode).toBe(0);
  expect(JSON.parse(run.stdout)).toEqual({
    ok: true,
    files: [
      {
        file: 'late.yaml',
        ok: true,
        faults: [],
        warnings: [
          expect.objectContaining({
            key: 'training.schedule.decay.afterEpoch',
            source: 'late.yaml',
            line: 3,
          }),
        ],
      },
    ],
  });
});

it('spec check --json prints JSON of its schema, with positions', async () => {
  enterSpecs();
  const files = ['good.yaml', 'child.yaml', 'gone.yaml', '--set', 'training.epochs=x', '--json'];
  const { stdout, exitCode } = await runCommand(SpecCheck, files);
  expectSchema(checkSchema, stdout);
  expect(exitCode).toBe(3);
  const { ok, files: reports } = JSON.parse(stdout);
  expect(ok).toBe(false);
  expect(reports[0]).toEqual({
    file: 'good.yaml',
    ok: false,
    faults: [expect.objectContaining({ source: '--set training.epochs=x' })],
    warnings: [],
  });
  expect(reports[1].faults).toContainEqual({
    key: 'training.seed',
    message: 'training.seed must be a whole number from 0 to 4294967295, but is -1',
    source: 'bad.yaml',
    line: 18,
    column: 9,
  });
  expect(reports[2].faults).toEqual([{ key: '', message: 'Cannot read gone.yaml: no such file or folder' }]);
});

it('spec check asks for a file when none is given', async () => {
  const { stderr, exitCode } = await runCommand(SpecCheck, []);
  expect(stderr).toContain('Missing argument: FILES');
  expect(exitCode).toBe(2);
});

it('spec show prints the resolved spec, which is itself a spec', async () => {
  const run = await runCommand(SpecShow, [`${ROOT}/configs/naive.yaml`, '--set', 'training.seed=2']);
  await expect(transcript('spec show configs/naive.yaml --set training.seed=2', run)).toMatchFileSnapshot(
    '../golden/cli/spec-show.txt',
  );
  const spec = await parseResolvedSpec(run.stdout, 'stdout');
  expect(networkOf(spec).training.seed).toBe(2);
});

it('spec show of an n-gram model prints neither dropout nor training', async () => {
  const run = await runCommand(SpecShow, [`${ROOT}/configs/kn5.yaml`]);
  await expect(transcript('spec show configs/kn5.yaml', run)).toMatchFileSnapshot(
    '../golden/cli/spec-show-ngram.txt',
  );
});

it('spec show --json prints JSON of its schema', async () => {
  const { stdout, exitCode } = await runCommand(SpecShow, [`${ROOT}/configs/naive.yaml`, '--json']);
  expectSchema(showSchema, stdout);
  expect(exitCode).toBe(0);
  const { spec, files } = JSON.parse(stdout);
  expect(files).toEqual(['<root>/configs/naive.yaml', '<root>/configs/medium.yaml']);
  expect(await parseResolvedSpec(JSON.stringify(spec), 'stdout')).toEqual(spec);
});

it('spec show ends with exit code 3 on a fault', async () => {
  enterSpecs();
  const run = await runCommand(SpecShow, ['tab.yaml']);
  await expect(transcript('spec show tab.yaml', run)).toMatchFileSnapshot(
    '../golden/cli/spec-show-fault.txt',
  );
});

it('spec explain prints the tree of all keys', async () => {
  const run = await runCommand(SpecExplain, []);
  await expect(transcript('spec explain', run)).toMatchFileSnapshot('../golden/cli/spec-explain.txt');
});

it.each(['model.layers', 'training.schedule', 'dropout.recurrent', 'training.bptt'])(
  'spec explain %s prints its golden page',
  async (key) => {
    const run = await runCommand(SpecExplain, [key]);
    const golden = `../golden/cli/spec-explain-${key}.txt`;
    await expect(transcript(`spec explain ${key}`, run)).toMatchFileSnapshot(golden);
  },
);

it('spec explain takes any index of a list', async () => {
  const dotted = await runCommand(SpecExplain, ['model.layers.7.lstm']);
  const bracketed = await runCommand(SpecExplain, ['model.layers[1].lstm']);
  expect(dotted.stdout).toMatch(/^model\.layers\.0\.lstm: LSTM layer\n/);
  expect(bracketed.stdout).toBe(dotted.stdout);
});

it.each([
  ['training.shedule', 'training.schedule'],
  ['learningRate', 'training.optimizer.sgd.learningRate'],
  ['model.layers.lstm', 'model.layers.0.lstm'],
])('spec explain %s says that it is not a key and suggests %s', async (key, near) => {
  const { stderr, exitCode } = await runCommand(SpecExplain, [key]);
  expect(stderr).toContain(`A spec has no key ${key}`);
  expect(stderr).toContain(`Did you mean ${near}? zlm spec explain ${near}`);
  expect(exitCode).toBe(2);
});

it('spec explain --json prints JSON of its schema', async () => {
  for (const argv of [[], ['model.context']]) {
    const { stdout } = await runCommand(SpecExplain, [...argv, '--json']);
    expectSchema(explainSchema, stdout);
  }
  const { result } = await runCommand<{ keys: { key: string }[] }>(SpecExplain, ['model.context']);
  expect(result?.keys.map(({ key }) => key)).toEqual([
    'model.context',
    'model.context.topics',
    'model.context.decay',
  ]);
});
