/** Checks the words that the shells get; completion-shells.test.ts runs the shells themselves. */
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { Ajv } from 'ajv';
import { register } from 'tsx/esm/api';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import schema from '../../schemas/output/completion.schema.json' with { type: 'json' };
import { type Completion, complete, completionSources } from '../../src/cli/completion.js';
import CompletionCommand from '../../src/commands/completion.js';
import { allKeys, formatKey } from '../../src/spec/schema.js';
import { sharedFolder, tempFolder } from '../temp-folder.js';
import { ROOT, runCommand, withoutManifest } from './capture.js';

let config: Config;
const folder = sharedFolder();
const [runs, data] = [join(folder, 'runs'), join(folder, 'data')];

beforeAll(async () => {
  // oclif imports the commands past vitest.
  register();
  const text = readFileSync(`${ROOT}/package.json`, 'utf8').replaceAll('./dist/', './src/');
  config = await Config.load(await withoutManifest(JSON.parse(text)));
  for (const [index, name] of ['old', 'new', '$(touch harm)', 'two words'].entries()) {
    mkdirSync(join(runs, name), { recursive: true });
    writeFileSync(join(runs, name, 'spec.yaml'), '');
    utimesSync(join(runs, name, 'spec.yaml'), 1000 + index, 1000 + index);
  }
  mkdirSync(join(runs, 'no-run'));
  mkdirSync(join(data, 'ptb'), { recursive: true });
  writeFileSync(join(data, 'ptb', 'manifest.json'), '');
});

/** Completes a line; its last word ends where the line ends. */
async function completion(line: string): Promise<Completion> {
  return await complete(line.split(' '), completionSources(config));
}

async function words(line: string): Promise<string[]> {
  return (await completion(line)).candidates.map(({ word }) => word);
}

describe('commands', () => {
  it.each([
    ['', ['prepare', 'spec', 'train', 'help', 'completion']],
    ['tr', ['train']],
    [
      'prepare ',
      [
        ...[
          'festvox-ru',
          'flite',
          'libreoffice',
          'parallel',
          'ptb',
          'recall',
          'sotu',
          'speech',
          'text',
          'topics',
        ],
      ],
    ],
    ['sweep pl', ['placement']],
    ['prepare t', ['text', 'topics']],
    ['help spec ', ['check', 'explain', 'show']],
    ['--v', ['--version']],
  ])('the commands after "zlm %s" are offered', async (line, expected) => {
    expect(await words(line)).toEqual(expect.arrayContaining(expected));
  });

  it('the options of a job array and the launchers are offered', async () => {
    expect(await completion('sweep placement --slurm part')).toMatchObject({
      candidates: [{ word: 'partition=' }],
      open: true,
    });
    expect(await words('eval --launcher ')).toEqual(['local', 'slurm']);
  });

  it('hidden and unknown commands are not offered', async () => {
    expect(await words('compl')).toEqual(['completion']);
    expect(await words('frobnicate ')).toEqual([]);
    expect(await words('prepare text x extra ')).toEqual([]);
  });
});

describe('flags and their values', () => {
  it.each([
    ['eval --ch', ['--checkpoint']],
    ['eval --checkpoint ', ['best', 'last']],
    ['eval --checkpoint=b', ['--checkpoint=best']],
    ['eval --checkpoint best --ch', []],
    ['train --set a=1 --se', ['--set']],
    ['bench --backend native,w', ['native,webgpu', 'native,wasm']],
    ['prepare text x --unit ', ['word', 'character']],
    ['bench --no-p', ['--no-product']],
    ['eval -- --ch', []],
    ['eval --batch ', []],
  ])('the flags and values after "zlm %s" are offered', async (line, expected) => {
    expect(await words(line)).toEqual(expected);
  });

  it('flags are offered with their descriptions', async () => {
    const { candidates } = await completion('eval --split');
    expect(candidates).toEqual([{ word: '--split', description: 'Split to read.' }]);
  });

  it.each(['eval --data ', 'prepare ptb --from ', 'prepare text x --text=', 'train --cc '])(
    'files are offered after "zlm %s"',
    async (line) => {
      expect(await completion(line)).toMatchObject({ candidates: [], files: true });
    },
  );
});

describe('runs and corpora', () => {
  it.each(['eval --runs RUNS ', 'sample --runs=RUNS ', 'train --runs RUNS --resume '])(
    'runs of the folder are offered after "zlm %s", newest first, without names that would need quotes',
    async (line) => {
      expect(await words(line.replace('RUNS', runs))).toEqual(['latest', 'new', 'old']);
    },
  );

  it('runs and corpora are those of the folders that the environment names', async () => {
    vi.stubEnv('ZLM_RUNS', runs);
    vi.stubEnv('ZLM_DATA', data);
    expect(await words('metrics n')).toEqual(['new']);
    expect(await words('prepare topics ')).toEqual(['ptb']);
    vi.unstubAllEnvs();
  });

  it('no runs are offered when there is no folder', async () => {
    expect(await words(`eval --runs ${join(tempFolder(), 'none')} `)).toEqual([]);
  });
});

describe('specs and their keys', () => {
  it.each(['train ', 'bench small ', 'spec show ', 'spec check small '])(
    'specs are offered after "zlm %s"',
    async (line) => {
      const { candidates, files } = await completion(line);
      expect(candidates.map(({ word }) => word)).toEqual(
        expect.arrayContaining(['small', 'placement-naive']),
      );
      expect(files).toBe(true);
    },
  );

  it.each([
    ['train --set training.prec', ['training.precision=']],
    [
      'train --set training.precision=',
      ['training.precision=f32', 'training.precision=tf32', 'training.precision=mixed'],
    ],
    ['train --set=training.precision=m', ['--set=training.precision=mixed']],
    ['train --set model.tieEmbedding=', ['model.tieEmbedding=true', 'model.tieEmbedding=false']],
    ['train --set training.clipNorm=n', ['training.clipNorm=null']],
    ['train --set training.nosuch=', []],
    ['spec explain training.schedule.pl', expect.arrayContaining(['training.schedule.plateau.factor'])],
  ])('keys and values are offered after "zlm %s"', async (line, expected) => {
    expect(await words(line)).toEqual(expected);
  });

  it('every key with a value is offered for --set, with no space after the equals sign', async () => {
    const { candidates, open } = await completion('train --set ');
    expect(open).toBe(true);
    const leaves = allKeys().filter(({ schema: { properties, items } }) => !properties && !items);
    const offered = candidates.map(({ word }) => word);
    expect(offered).toEqual(expect.arrayContaining(leaves.map(({ path }) => `${formatKey(path)}=`)));
  });
});

describe('zlm completion', () => {
  it.each(['bash', 'zsh', 'fish'])('zlm completion prints the script of %s', async (shell) => {
    const file = join(ROOT, 'completions', `zlm.${shell}`);
    expect(existsSync(file)).toBe(true);
    expect((await runCommand(CompletionCommand, [shell])).stdout).toBe(readFileSync(file, 'utf8'));
    const { stdout } = await runCommand(CompletionCommand, [shell, '--json']);
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('zlm completion refuses other shells', async () => {
    expect(await runCommand(CompletionCommand, ['csh'])).toMatchObject({ exitCode: 2 });
  });

  it('the package has the scripts of zlm completion', () => {
    expect(JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')).files).toContain('completions');
  });
});
