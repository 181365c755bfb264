/** The golden files contain whole outputs; after a change: `npx vitest run test/commands/prepare-topics --update`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import schema from '../../schemas/output/prepare-topics.schema.json' with { type: 'json' };
import PrepareTopics from '../../src/commands/prepare/topics.js';
import { type CommandRun, runCommand, startZlm } from '../cli/capture.js';
import { prepareSmallCorpus, SMALL_CORPUS } from '../small-corpus.js';
import { tempFolder } from '../temp-folder.js';

/** The arguments that train few topics on a small corpus. */
async function smallArguments(): Promise<string[]> {
  const data = join(tempFolder(), 'data');
  await prepareSmallCorpus(data);
  return [SMALL_CORPUS, '--topics', '3', '--iterations', '12', '--data', data];
}

/** Returns the output without the progress, which depends on the speed of this machine. */
function transcript({ stdout, stderr, exitCode }: CommandRun): string {
  return `stdout:\n${stdout}stderr:\n${stderr.replace(/^topics of \S+: .*\n/gm, '')}exit code: ${exitCode}\n`;
}

function golden(name: string): string {
  return `../golden/cli/prepare-topics${name}.txt`;
}

it('prepare topics trains topics, then finds them, then shows how others differ', async () => {
  const argv = await smallArguments();
  const first = await runCommand(PrepareTopics, argv);
  expect(first.stderr).toMatch(/^topics of small: 100% .*, perplexity \d/m);
  await expect(transcript(first)).toMatchFileSnapshot(golden(''));
  await expect(transcript(await runCommand(PrepareTopics, argv))).toMatchFileSnapshot(golden('-again'));
  const others = await runCommand(PrepareTopics, [...argv, '--seed', '2', '--sentences', '20']);
  expect(others.exitCode).toBe(4);
  await expect(transcript(others)).toMatchFileSnapshot(golden('-otherwise'));
  expect((await runCommand(PrepareTopics, [...argv, '--seed', '2', '--force'])).exitCode).toBe(0);
});

it('prepare topics prints JSON of its schema', async () => {
  const { stdout } = await runCommand(PrepareTopics, [...(await smallArguments()), '--json']);
  const printed: unknown = JSON.parse(stdout);
  const validate = new Ajv({ strict: true }).compile(schema);
  expect(validate(printed), JSON.stringify(validate.errors)).toBe(true);
  expect(printed).toMatchObject({ corpus: SMALL_CORPUS, options: { topics: 3, iterations: 12, seed: 1 } });
  expect(printed).toHaveProperty('topics.length', 3);
  expect(printed).toHaveProperty('perplexity.length', 12);
});

it.each<[string, string[], number, string]>([
  ['a corpus that is not prepared', ['novels'], 4, 'zlm prepare text novels'],
  ['no corpus', [], 2, 'Missing argument: CORPUS'],
  ['one topic', [SMALL_CORPUS, '--topics', '1'], 2, 'a whole number from 2 to 1024'],
])('prepare topics explains %s', async (_, argv, exitCode, says) => {
  const run = await runCommand(PrepareTopics, [...argv, '--data', tempFolder()]);
  expect(run.exitCode).toBe(exitCode);
  expect(run.stderr).toContain(says);
});

it('prepare topics ends with exit code 130 on Ctrl-C and leaves nothing', async () => {
  const data = join(tempFolder(), 'data');
  await prepareSmallCorpus(data);
  const before = readdirSync(join(data, SMALL_CORPUS));
  const zlm = startZlm(['prepare', 'topics', SMALL_CORPUS, '--iterations', '1000000', '--data', data]);
  zlm.process.stderr?.once('data', () => zlm.process.kill('SIGINT'));
  const { code, stderr } = await zlm.ended;
  expect(stderr).toContain('Interrupted; nothing was changed');
  expect(code).toBe(130);
  expect(readdirSync(join(data, SMALL_CORPUS))).toEqual(before);
});
