/** What the shells are told; the shells themselves are driven in completion-shells.test.ts. */
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
    ['prepare ', ['ptb', 'sotu', 'text', 'topics']],
    ['prepare t', ['text', 'topics']],
    ['help spec ', ['check', 'explain', 'show']],
    ['--v', ['--version']],
  ])('of "zlm %s"', async (line, expected) => {
    expect(await words(line)).toEqual(expect.arrayContaining(expected));
  });

  it('that are hidden or unknown are not offered', async () => {
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
    ['bench --backend native,w', ['native,wasm']],
    ['prepare text x --unit ', ['word', 'character']],
    ['bench --no-p', ['--no-product']],
    ['eval -- --ch', []],
    ['eval --batch ', []],
  ])('of "zlm %s"', async (line, expected) => {
    expect(await words(line)).toEqual(expected);
  });

  it('are described', async () => {
    const { candidates } = await completion('eval --split');
    expect(candidates).toEqual([{ word: '--split', description: 'Split to read.' }]);
  });

  it.each(['eval --data ', 'prepare ptb --from ', 'prepare text x --text=', 'train --cc '])(
    'of "zlm %s" are files',
    async (line) => {
      expect(await completion(line)).toMatchObject({ candidates: [], files: true });
    },
  );
});

describe('runs and corpora', () => {
  it.each(['eval --runs RUNS ', 'sample --runs=RUNS ', 'train --runs RUNS --resume '])(
    'of "zlm %s" are those of the folder, the newest first; names that would need quotes are left out',
    async (line) => {
      expect(await words(line.replace('RUNS', runs))).toEqual(['latest', 'new', 'old']);
    },
  );

  it('lie where the environment says', async () => {
    vi.stubEnv('ZLM_RUNS', runs);
    vi.stubEnv('ZLM_DATA', data);
    expect(await words('metrics n')).toEqual(['new']);
    expect(await words('prepare topics ')).toEqual(['ptb']);
    vi.unstubAllEnvs();
  });

  it('are none where there is no folder', async () => {
    expect(await words(`eval --runs ${join(tempFolder(), 'none')} `)).toEqual([]);
  });
});

describe('specs and their keys', () => {
  it.each(['train ', 'bench small ', 'spec show ', 'spec check small '])(
    'names after "zlm %s"',
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
    ['train --set training.precision=', ['training.precision=f32', 'training.precision=mixed']],
    ['train --set=training.precision=m', ['--set=training.precision=mixed']],
    ['train --set model.tieEmbedding=', ['model.tieEmbedding=true', 'model.tieEmbedding=false']],
    ['train --set training.clipNorm=n', ['training.clipNorm=null']],
    ['train --set training.nosuch=', []],
    ['spec explain training.schedule.pl', expect.arrayContaining(['training.schedule.plateau.factor'])],
  ])('of "zlm %s"', async (line, expected) => {
    expect(await words(line)).toEqual(expected);
  });

  it('every key that holds a value can be set, with no space behind the equals sign', async () => {
    const { candidates, open } = await completion('train --set ');
    expect(open).toBe(true);
    const leaves = allKeys().filter(({ schema: { properties, items } }) => !properties && !items);
    const offered = candidates.map(({ word }) => word);
    expect(offered).toEqual(expect.arrayContaining(leaves.map(({ path }) => `${formatKey(path)}=`)));
  });
});

describe('zlm completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints the script of %s', async (shell) => {
    const file = join(ROOT, 'completions', `zlm.${shell}`);
    expect(existsSync(file)).toBe(true);
    expect((await runCommand(CompletionCommand, [shell])).stdout).toBe(readFileSync(file, 'utf8'));
    const { stdout } = await runCommand(CompletionCommand, [shell, '--json']);
    const validate = new Ajv({ strict: true }).compile(schema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('knows no other shell', async () => {
    expect(await runCommand(CompletionCommand, ['csh'])).toMatchObject({ exitCode: 2 });
  });

  it('its scripts are in the package', () => {
    expect(JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')).files).toContain('completions');
  });
});
