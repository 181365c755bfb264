/** Runs `zlm plot` as a user does, and `zlm runs` with names. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/output/plot.schema.json' with { type: 'json' };
import Plot from '../../src/commands/plot.js';
import Runs from '../../src/commands/runs.js';
import { runCommand } from '../cli/capture.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;

beforeAll(async () => {
  folder = await TrainedFolder.make();
  writeFileSync('ngrams.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
  await train('ngrams.yaml', '--name', 'ngrams');
  await train('tiny.yaml', '--name', 'small-seed-1', '--set', 'training.bptt=4');
  await train('tiny.yaml', '--name', 'small-seed-2', '--set', 'training.bptt=4', '--set', 'training.seed=99');
});

afterAll(() => folder.remove());

it('plot draws a curve for each spec, and its seeds as a band', async () => {
  const { stdout, exitCode } = await runCommand(Plot, [
    RUN,
    'small-seed-1',
    'small-seed-2',
    '--out',
    'a.svg',
    '--json',
  ]);
  const result = JSON.parse(stdout);
  expect(exitCode).toBe(0);
  const isResult = new Ajv({ strict: true }).compile(schema);
  expect(isResult(result), JSON.stringify(isResult.errors)).toBe(true);
  expect(result.curves).toEqual([
    { name: RUN, runs: [RUN] },
    { name: 'small', runs: ['small-seed-1', 'small-seed-2'] },
  ]);
  const svg = readFileSync('a.svg', 'utf8');
  expect(svg).toMatch(/^<svg [\s\S]*Perplexity per epoch[\s\S]*<\/svg>\n$/);
  expect(svg).toContain('fill-opacity="0.16"');
});

it('plot without names draws the newest run', async () => {
  const { stdout } = await runCommand(Plot, ['--out', 'latest.svg']);
  expect(stdout).toBe('figure latest.svg\n');
  expect(readFileSync('latest.svg', 'utf8')).toContain('small-seed-2, valid');
});

describe('faults', () => {
  it.each([
    [[RUN], 2, 'No file is named'],
    [[RUN, '--out', 'a.png'], 2, 'expects a file that ends in .svg, not "a.png"'],
    [['ngrams', '--out', 'a.svg'], 4, 'There is no epoch to draw in ngrams'],
    [['nothing', '--out', 'a.svg'], 4, 'There is no run "nothing"'],
    [[RUN, '--out', 'tiny.yaml/a.svg'], 4, 'tiny.yaml'],
  ])('%j ends with exit code %i', async (argv, code, message) => {
    const { exitCode, stderr } = await runCommand(Plot, argv);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining(message) });
  });
});

it('runs with names lists these runs alone', async () => {
  const { stdout } = await runCommand(Runs, ['ngrams', RUN, '--json']);
  expect(
    JSON.parse(stdout)
      .runs.map(({ name }: { name: string }) => name)
      .toSorted(),
  ).toEqual(['ngrams', RUN]);
  const missing = await runCommand(Runs, ['nothing']);
  expect({ exitCode: missing.exitCode, stderr: missing.stderr }).toEqual({
    exitCode: 4,
    stderr: expect.stringContaining('There is no run "nothing"'),
  });
});
