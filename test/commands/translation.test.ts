/** Runs the commands on a run that translates: `zlm eval`, `translate` and `report`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, it } from 'vitest';
import runsSchema from '../../schemas/output/runs.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import Report from '../../src/commands/report.js';
import Runs from '../../src/commands/runs.js';
import Train from '../../src/commands/train.js';
import Translate from '../../src/commands/translate.js';
import { runCommand } from '../cli/capture.js';
import { expectSchema } from '../cli/expect-schema.js';
import { prepareTinyParallel } from '../corpus/parallel/tiny-parallel.js';
import { numberPairs } from '../number-words.js';

const SPEC = `
corpus: tiny
task: { translation: { stack: separate, attention: dot } }
model: { embedding: 6, layers: [{ lstm: 8 }] }
training: { batchSize: 8, epochs: 1, optimizer: { adam: {} } }
`;

const root = mkdtempSync(join(tmpdir(), 'zlm-test-'));
const places = ['--data', join(root, 'data'), '--runs', join(root, 'runs'), '--backend', 'cpu'];
const pairs = numberPairs(60, 1);

beforeAll(async () => {
  const split = { train: pairs.slice(0, 40), valid: pairs.slice(40, 45), test: pairs.slice(45) };
  await prepareTinyParallel(root, {}, split);
  writeFileSync(join(root, 'spec.yaml'), SPEC);
  const { exitCode, stderr } = await runCommand(Train, [
    join(root, 'spec.yaml'),
    '--name',
    'numbers',
    ...places,
  ]);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
});

afterAll(() => rmSync(root, { recursive: true }));

it('eval refuses --batch for a run that translates, and says why', async () => {
  const { exitCode, stderr } = await runCommand(Eval, ['numbers', '--batch', '2', ...places]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--batch is for language models, and numbers translates');
  expect(stderr).toContain('Leave it out');
});

it('eval refuses a decoder of phones for a run that translates', async () => {
  const { exitCode, stderr } = await runCommand(Eval, ['numbers', '--decoder', 'viterbi', ...places]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--decoder is for runs that recognize speech, and numbers translates');
});

it('eval without --batch prints BLEU, chrF2 and the perplexity', async () => {
  const { exitCode, stdout } = await runCommand(Eval, ['numbers', '--beam', '2', ...places]);
  expect(exitCode).toBe(0);
  for (const name of ['BLEU', 'chrF2', 'perplexity']) expect(stdout).toContain(name);
});

it('runs, and the table of results of a page, show the BLEU of test', async () => {
  const evaluated = await runCommand(Eval, ['numbers', '--json', ...places]);
  const { translations } = JSON.parse(evaluated.stdout) as { translations: { bleu: { score: number } } };
  const { bleu } = translations;
  const listed = await runCommand(Runs, places.slice(2, 4));
  expect(listed.stdout).toContain(`, BLEU ${bleu.score.toFixed(2)}`);
  const json = await runCommand(Runs, [...places.slice(2, 4), '--json']);
  const { runs } = expectSchema(runsSchema, json.stdout) as { runs: { evaluations: object[] }[] };
  // The narrower search of the test before is kept beside it.
  expect(runs[0].evaluations).toMatchObject([{ method: 'beam 2' }, { bleu: bleu.score }]);
  expect(runs[0].evaluations[1]).not.toHaveProperty('method');
  const out = join(root, 'bleu.html');
  await runCommand(Report, ['numbers', '--out', out, ...places]);
  const { document } = parseHTML(readFileSync(out, 'utf8'));
  const table = [...document.querySelectorAll('table')].find(({ textContent }) =>
    textContent?.includes('BLEU'),
  );
  expect(table?.querySelector('thead tr')?.lastElementChild?.textContent).toBe('test BLEU');
  const last = table?.querySelector('tbody tr')?.lastElementChild?.textContent;
  expect(Number.parseFloat(last ?? '')).toBeCloseTo(bleu.score, 1);
});

it('translate prints a translation a line', async () => {
  const file = join(root, 'sentences.txt');
  writeFileSync(file, 'one two.\n\nthree.\n');
  const { exitCode, stdout } = await runCommand(Translate, [
    'numbers',
    '--in',
    file,
    '--max-length',
    '4',
    ...places,
  ]);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toHaveLength(4);
});

it('the page about a run that translates has ten translations beside their references', async () => {
  const out = join(root, 'page.html');
  const { exitCode, stderr } = await runCommand(Report, ['numbers', '--out', out, ...places]);
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { document } = parseHTML(readFileSync(out, 'utf8'));
  const rows = [...document.querySelectorAll('table')]
    .filter((table) => table.textContent?.includes('reference'))
    .flatMap((table) => [...table.querySelectorAll('tbody tr')]);
  const cells = rows.map((row) => [...row.querySelectorAll('td')].map(({ textContent }) => textContent));
  const test = pairs.slice(45);
  const chosen = Array.from({ length: 10 }, (_, n) => test[Math.floor((n * test.length) / 10)]);
  expect(cells.map(([source]) => source)).toEqual(chosen.map(([source]) => source));
  expect(cells.map(([, , reference]) => reference)).toEqual(chosen.map(([, target]) => target));
});
