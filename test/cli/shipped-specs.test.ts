import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findSpec } from '../../src/cli/shipped-specs.js';
import SpecCheck from '../../src/commands/spec/check.js';
import SpecShow from '../../src/commands/spec/show.js';
import Train from '../../src/commands/train.js';
import { tempFolder } from '../temp-folder.js';
import { ROOT, runCommand, ZLM } from './capture.js';

/** All tests run in a folder of the user, outside of zlm's own. */
beforeEach(() => {
  const before = process.cwd();
  process.chdir(tempFolder());
  onTestFinished(() => process.chdir(before));
});

const SMALL = join(ROOT, 'configs', 'small.yaml');

async function find(named: string) {
  const notes: string[] = [];
  return { path: await findSpec(named, ROOT, (line) => notes.push(line)), notes };
}

describe('a spec that comes with zlm', () => {
  it('a word names a spec that comes with zlm', async () => {
    const notes = ['spec small: taking the one that comes with zlm'];
    expect(await find('small')).toEqual({ path: SMALL, notes });
    expect((await find('awd-lstm-finetune')).path).toBe(join(ROOT, 'configs', 'awd-lstm-finetune.yaml'));
  });

  it.each(['configs/small.yaml', './configs/small.yaml'])(
    'a path %s names a spec that comes with zlm, and a note says so',
    async (named) => {
      const notes = [`There is no ${named} here: taking the one that comes with zlm`];
      expect(await find(named)).toEqual({ path: SMALL, notes });
    },
  );

  it('a file of the user has priority over a spec that comes with zlm, a folder has not', async () => {
    mkdirSync('small');
    expect((await find('small')).path).toBe(SMALL);
    mkdirSync('configs');
    writeFileSync('configs/small.yaml', '');
    writeFileSync('large', '');
    for (const named of ['configs/small.yaml', 'large'])
      expect(await find(named)).toEqual({ path: named, notes: [] });
  });
});

it('spec show small > small.yaml writes the spec that comes with zlm, not the empty file that the shell has made', () => {
  const command = `"${process.execPath}" "${ZLM}" spec show small > small.yaml`;
  const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  expect(stderr).toBe('spec small: taking the one that comes with zlm\n');
  expect(status).toBe(0);
  expect(readFileSync('small.yaml', 'utf8')).toContain('corpus: ptb');
});

describe('a spec of the user that is named by a word', () => {
  const notes = (file: string) => [
    `spec small: taking ${file} of this folder, not the one that comes with zlm`,
  ];

  it('a spec of the user has priority over the one that comes with zlm, and a note says so', async () => {
    mkdirSync('configs');
    writeFileSync('configs/small.yaml', '');
    expect(await find('small')).toEqual({ path: 'configs/small.yaml', notes: notes('configs/small.yaml') });
    writeFileSync('small.yaml', '');
    expect(await find('small')).toEqual({ path: 'small.yaml', notes: notes('small.yaml') });
    writeFileSync('small', '');
    expect(await find('small')).toEqual({ path: 'small', notes: [] });
  });

  it('a spec of the user needs no namesake that comes with zlm', async () => {
    writeFileSync('mine.yaml', '');
    expect(await find('mine')).toEqual({
      path: 'mine.yaml',
      notes: ['spec mine: taking mine.yaml of this folder'],
    });
  });

  it("a word in zlm's own folder names zlm's own spec", async () => {
    process.chdir(ROOT);
    expect((await find('small')).path).toBe(SMALL);
  });

  it('commands train the edited copy of the user', async () => {
    const { stdout } = await runCommand(SpecShow, ['small']);
    writeFileSync('small.yaml', stdout.replace('corpus: ptb', 'corpus: edited'));
    const { stderr } = await runCommand(Train, ['small']);
    expect(stderr).toContain(
      'spec small: taking small.yaml of this folder, not the one that comes with zlm\n',
    );
    expect(stderr).toContain('There is no prepared corpus "edited"');
  });
});

describe('what names no spec', () => {
  it.each([
    ['smal', 'Did you mean small? These come with zlm: awd-lstm, '],
    ['configs/smal.yaml', 'Did you mean configs/small.yaml? These come with zlm: '],
    ['frobnicate', 'These come with zlm: awd-lstm, '],
  ])('%s gets a guess among the specs that come with zlm', async (named, cure) => {
    await expect(find(named)).rejects.toMatchObject({
      kind: 'spec',
      message: `There is no spec ${named}: neither a file nor one that comes with zlm`,
      cures: [expect.stringMatching(new RegExp(`^${cure.replace('?', '\\?')}`))],
    });
  });

  it('a name that can only be a path is returned unchanged', async () => {
    mkdirSync('configs');
    for (const named of ['configs/mine.yaml', 'mine.yaml', '../small', '.', 'configs', '/nowhere/small.yaml'])
      expect(await find(named)).toEqual({ path: named, notes: [] });
  });
});

describe('commands take the word', () => {
  it('spec show takes a word', async () => {
    const { result } = await runCommand<{ file: string }>(SpecShow, ['small']);
    expect(result?.file).toBe(SMALL);
  });

  it('spec check takes words and reports on each', async () => {
    const { stdout, exitCode } = await runCommand(SpecCheck, ['small', 'smal', 'large']);
    expect(stdout).toContain('small ok\n\nThere is no spec smal: ');
    expect(stdout).toMatch(/large ok\n$/);
    expect(exitCode).toBe(3);
  });

  it('train takes a word', async () => {
    const { stderr } = await runCommand(Train, ['configs/small.yaml']);
    expect(stderr).toContain('There is no configs/small.yaml here: taking the one that comes with zlm\n');
    expect(stderr).toContain('There is no prepared corpus "ptb"');
  });
});
