/** `zlm spec init` on corpora of each kind. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import initSchema from '../../schemas/output/spec-init.schema.json' with { type: 'json' };
import SpecCheck from '../../src/commands/spec/check.js';
import SpecInit from '../../src/commands/spec/init.js';
import Train from '../../src/commands/train.js';
import { runCommand } from '../cli/capture.js';
import { expectSchema } from '../cli/expect-schema.js';
import { prepareTinyParallel } from '../corpus/parallel/tiny-parallel.js';
import { prepareTiny } from '../corpus/tiny-corpus.js';
import { writeSpeech } from '../speech/write-speech.js';
import { sharedFolder } from '../temp-folder.js';

const root = sharedFolder();
const data = ['--data', join(root, 'data')];
const fileOf = (name: string) => join(root, `${name}.yaml`);

beforeAll(async () => {
  await prepareTiny(root);
  await prepareTinyParallel(root, { name: 'pairs' });
  await writeSpeech(join(root, 'data'));
});

it.each(['tiny', 'pairs', 'spoken'])('a training of the first spec of %s can begin', async (corpus) => {
  const file = fileOf(corpus);
  const { stdout, exitCode } = await runCommand(SpecInit, [corpus, '--out', file, ...data]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`next: zlm train <tmp>/${corpus}.yaml --data <tmp>/data\n`);
  const checked = await runCommand(SpecCheck, [file]);
  expect({ exitCode: checked.exitCode, stderr: checked.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const planned = await runCommand(Train, [file, '--dry-run', '--backend', 'cpu', ...data]);
  expect({ exitCode: planned.exitCode, stderr: planned.exitCode === 0 ? '' : planned.stderr }).toEqual({
    exitCode: 0,
    stderr: '',
  });
});

it('without --out it prints the spec, and under --json too', async () => {
  const { stdout } = await runCommand(SpecInit, ['tiny', ...data]);
  const json = await runCommand(SpecInit, ['tiny', ...data, '--json']);
  expect(expectSchema(initSchema, json.stdout)).toEqual({ file: null, corpus: 'tiny', text: stdout });
});

it('a file that is there is kept', async () => {
  writeFileSync(fileOf('kept'), 'mine');
  const { stderr, exitCode } = await runCommand(SpecInit, ['tiny', '--out', fileOf('kept'), ...data]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('is there already, and is kept');
  expect(readFileSync(fileOf('kept'), 'utf8')).toBe('mine');
});

it('a corpus that is missing, and a name that is a path, are refused', async () => {
  const missing = await runCommand(SpecInit, ['absent', '--out', fileOf('absent'), ...data]);
  expect(missing.exitCode).toBe(4);
  expect(missing.stderr).toContain('zlm prepare');
  expect(existsSync(fileOf('absent'))).toBe(false);
  expect((await runCommand(SpecInit, ['../tiny', ...data])).exitCode).toBe(2);
  expect((await runCommand(SpecInit, ['tiny', '--out', 'spec.txt', ...data])).exitCode).toBe(2);
});
