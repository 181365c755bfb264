/** The golden files contain whole outputs; after a change: `npx vitest run test/commands/prepare-speech --update`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import schema from '../../schemas/output/prepare-speech.schema.json' with { type: 'json' };
import PrepareFestvoxRu from '../../src/commands/prepare/festvox-ru.js';
import PrepareFlite from '../../src/commands/prepare/flite.js';
import PrepareSpeech from '../../src/commands/prepare/speech.js';
import Train from '../../src/commands/train.js';
import { type CommandRun, runCommand } from '../cli/capture.js';
import { FLITE_ARCHIVE, FLITE_IS_HERE, NEEDS_FLITE, SOTU_ARCHIVE } from '../corpus/speech/flite-packages.js';
import { writeKaldi, writeTimitDisc } from '../corpus/speech/folders.js';
import { tempFolder } from '../temp-folder.js';

const golden = (name: string) => `../golden/cli/prepare-speech${name}.txt`;

/** Returns the output without the progress, which depends on the speed of this machine. */
function transcript({ stdout, stderr, exitCode }: CommandRun): string {
  const quiet = stderr.replace(/^(?:prepare|check) \S+: .*\n/gm, '');
  return `stdout:\n${stdout}stderr:\n${quiet}exit code: ${exitCode}\n`;
}

function expectSchema(printed: string): unknown {
  const value: unknown = JSON.parse(printed);
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  return value;
}

function timitArguments(folder: string): string[] {
  writeTimitDisc(folder);
  const [train, test] = [join(folder, 'TRAIN'), join(folder, 'TEST')];
  const folders = ['--train', train, '--valid', test, '--test', test, '--data', join(folder, 'data')];
  return ['mine', '--format', 'timit', ...folders];
}

it('prepare speech prepares a folder of TIMIT with the default features, then finds it prepared', async () => {
  const folder = tempFolder();
  const argv = timitArguments(folder);
  const run = await runCommand(PrepareSpeech, argv);
  await expect(transcript(run)).toMatchFileSnapshot(golden(''));
  const manifest = JSON.parse(readFileSync(join(folder, 'data/mine/manifest.json'), 'utf8'));
  expect(manifest.features).toEqual({ size: 123, frameSeconds: 0.01, normalize: 'global' });
  expect(manifest.command).toContain('zlm prepare speech mine --format timit');
  const again = await runCommand(PrepareSpeech, argv);
  expect(again.stdout).toContain('mine was already prepared, from the same files with the same options');
});

it('prepare speech prints JSON of its schema and uses all its options', async () => {
  const folder = tempFolder();
  const options = [
    '--phones',
    'timit61',
    '--features',
    'mfcc',
    '--mels',
    '26',
    '--no-energy',
    '--deltas',
    '1',
  ];
  const argv = [...timitArguments(folder), ...options, '--normalize', 'speaker', '--json'];
  const { stdout } = await runCommand(PrepareSpeech, argv);
  expect(expectSchema(stdout)).toMatchObject({
    ...{ phones: 61, aligned: true, folding: 'timit', scoredPhones: 39 },
    features: { size: 26, normalize: 'speaker' },
  });
  const manifest = JSON.parse(readFileSync(join(folder, 'data/mine/manifest.json'), 'utf8'));
  expect(manifest.options).toEqual({
    ...{ format: 'timit', phones: 'timit61', features: 'mfcc', mels: 26, energy: false, deltas: 1 },
    normalize: 'speaker',
  });
});

it('prepare speech suggests CTC for phones without times', async () => {
  const folder = tempFolder();
  const data = writeKaldi(join(folder, 'in'));
  const folders = ['--train', data, '--valid', data, '--test', data, '--data', join(folder, 'data')];
  const { stdout } = await runCommand(PrepareSpeech, ['mine', '--format', 'kaldi', ...folders]);
  expect(stdout).toContain('phones without times: only CTC can be trained');
  expect(stdout).toContain('--set task.speech.loss=ctc');
});

it.each<[string, (folder: string) => string[], number]>([
  ['no-format', (folder) => ['mine', '--train', folder, '--test', folder], 2],
  ['no-valid', (folder) => ['mine', '--train', folder, '--test', folder, '--format', 'htk'], 2],
  ['missing-folder', () => ['mine', '--train', 'none', '--test', 'none', '--format', 'timit'], 4],
  ['too-many-mels', (folder) => [...timitArguments(folder), '--mels', '200'], 4],
])('prepare speech explains %s', async (name, argv, exitCode) => {
  const folder = tempFolder();
  const run = await runCommand(PrepareSpeech, argv(folder));
  expect(run.exitCode).toBe(exitCode);
  await expect(transcript(run)).toMatchFileSnapshot(golden(`-${name}`));
});

it('a language model is not trained on a speech corpus', async () => {
  const folder = tempFolder();
  await runCommand(PrepareSpeech, timitArguments(folder));
  const places = ['--data', join(folder, 'data'), '--runs', join(folder, 'runs')];
  const run = await runCommand(Train, ['small', '--set', 'corpus=mine', ...places]);
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain(
    'The corpus "mine" is a speech corpus, but a text for language models is needed',
  );
});

it('prepare festvox-ru explains a package that is missing', async () => {
  const folder = tempFolder();
  const run = await runCommand(PrepareFestvoxRu, ['--from', join(folder, 'none.deb'), '--data', folder]);
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain('none.deb: no such file or folder');
});

it.skipIf(!FLITE_IS_HERE)(`prepare flite prints JSON of the same schema${NEEDS_FLITE}`, async () => {
  const folder = tempFolder();
  const packages = ['--from', FLITE_ARCHIVE, '--from', SOTU_ARCHIVE];
  const argv = ['--sentences', '10', '--seed', '3', '--deltas', '0', '--data', folder, '--json'];
  const { stdout } = await runCommand(PrepareFlite, [...packages, ...argv]);
  expect(expectSchema(stdout)).toMatchObject({
    ...{
      corpus: 'flite',
      phones: 41,
      folding: 'timit',
      next: expect.stringContaining('configs/speech.yaml'),
    },
    features: { size: 41, normalize: 'speaker' },
    splits: { train: { utterances: 8 }, test: { utterances: 1 } },
  });
  const manifest = JSON.parse(readFileSync(join(folder, 'flite/manifest.json'), 'utf8'));
  expect(manifest.options).toMatchObject({ sentences: 10, seed: 3, deltas: 0 });
});
