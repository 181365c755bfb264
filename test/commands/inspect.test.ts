/** Runs `zlm inspect memory` as a user does, on the run of `trained-folder.ts`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import schema from '../../schemas/output/inspect-memory.schema.json' with { type: 'json' };
import Eval from '../../src/commands/eval.js';
import InspectMemory from '../../src/commands/inspect/memory.js';
import { keepMemoryReport, readMemoryReport } from '../../src/inspect/kept-report.js';
import { RunFolder } from '../../src/runs/run-folder.js';
import { runCommand } from '../cli/capture.js';
import { RUN, TrainedFolder, train } from '../trained-folder.js';

let folder: TrainedFolder;

const isResult = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
const SMALL = ['--lags', '5', '--positions', '9', '--backend', 'cpu'];

beforeAll(async () => {
  folder = await TrainedFolder.make();
  writeFileSync('ngrams.yaml', 'corpus: small\nmodel: { ngram: { order: 3 } }\n');
  await train('ngrams.yaml', '--name', 'ngrams');
  await train('tiny.yaml', '--name', 'lines', '--set', 'training.sentences=true');
});

afterAll(() => folder.remove());

async function inspect(...argv: string[]) {
  const run = await runCommand(InspectMemory, [...argv, ...SMALL]);
  expect({ exitCode: run.exitCode, stderr: run.exitCode === 0 ? '' : run.stderr }).toEqual({
    exitCode: 0,
    stderr: '',
  });
  return run.stdout;
}

it('inspect memory --json conforms to its schema, without noise and with it', async () => {
  const { networks } = JSON.parse(await inspect(RUN, '--json', '--set', 'dropout.recurrent.rate=0.5'));
  expect(isResult({ networks, figure: null }), JSON.stringify(isResult.errors)).toBe(true);
  const [{ gradients, overrides }] = networks;
  expect(gradients.map(({ noise }: { noise: string }) => noise)).toEqual(['none', 'training']);
  expect(gradients[1].lags.map(({ survival }: { survival: number }) => survival)[4]).toBeCloseTo(
    gradients[1].lags[0].survival / 16,
    12,
  );
  expect(overrides).toEqual(['dropout.recurrent.rate=0.5']);
});

it.each([
  [RUN, 'stream'],
  ['lines', 'sentences'],
])('the perplexity of the whole split is that of eval: run %s, protocol %s', async (name, protocol) => {
  const { networks } = JSON.parse(await inspect(name, '--json'));
  expect(isResult({ networks, figure: null }), JSON.stringify(isResult.errors)).toBe(true);
  expect(networks[0].protocol).toBe(protocol);
  const { stdout } = await runCommand(Eval, [name, '--split', 'valid', '--backend', 'cpu', '--json']);
  const { perplexity, predictions } = JSON.parse(stdout);
  expect(networks[0].context.split.predictions).toBe(predictions);
  expect(networks[0].context.split.perplexity).toBeCloseTo(perplexity, 3);
});

it('inspect memory prints tables, writes the figure, and keeps the report in the run folder', async () => {
  const text = await inspect(RUN, '--out', 'memory.svg');
  expect(text).toMatch(/^memory of tiny, best checkpoint after \d epochs?\n/);
  expect(text).toMatch(/\nlag k +‖∂loss\/∂h\(t−k\)‖ .*\n +1 /);
  expect(text).toMatch(/\nwhole text +\d/);
  expect(text).toMatch(/\nfigure memory.svg\n$/);
  expect(readFileSync('memory.svg', 'utf8')).toMatch(
    /^<svg [\s\S]*Perplexity after a limited context[\s\S]*<\/svg>\n$/,
  );
  const kept = await readMemoryReport(new RunFolder(`runs/${RUN}`));
  expect(kept?.name).toBe(RUN);
});

it('an untrained network can have any key of its spec overridden, and keeps nothing', async () => {
  const { networks } = JSON.parse(
    await inspect('--spec', 'tiny.yaml', '--set', 'model.layers=[{gru: 5}, {gru: 6}]', '--json'),
  );
  expect(isResult({ networks, figure: null }), JSON.stringify(isResult.errors)).toBe(true);
  expect(networks[0]).toMatchObject({ name: 'tiny.yaml', checkpoint: null, epochs: 0 });
  expect(networks[0].gradients[0].lags[0].lossCell).toBeNull();
  expect(existsSync('inspections')).toBe(false);
});

it('a kept report that is damaged is no report', async () => {
  const run = new RunFolder('damaged');
  expect(await keepMemoryReport(run, { name: 'x' } as never)).toBeNull();
  expect(await readMemoryReport(run)).toBeNull();
  writeFileSync('damaged/inspections/memory.json', '{"format"');
  expect(await readMemoryReport(run)).toBeNull();
});

describe('faults', () => {
  it.each([
    [['ngrams'], 2, 'ngrams is an n-gram model, which has no state to inspect'],
    [
      [RUN, '--set', 'training.epochs=9'],
      2,
      '--set training.epochs: A trained network can only be inspected with another dropout',
    ],
    [[RUN, '--spec', 'tiny.yaml'], 2, 'Both --spec tiny.yaml and runs are named'],
    [[RUN, '--out', 'memory.png'], 2, 'expects a file that ends in .svg, not "memory.png"'],
    [['nothing'], 4, 'There is no run "nothing"'],
  ])('%j ends with exit code %i', async (argv, code, message) => {
    const { exitCode, stderr } = await runCommand(InspectMemory, [...argv, ...SMALL]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(code);
  });

  it.each([
    [RUN, 'split'],
    ['lines', 'longest line'],
  ])('lags too large for run %s are named with the largest that its %s allows', async (name) => {
    const { exitCode, stderr } = await runCommand(InspectMemory, [
      name,
      '--lags',
      '1000',
      '--backend',
      'cpu',
    ]);
    expect(exitCode).toBe(2);
    const largest = /Take --lags (\d+) or less/.exec(stderr)?.[1] ?? '';
    const fitting = await runCommand(InspectMemory, [
      name,
      '--positions',
      '1',
      '--lags',
      largest,
      '--backend',
      'cpu',
    ]);
    expect(fitting.exitCode).toBe(0);
  });
});
