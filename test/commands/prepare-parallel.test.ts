/** The golden files contain whole outputs; after a change: `npx vitest run test/commands/prepare-parallel --update`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import schema from '../../schemas/output/prepare-parallel.schema.json' with { type: 'json' };
import PrepareLibreOffice from '../../src/commands/prepare/libreoffice.js';
import PrepareParallel from '../../src/commands/prepare/parallel.js';
import Train from '../../src/commands/train.js';
import { type CommandRun, runCommand } from '../cli/capture.js';
import { writeHelpPackages } from '../corpus/libreoffice/small-packages.js';
import { TINY_PAIRS, writePairs } from '../corpus/parallel/tiny-parallel.js';
import { tempFolder } from '../temp-folder.js';

const golden = (name: string) => `../golden/cli/prepare-parallel${name}.txt`;

/** Returns the output without the progress, which depends on the speed of this machine. */
function transcript({ stdout, stderr, exitCode }: CommandRun): string {
  const quiet = stderr.replace(/^prepare \S+: .*\n/gm, '');
  return `stdout:\n${stdout}stderr:\n${quiet}exit code: ${exitCode}\n`;
}

function expectSchema(printed: string): unknown {
  const value: unknown = JSON.parse(printed);
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  return value;
}

/** The arguments for a tiny parallel text. */
function tinyArguments(folder: string): string[] {
  const train = writePairs(folder, 'train', TINY_PAIRS.train);
  const test = writePairs(folder, 'test', TINY_PAIRS.test);
  const files = ['--source', train.source, '--target', train.target, '--valid', '1'];
  const testFiles = ['--test-source', test.source, '--test-target', test.target];
  return ['tiny', ...files, ...testFiles, '--data', join(folder, 'data')];
}

it('prepare parallel prepares a corpus, then finds it prepared', async () => {
  const argv = tinyArguments(tempFolder());
  await expect(transcript(await runCommand(PrepareParallel, argv))).toMatchFileSnapshot(golden(''));
  const again = await runCommand(PrepareParallel, argv);
  expect(again.stdout).toContain('tiny was already prepared, from the same files with the same options');
});

it('prepare parallel prints JSON of its schema and uses all its options', async () => {
  const folder = tempFolder();
  const { stdout } = await runCommand(PrepareParallel, [
    ...tinyArguments(folder),
    ...[
      '--bpe',
      '20',
      '--shared-vocabulary',
      '--lower-case',
      '--tokenization',
      'space',
      '--normalize',
      'nfkc',
    ],
    ...['--cut', 'random', '--seed', '3', '--min-count', '2', '--min-length', '2', '--max-length', '9'],
    ...['--no-deduplicate', '--json'],
  ]);
  const value = expectSchema(stdout);
  expect(value).toMatchObject({ merges: { source: 20, target: 20 }, vocabulary: { shared: true } });
  const manifest = JSON.parse(readFileSync(join(folder, 'data/tiny/manifest.json'), 'utf8'));
  expect(manifest.options).toEqual({
    ...{ normalize: 'nfkc', lowerCase: true, tokenization: 'space', sharedVocabulary: true },
    ...{ vocabularySize: 'all', minCount: 2, bpe: 20, minLength: 2, maxLength: 9, deduplicate: false },
    ...{ valid: 1, cut: 'random', seed: 3 },
  });
});

it.each<[string, (folder: string) => string[], number]>([
  ['no-target', () => ['tiny', '--source', 'a.en'], 2],
  ['half-of-test', (folder) => [...tinyArguments(folder).slice(0, -4), '--data', folder], 2],
  ['count-and-files', (folder) => [...tinyArguments(folder), '--test', '5'], 2],
  ['seed-without-random', (folder) => [...tinyArguments(folder), '--seed', '5'], 2],
  ['missing-file', () => ['tiny', '--source', 'no-such-file.en', '--target', 'no-such-file.fr'], 4],
])('prepare parallel explains %s', async (name, argv, exitCode) => {
  const run = await runCommand(PrepareParallel, argv(tempFolder()));
  expect(run.exitCode).toBe(exitCode);
  await expect(transcript(run)).toMatchFileSnapshot(golden(`-${name}`));
});

it('prepare libreoffice prepares packages that the user has, and prints JSON of the same schema', async () => {
  const folder = tempFolder();
  const { source, target } = await writeHelpPackages(folder, 20);
  const argv = ['--from', source, '--from', target, '--any-release', '--data', join(folder, 'data')];
  const { stdout } = await runCommand(PrepareLibreOffice, [...argv, '--json']);
  const value = expectSchema(stdout);
  expect(value).toMatchObject({
    corpus: 'libreoffice',
    splits: { train: { pairs: 54 }, test: { pairs: 3 } },
  });
  const words = await runCommand(PrepareLibreOffice, [...argv, '--vocab-size', '12', '--force']);
  expect(words.stdout).toContain('vocabularies of 12 source words and 12 target words');
});

it('prepare libreoffice explains packages of another release', async () => {
  const folder = tempFolder();
  const { source, target } = await writeHelpPackages(folder, 2);
  const run = await runCommand(PrepareLibreOffice, ['--from', source, '--from', target, '--data', folder]);
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toMatch(/is not libreoffice-help-en-us_7\.4\.7.*: it has only \d+ of 1753504 bytes/);
  expect(run.stderr).toContain('add --any-release');
});

it('a language model is not trained on a parallel corpus', async () => {
  const folder = tempFolder();
  await runCommand(PrepareParallel, tinyArguments(folder));
  const places = ['--data', join(folder, 'data'), '--runs', join(folder, 'runs')];
  const run = await runCommand(Train, ['small', '--set', 'corpus=tiny', ...places]);
  expect(run.exitCode).toBe(4);
  expect(run.stderr).toContain(
    'The corpus "tiny" is a parallel corpus for translation, but a text for language models is needed',
  );
});
