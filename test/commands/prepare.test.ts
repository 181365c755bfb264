/** The golden files contain whole outputs; after a change: `npx vitest run test/commands/prepare --update`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import ptbSchema from '../../schemas/output/prepare-ptb.schema.json' with { type: 'json' };
import recallSchema from '../../schemas/output/prepare-recall.schema.json' with { type: 'json' };
import textSchema from '../../schemas/output/prepare-text.schema.json' with { type: 'json' };
import PreparePtb from '../../src/commands/prepare/ptb.js';
import PrepareRecall from '../../src/commands/prepare/recall.js';
import PrepareSotu from '../../src/commands/prepare/sotu.js';
import PrepareText from '../../src/commands/prepare/text.js';
import Train from '../../src/commands/train.js';
import type { NetworkPlan } from '../../src/training/plan.js';
import { type CommandRun, runCommand, startZlm, ZLM } from '../cli/capture.js';
import { type TINY, writeTexts } from '../corpus/tiny-corpus.js';
import { NEEDS_PTB, PTB, PTB_IS_HERE } from '../ptb-files.js';
import { generateText } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

/** The arguments that name three tiny texts and a data folder. */
function tinyArguments(folder: string, texts: Partial<typeof TINY> = {}): string[] {
  const { train, valid, test } = writeTexts(folder, texts);
  return ['tiny', '--train', train, '--valid', valid, '--test', test, '--data', join(folder, 'data')];
}

/** Returns the output without the progress, which depends on the speed of this machine. */
function transcript({ stdout, stderr, exitCode }: CommandRun): string {
  const quiet = stderr.replace(/^prepare \S+: .*\n/gm, '');
  return `stdout:\n${stdout}stderr:\n${quiet}exit code: ${exitCode}\n`;
}

function golden(name: string): string {
  return `../golden/cli/prepare-${name}.txt`;
}

function expectSchema(schema: object, printed: string): unknown {
  const value: unknown = JSON.parse(printed);
  const validate = new Ajv({ strict: true }).compile(schema);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  return value;
}

describe('zlm prepare text', () => {
  it('prepare text prepares a corpus, then finds it prepared', async () => {
    const argv = tinyArguments(tempFolder());
    await expect(transcript(await runCommand(PrepareText, argv))).toMatchFileSnapshot(golden('text'));
    await expect(transcript(await runCommand(PrepareText, argv))).toMatchFileSnapshot(golden('text-again'));
  });

  it('prepare text prints JSON of its schema', async () => {
    const { stdout, stderr } = await runCommand(PrepareText, [...tinyArguments(tempFolder()), '--json']);
    expect(expectSchema(textSchema, stdout)).toMatchObject({ corpus: 'tiny', alreadyPrepared: false });
    expect(stderr).not.toContain('{');
  });

  it('prepare text uses all its options', async () => {
    const folder = tempFolder();
    const text = join(folder, 'all.txt');
    writeFileSync(text, "The 3 cats, it's said, sat.\nA B\nC D\nE F\n".repeat(5));
    const { result } = await runCommand<{ vocabulary: { size: number }; next: string }>(PrepareText, [
      'own',
      '--text',
      text,
      '--split',
      '0.8,0.1,0.1',
      '--vocab-size',
      '8',
      '--lower-case',
      '--numbers',
      'N',
      '--punctuation',
      'treebank',
      '--data',
      join(folder, 'data'),
    ]);
    expect(result?.vocabulary.size).toBe(8);
    expect(result?.next).toMatch(/^zlm train configs\/quickstart\.yaml --set corpus=own .* --data /);
    const characters = ['own', '--text', text, '--split', '0.8,0.1,0.1', '--unit', 'character', '--force'];
    const forced = await runCommand(PrepareText, [...characters, '--data', join(folder, 'data')]);
    expect(forced.stdout).toContain('characters');
  });

  it.each([
    ["a text of less than the quickstart's epoch", 'mine', 2_000, 52],
    ['a long text', 'long', 25_000, 600],
    ['a text whose name is a number', '1984', 500, 13],
  ])('prepare text prints a command that trains on %s', async (_, name, lines, windowsPerEpoch) => {
    const folder = tempFolder();
    const text = join(folder, 'all.txt');
    writeFileSync(text, generateText(lines, 1));
    const argv = [name, '--text', text, '--data', join(folder, 'my data'), '--json'];
    const { result } = await runCommand<{ next: string }>(PrepareText, argv);
    const [zlm, train, ...words] = shellWords(`${result?.next}`);
    expect([zlm, train]).toEqual(['zlm', 'train']);
    const dryRun = await runCommand<NetworkPlan>(Train, [...words, '--dry-run']);
    expect(dryRun.error).toBeUndefined();
    expect(dryRun.result).toMatchObject({ windowsPerEpoch });
  });

  it('the next command names no data folder that commands use by default', async () => {
    const [, ...argv] = tinyArguments(tempFolder());
    const folder = argv.pop();
    argv.pop();
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('ZLM_DATA', folder);
    const { result } = await runCommand<{ next: string }>(PrepareText, ['tiny', ...argv]);
    expect(result?.next).toMatch(/^zlm train configs\/quickstart\.yaml --set corpus=tiny /);
    expect(result?.next).not.toContain('--data');
  });

  it.each<[string, (folder: string) => string[], number]>([
    ['no-text', () => ['tiny'], 2],
    ['one-of-three', () => ['tiny', '--train', 'a.txt'], 2],
    ['bad-name', () => ['Tiny', '--text', 'a.txt'], 2],
    ['known-name', () => ['ptb', '--text', 'a.txt'], 2],
    ['bad-split', () => ['tiny', '--text', 'a.txt', '--split', '0.9,0.1'], 2],
    ['split-of-three', (folder) => [...tinyArguments(folder), '--split', '0.8,0.1,0.1'], 2],
    ['vocabulary-too-small', () => ['tiny', '--text', 'a.txt', '--vocab-size', '2'], 2],
    ['both-limits', () => ['tiny', '--text', 'a.txt', '--vocab-size', '9', '--min-count', '2'], 2],
    ['missing-file', () => ['tiny', '--text', 'no-such-file.txt'], 4],
    ['unknown-word', (folder) => [...tinyArguments(folder), '--unknown', 'fail'], 4],
    ['not-utf8', (folder) => withLatin1(folder), 4],
    ['foreign-folder', (folder) => withForeignFolder(folder), 4],
  ])('prepare text explains %s', async (name, argv, exitCode) => {
    const run = await runCommand(PrepareText, argv(tempFolder()));
    expect(run.exitCode).toBe(exitCode);
    await expect(transcript(run)).toMatchFileSnapshot(golden(`text-${name}`));
  });

  it('prepare text explains how a corpus that exists differs', async () => {
    const folder = tempFolder();
    await runCommand(PrepareText, tinyArguments(folder));
    const run = await runCommand(PrepareText, [
      ...tinyArguments(folder, { test: 'a b\n' }),
      '--min-count',
      '2',
    ]);
    expect(run.exitCode).toBe(4);
    await expect(transcript(run)).toMatchFileSnapshot(golden('text-otherwise'));
  });

  it('prepare text reads standard input, from a pipe', () => {
    const data = join(tempFolder(), 'data');
    const argv = [ZLM, 'prepare', 'text', 'piped', '--text', '-', '--data', data, '--json'];
    const stdout = execFileSync(process.execPath, argv, { input: 'a b\n'.repeat(40), encoding: 'utf8' });
    expect(expectSchema(textSchema, stdout)).toMatchObject({ source: 'text of standard input' });
    expect(readdirSync(data)).toEqual(['piped']);
  });

  it('prepare text prepares one endless line and prints JSON of its schema', async () => {
    const folder = tempFolder();
    const text = join(folder, 'text8');
    writeFileSync(text, ' anarchism originated as a term'.repeat(1000));
    const argv = ['text8', '--text', text, '--split-by', 'tokens', '--data', join(folder, 'data'), '--json'];
    const { stdout } = await runCommand(PrepareText, argv);
    expect(expectSchema(textSchema, stdout)).toMatchObject({ splits: { train: { tokens: 4501, lines: 0 } } });
  });

  it('prepare text ends with exit code 130 on Ctrl-C and leaves nothing', async () => {
    const folder = tempFolder();
    const text = join(folder, 'large.txt');
    writeFileSync(text, 'the quick brown fox jumps over the lazy dog again\n'.repeat(1_500_000));
    const zlm = startZlm(['prepare', 'text', 'large', '--text', text, '--data', join(folder, 'data')]);
    zlm.process.stderr?.once('data', () => zlm.process.kill('SIGINT'));
    const { code, stderr } = await zlm.ended;
    expect(stderr).toContain('Interrupted; nothing was changed');
    expect(code).toBe(130);
    expect(readdirSync(join(folder, 'data'))).toEqual([]);
  });
});

/** Splits a command line into words as a shell does. */
function shellWords(line: string): string[] {
  return execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

function withLatin1(folder: string): string[] {
  const argv = tinyArguments(folder);
  writeFileSync(join(folder, 'valid.txt'), Buffer.from('the cat\nau caf\xe9\n', 'latin1'));
  return argv;
}

function withForeignFolder(folder: string): string[] {
  mkdirSync(join(folder, 'data/tiny'), { recursive: true });
  writeFileSync(join(folder, 'data/tiny/thesis.doc'), '');
  return [...tinyArguments(folder), '--force'];
}

describe('zlm prepare ptb', () => {
  it.skipIf(!PTB_IS_HERE)(`prepare ptb prepares the real files${NEEDS_PTB}`, async () => {
    const folder = tempFolder();
    const argv = ['--from', PTB, '--data', join(folder, 'data'), '--cache', join(folder, 'cache')];
    await expect(transcript(await runCommand(PreparePtb, argv))).toMatchFileSnapshot(golden('ptb'));
    const { stdout } = await runCommand(PreparePtb, [...argv, '--json']);
    expect(expectSchema(ptbSchema, stdout)).toMatchObject({ corpus: 'ptb', alreadyPrepared: true });
  });

  it('prepare ptb explains a folder without the files', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'ptb.train.txt'), '<html><body>Sign in to GitHub</body></html>');
    const run = await runCommand(PreparePtb, ['--from', folder, '--data', join(folder, 'data')]);
    expect(run.exitCode).toBe(4);
    await expect(transcript(run)).toMatchFileSnapshot(golden('ptb-wrong-files'));
  });

  it('prepare ptb explains that the mirror cannot be reached', async () => {
    const folder = tempFolder();
    const argv = ['--url', 'http://no-such-host.invalid/', '--data', join(folder, 'data'), '--cache', folder];
    const run = await runCommand(PreparePtb, argv);
    expect(run.exitCode).toBe(4);
    // How a name is found missing differs between networks.
    const stderr = run.stderr.replace(/could not be reached: .*/, 'could not be reached: <reason>');
    await expect(transcript({ ...run, stderr })).toMatchFileSnapshot(golden('ptb-no-network'));
  });
});

describe('zlm prepare sotu', () => {
  it('prepare sotu explains a wrong archive', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'sotu.tgz'), 'junk');
    const run = await runCommand(PrepareSotu, [
      '--from',
      join(folder, 'sotu.tgz'),
      '--data',
      join(folder, 'data'),
    ]);
    expect(run.exitCode).toBe(4);
    await expect(transcript(run)).toMatchFileSnapshot(golden('sotu-wrong-archive'));
  });
});

it('the schemas of the three commands differ in name and unit alone', async () => {
  const read = async (name: string) =>
    JSON.stringify(
      (await import(`../../schemas/output/prepare-${name}.schema.json`)).default.properties.splits,
    );
  expect(await read('sotu')).toBe(await read('ptb'));
  expect(await read('text')).toBe(await read('ptb'));
});

describe('zlm prepare recall', () => {
  it('prepare recall prints JSON of its schema, and names the spec to train', async () => {
    const data = join(tempFolder(), 'data');
    const words = ['memory', '--lags', '3,7', '--lines', '50', '--test-lines', '9', '--data', data];
    const { stdout } = await runCommand(PrepareRecall, [...words, '--json']);
    expect(expectSchema(recallSchema, stdout)).toMatchObject({
      corpus: 'memory',
      source: 'synthetic: one of 4 words recalled after 3 to 7 steps among 4 distractors',
      next: 'zlm train configs/recall.yaml --set corpus=memory --data <tmp>/data',
    });
    const refused = await runCommand(PrepareRecall, ['memory', '--lags', '3,x', '--data', data]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('"3,x" is not a list of lags');
  });
});
